/** The installers that are compared, with the options that make them do the same work: no scripts, no audit, no waiting for age. */

export type Installer = {
  readonly name: string
  /** The program that it is, as the PATH knows it. */
  readonly program: string
  readonly lockfile: string
  /** @param home the installer's own home folder: its store and caches are in there and nowhere else */
  readonly args: (home: string) => readonly string[]
  /** Variables that it needs to ask the registry at this address. */
  readonly env?: (registry: string) => Readonly<Record<string, string>>
  /** What else stands under `alkahest` in package.json. */
  readonly policy?: Readonly<Record<string, unknown>>
}

const pnpmArgs = (home: string): readonly string[] => [
  'install',
  '--ignore-scripts',
  '--no-frozen-lockfile',
  `--store-dir=${home}/store`,
  `--config.cache-dir=${home}/cache`,
  '--config.minimum-release-age=0',
  '--config.strict-dep-builds=false',
  '--reporter=silent',
]
const alk = { program: 'alk', lockfile: 'alkahest.lock', args: () => ['install', '--ignore-scripts'] } as const

export const installers: readonly Installer[] = [
  { name: 'alk', ...alk },
  { name: 'alk shared', ...alk, policy: { layout: 'shared' } },
  { name: 'pnpm', program: 'pnpm', lockfile: 'pnpm-lock.yaml', args: pnpmArgs },
  {
    name: 'pnpm global',
    program: 'pnpm',
    lockfile: 'pnpm-lock.yaml',
    args: (home) => [...pnpmArgs(home), '--config.enable-global-virtual-store=true', '--config.ci=false'],
  },
  { name: 'bun', program: 'bun', lockfile: 'bun.lock', args: () => ['install', '--ignore-scripts', '--silent'] },
  {
    name: 'deno',
    program: 'deno',
    lockfile: 'deno.lock',
    args: () => ['install', '--quiet', '--minimum-dependency-age=0'],
    env: () => ({ DENO_NO_UPDATE_CHECK: '1' }),
  },
  {
    name: 'yarn',
    program: 'yarn',
    lockfile: 'yarn.lock',
    args: () => ['install', '--mode=skip-build'],
    env: (registry) => ({
      YARN_NODE_LINKER: 'node-modules',
      YARN_NPM_REGISTRY_SERVER: registry,
      YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
      YARN_NPM_MINIMAL_AGE_GATE: '0',
      YARN_ENABLE_TELEMETRY: '0',
      YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    }),
  },
  {
    name: 'npm',
    program: 'npm',
    lockfile: 'package-lock.json',
    args: () => ['install', '--ignore-scripts', '--no-audit', '--no-fund'],
  },
]

export type Scenario = {
  readonly name: string
  /** What is there before the install. */
  readonly keeps: { readonly lockfile: boolean; readonly home: boolean; readonly modules: boolean }
  /** Whether the manifest asks for one package more than what is installed, which is in no cache yet. */
  readonly adds?: true
}

export const cold: Scenario = { name: 'cold', keeps: { lockfile: false, home: false, modules: false } }

export const scenarios: readonly Scenario[] = [
  cold,
  { name: 'lockfile only', keeps: { lockfile: true, home: false, modules: false } },
  { name: 'warm', keeps: { lockfile: true, home: true, modules: false } },
  { name: 'nothing to do', keeps: { lockfile: true, home: true, modules: true } },
  { name: 'one added', keeps: { lockfile: true, home: true, modules: true }, adds: true },
]

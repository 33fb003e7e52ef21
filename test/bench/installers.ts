/** The installers that are compared, with the options that make them do the same work: no scripts, no audit, no waiting for age. */

export type Installer = {
  readonly name: string
  readonly lockfile: string
  /** @param home the installer's own home folder: its store and caches are in there and nowhere else */
  readonly command: (home: string) => readonly string[]
}

export const installers: readonly Installer[] = [
  { name: 'alk', lockfile: 'alkahest.lock', command: () => ['alk', 'install', '--no-frozen', '--ignore-scripts'] },
  {
    name: 'npm',
    lockfile: 'package-lock.json',
    command: () => ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund'],
  },
  {
    name: 'pnpm',
    lockfile: 'pnpm-lock.yaml',
    command: (home) => [
      'pnpm',
      'install',
      '--ignore-scripts',
      '--no-frozen-lockfile',
      `--store-dir=${home}/store`,
      `--config.cache-dir=${home}/cache`,
      '--config.minimum-release-age=0',
      '--config.strict-dep-builds=false',
      '--reporter=silent',
    ],
  },
]

/** What is there before the install; each begins where the one before it ended. */
export const scenarios = [
  { name: 'cold', keeps: { lockfile: false, home: false, nodeModules: false } },
  { name: 'lockfile only', keeps: { lockfile: true, home: false, nodeModules: false } },
  { name: 'warm', keeps: { lockfile: true, home: true, nodeModules: false } },
  { name: 'nothing to do', keeps: { lockfile: true, home: true, nodeModules: true } },
] as const

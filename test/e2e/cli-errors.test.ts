/**
 * The exact words of errors, as a person reads them: each row is a project, a command line and the code it ends with; the
 * text is the golden of that code. The command runs in this process, with the real operations, registry and disk.
 */
import path from 'node:path'
import process from 'node:process'
import { Readable } from 'node:stream'
import { expectErrorGolden, startRegistry, tempTree } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { parseIntegrity, parseRange } from '@alkahest/core'
import type { ErrorCode } from '@alkahest/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../../packages/cli/src/run.ts'
import * as operations from '../../packages/ops/src/index.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({
    packages: `
      base 1.0.0:
      base 1.1.0:
      base 2.0.0:
      tool 1.0.0: base ^1
      ui 1.0.0: peer:core@^1
      core 1.0.0:
      core 2.0.0:
      aix-only 1.0.0: os:aix`,
  })
})
afterAll(async () => registry.close())

type Row = {
  readonly code: ErrorCode
  readonly args: readonly string[]
  /** Of the project; texts, or values written as JSON. */
  readonly files?: Readonly<Record<string, string | object>>
  /** Command lines that come before, and work. */
  readonly before?: readonly (readonly string[])[]
  /** Further files, written after those command lines. */
  readonly after?: Readonly<Record<string, string | object>>
  readonly env?: Readonly<Record<string, string>>
}

const project = { name: 'project', version: '1.0.0' }
const library = { ...project, dependencies: { tool: '^1.0.0' } }

type Releasing = { readonly args?: readonly string[]; readonly manifest?: object; readonly config?: string }

/** A project that could be released, but for what is given. */
function releasing({ args = [], manifest = {}, config }: Releasing): Pick<Row, 'args' | 'files' | 'before'> {
  return {
    args: ['release', ...args],
    files: {
      'package.json': { ...project, main: 'dist/main.js', ...manifest },
      'dist/main.js': '',
      ...(config === undefined ? {} : { 'alkahest.config.ts': `export default ${config}\n` }),
    },
    before: [['install']],
  }
}

const rows: readonly Row[] = [
  { code: 'PROJECT_NOT_FOUND', args: ['install'], files: {} },
  { code: 'JSON_INVALID', args: ['install'], files: { 'package.json': '{ "name": }' } },
  { code: 'MANIFEST_INVALID', args: ['install'], files: { 'package.json': { dependencies: ['tool'] } } },
  { code: 'VERSION_INVALID', args: ['install'], files: { 'package.json': { name: 'project', version: 'one' } } },
  { code: 'PACKAGE_NAME_INVALID', args: ['install'], files: { 'package.json': { name: '../escape' } } },
  {
    code: 'SPECIFIER_INVALID',
    args: ['install'],
    files: { 'package.json': { ...project, dependencies: { a: 'not a version' } } },
  },
  { code: 'FILE_UNREADABLE', args: ['install'], files: { 'package.json/inside': 'a folder' } },
  { code: 'PACKAGE_NOT_FOUND', args: ['add', 'bass'] },
  { code: 'VERSION_NOT_FOUND', args: ['add', 'base@^9'] },
  { code: 'DATE_INVALID', args: ['install', '--before', 'yesterday'] },
  {
    code: 'RESOLUTION_FAILED',
    args: ['install'],
    files: {
      'package.json': {
        ...project,
        alkahest: { single: true },
        dependencies: { tool: '^1.0.0', base: '^2.0.0' },
      },
    },
  },
  {
    code: 'PEER_CONFLICT',
    args: ['install'],
    files: {
      'package.json': { ...project, alkahest: { peers: 'error' }, dependencies: { ui: '^1.0.0', core: '^2.0.0' } },
    },
  },
  { code: 'PLATFORM_UNSUPPORTED', args: ['add', 'aix-only'] },
  {
    code: 'OVERRIDE_INVALID',
    args: ['install'],
    files: { 'package.json': { ...library, overrides: { 'base@not a range': '1.0.0' } } },
  },
  {
    code: 'CATALOG_ENTRY_NOT_FOUND',
    args: ['install'],
    files: { 'package.json': { ...project, dependencies: { base: 'catalog:' } } },
  },
  {
    code: 'MEMBER_NOT_FOUND',
    args: ['install'],
    files: { 'package.json': { ...project, dependencies: { base: 'workspace:*' } } },
  },
  {
    code: 'WORKSPACE_INVALID',
    args: ['install'],
    files: {
      'package.json': { ...project, workspaces: ['packages/*'] },
      'packages/a/package.json': { name: 'same' },
      'packages/b/package.json': { name: 'same' },
    },
  },
  {
    code: 'SPECIFIER_UNSUPPORTED',
    args: ['install'],
    files: { 'package.json': { ...project, dependencies: { a: 'git+https://git.example.com/a.git' } } },
  },
  { code: 'PATH_NOT_FOUND', args: ['add', './missing'] },
  {
    code: 'DEPENDENCY_NOT_FOUND',
    args: ['remove', 'bass'],
    files: { 'package.json': { ...project, dependencies: { base: '^1.0.0' } } },
  },
  { code: 'LOCKFILE_MISSING', args: ['install', '--frozen'] },
  {
    code: 'LOCKFILE_OUTDATED',
    args: ['install', '--frozen'],
    files: { 'package.json': library },
    before: [['install']],
    after: { 'package.json': { ...library, dependencies: { tool: '^1.0.0', base: '^1.0.0' } } },
  },
  {
    code: 'LOCKFILE_INVALID',
    args: ['install'],
    after: { 'alkahest.lock': 'alkahest lockfile 1\n\nmember .\n  name project\n  dependncy base ^1 -> 1.0.0\n' },
  },
  { code: 'LOCKFILE_TOO_NEW', args: ['install'], after: { 'alkahest.lock': 'alkahest lockfile 99\n' } },
  {
    code: 'INTEGRITY_MISMATCH',
    args: ['install'],
    files: {
      'package.json': { ...project, dependencies: { base: '1.0.0' } },
      'alkahest.lock': `alkahest lockfile 1\n\nmember .\n  name project\n  dependency base 1.0.0 -> 1.0.0\n\npackage base 1.0.0\n  integrity sha512-${'A'.repeat(86)}==\n`,
    },
  },
  { code: 'PACKAGE_NOT_INSTALLED', args: ['why', 'bass'], files: { 'package.json': library }, before: [['install']] },
  { code: 'DIRECTORY_NOT_EMPTY', args: ['new', '.'] },
  { code: 'PACKAGE_PRIVATE', args: ['publish'], files: { 'package.json': { ...project, private: true } } },
  { code: 'NOT_LOGGED_IN', args: ['publish'] },
  { code: 'TAG_REQUIRED', args: ['publish'], files: { 'package.json': { name: 'project', version: '1.0.0-rc.1' } } },
  {
    code: 'PACK_BUNDLES_DEPENDENCIES',
    args: ['pack'],
    files: { 'package.json': { ...project, dependencies: { base: '^1.0.0' }, bundleDependencies: ['base'] } },
  },
  { code: 'FILE_UNWRITABLE', args: ['pack', '--destination', 'package.json'] },
  { code: 'SCRIPT_FAILED', args: ['pack'], files: { 'package.json': { ...project, scripts: { prepack: 'exit 3' } } } },
  {
    code: 'SCRIPT_NOT_FOUND',
    args: ['run', 'biuld'],
    files: { 'package.json': { ...project, scripts: { build: 'true' } } },
  },
  { code: 'PROGRAM_NOT_STARTED', args: ['exec', 'no-such-command-anywhere'] },
  {
    code: 'TOOL_MISSING',
    args: ['lint'],
    files: { 'package.json': { ...project, devDependencies: { oxlint: '1.0.0' } } },
  },
  {
    code: 'RELEASE_TARGET_UNKNOWN',
    args: ['release', '--target', 'plan9-mips'],
    files: { 'package.json': library },
    before: [['install']],
  },
  {
    code: 'CONFIG_INVALID',
    args: ['release'],
    files: { 'package.json': library, 'alkahest.config.ts': 'export default 3\n' },
    before: [['install']],
  },
  { code: 'RELEASE_NAME_INVALID', ...releasing({ args: ['Not A Name'] }) },
  { code: 'RELEASE_NAME_MISSING', ...releasing({ config: '{ releases: { web: {}, jobs: {} } }' }) },
  { code: 'RELEASE_VERSION_MISSING', ...releasing({ manifest: { version: undefined } }) },
  { code: 'RELEASE_ENTRY_MISSING', ...releasing({ manifest: { main: undefined } }) },
  { code: 'RELEASE_CONFIGURATION_INVALID', ...releasing({ config: '{ releases: { project: { children: 3 } } }' }) },
  {
    code: 'RELEASE_OVERLAY_MISSING',
    ...releasing({
      args: ['--runtime', process.execPath],
      config: "{ releases: { project: { overlays: ['rel/none'] } } }",
    }),
  },
  {
    code: 'RELEASE_EXISTS',
    ...releasing({ args: ['--target', 'linux-x64'] }),
    after: { 'build/release/project-1.0.0-linux-x64.tar.gz': 'an older release' },
  },
  { code: 'RUNTIME_NOT_FOUND', ...releasing({ args: ['--target', 'linux-x64'] }) },
  { code: 'INSTALL_WRITE_FAILED', args: ['add', 'base'], files: { 'package.json': project, node_modules: 'a file' } },
  {
    code: 'COMPILE_FAILED',
    args: ['release'],
    files: {
      'package.json': { ...project, main: 'dist/main.js' },
      'tsconfig.json': {},
      'node_modules/.bin/tsc': '#!/bin/sh\nexit 2\n',
      'dist/main.js': '',
    },
    before: [['install']],
  },
  {
    code: 'STORE_WRITE_FAILED',
    args: ['add', 'base'],
    files: { 'package.json': project, '../home/store': 'a file where the store should be' },
  },
]

it.each(rows)('$code', async ({ code, args, files, before = [], after = {}, env = {} }) => {
  await using tree = await tempTree({ user: null, project: null })
  await tree.write(inProject(files ?? { 'package.json': project }))
  for (const line of before) expectSuccess(await alk(line, tree.path, env))
  await tree.write(inProject(after))

  const { exitCode, stdout, stderr } = await alk(args, tree.path, env)

  expect(exitCode).toBeGreaterThan(0)
  expect(stdout).toBe('')
  expectErrorGolden(code, stderr, {
    replace: {
      '<project>': tree.resolve('project'),
      '<home>': tree.resolve('home'),
      '<registry>': registry.url.slice(0, -1),
      '<platform>': `${process.platform} ${process.arch}`,
    },
  })
})

/** No command line of today reaches them: what they guard is checked before, or comes from elsewhere. */
it.each([
  ['INTEGRITY_INVALID', () => parseIntegrity('md5-of-something', 'a document')],
  ['RANGE_INVALID', () => parseRange('not a range', 'a document')],
] as const)('%s', (code, act) => {
  expect(act).toThrow(expect.objectContaining({ code }))
  expectErrorGolden(code, thrownBy(act))
})

function thrownBy(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

/** A row's files as entries of the tree: objects as JSON, scripts executable. */
function inProject(files: NonNullable<Row['files']>): Entries {
  const entries = Object.entries(files).map(
    ([file, content]) => [path.join('project', file), entryOf(content)] as const,
  )
  return Object.fromEntries(entries)
}

type Entries = NonNullable<Parameters<typeof tempTree>[0]>

function entryOf(content: string | object): Entries[string] {
  if (typeof content !== 'string') return { json: content }
  return content.startsWith('#!') ? { executable: content } : content
}

type Ended = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

async function alk(argv: readonly string[], directory: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  const exitCode = await run({
    argv,
    env: {
      PATH: process.env.PATH,
      HOME: path.join(directory, 'user'),
      ALKAHEST_HOME: path.join(directory, 'home'),
      npm_config_registry: registry.url,
      ...env,
    },
    stdin: Object.assign(Readable.from([]), { isTTY: false }),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    userHome: path.join(directory, 'user'),
    now: Date.now,
    cwd: () => path.join(directory, 'project'),
    changeDirectory: () => undefined,
    onStopSignal: () => () => undefined,
    loadOperations: async () => operations,
    loadPrompts: async () => Promise.reject(new Error('nobody is there to be asked')),
  })
  return { exitCode, stdout, stderr }
}

function expectSuccess({ exitCode, stderr }: Ended): void {
  if (exitCode !== 0) throw new Error(`a command that had to work first did not: ${stderr}`)
}

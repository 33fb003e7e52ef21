/**
 * What a person reads when something is wrong, for each code that the command can say without help from a broken network or disk:
 * a project, a command line, and the golden text of the code. `ALKAHEST_WRITE_GOLDENS=1` writes the goldens.
 * Codes of the network stand in packages/registry-client, of the registry's program in registry-program.test.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseIntegrity } from '@alkahest/core'
import type { ErrorCode } from '@alkahest/core'
import { expectErrorGolden, startRegistry } from '@alkahest/test-support'
import type { TestRegistry, TreeEntry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openErrorWorld } from './error-world.ts'
import type { AlkOptions, ErrorWorld } from './error-world.ts'

const UNIVERSE = `
  base 1.0.0
  base 1.1.0
  tool 1.0.0: base ^1
  elsewhere 1.0.0: os:aix
  linux 1.0.0: os:linux
  needs-peer 1.0.0: peer:base@^9`

const INSTALL = ['install']
/** With a runtime that is no more than the project's own file: no release here gets so far that it would be used. */
const RELEASE = ['release', '--runtime', './runtime/bin/node']

type Files = Readonly<Record<string, TreeEntry>>

type Case = AlkOptions & {
  readonly code: ErrorCode
  readonly files: Files
  readonly args: readonly string[]
  /** Commands that succeed before the one that fails. */
  readonly before?: readonly (readonly string[])[]
  /** Spoils something between them. */
  readonly spoil?: (world: ErrorWorld) => void
}

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: UNIVERSE })
})

afterAll(async () => registry[Symbol.asyncDispose]())

const project: readonly Case[] = [
  { code: 'PROJECT_NOT_FOUND', files: {}, args: INSTALL },
  { code: 'DIRECTORY_NOT_EMPTY', files: { 'x/file': '' }, args: ['new', 'x'] },
  { code: 'FILE_UNREADABLE', files: { 'package.json/x': '' }, args: INSTALL },
  { code: 'FILE_UNWRITABLE', files: { ...shop(), 'alkahest.lock': { link: 'package.json/x' } }, args: INSTALL },
  { code: 'JSON_INVALID', files: { 'package.json': '{' }, args: INSTALL },
  { code: 'MANIFEST_INVALID', files: shop({ dependencies: ['base'] }), args: INSTALL },
  { code: 'PACKAGE_NAME_INVALID', files: shop({ dependencies: { 'Not A Name': '1' } }), args: INSTALL },
  { code: 'VERSION_INVALID', files: shop({ version: 'one' }), args: ['pack'] },
  { code: 'WORKSPACE_INVALID', files: shop({ workspaces: ['../*'] }), args: INSTALL },
  { code: 'SCRIPT_NOT_FOUND', files: shop({ scripts: { start: 'x' } }), args: ['run', 'stat'] },
  { code: 'PROGRAM_NOT_STARTED', files: shop(), args: ['exec', 'no-such-program'] },
  { code: 'TOOL_MISSING', files: { ...shop(), 'tsconfig.json': '{}', 'src/index.ts': '' }, args: ['compile'] },
]

const resolving: readonly Case[] = [
  { code: 'SPECIFIER_INVALID', files: shop({ dependencies: { base: '>>1' } }), args: INSTALL },
  {
    code: 'SPECIFIER_UNSUPPORTED',
    files: shop({ dependencies: { base: 'git+rsync://example.com/a/b.git' } }),
    args: INSTALL,
  },
  { code: 'OVERRIDE_INVALID', files: shop({ overrides: { base: '$base' } }), args: INSTALL },
  { code: 'CATALOG_ENTRY_NOT_FOUND', files: shop({ dependencies: { base: 'catalog:' } }), args: INSTALL },
  { code: 'DATE_INVALID', files: shop(), args: ['install', '--before', 'yesterday'] },
  { code: 'DEPENDENCY_NOT_FOUND', files: shop(), args: ['remove', 'bass'] },
  { code: 'MEMBER_NOT_FOUND', files: shop({ dependencies: { other: 'workspace:*' } }), args: INSTALL },
  { code: 'PATH_NOT_FOUND', files: shop(), args: ['add', './nowhere'] },
  { code: 'PACKAGE_NOT_FOUND', files: shop({ dependencies: { bass: '^1' } }), args: INSTALL },
  { code: 'VERSION_NOT_FOUND', files: shop({ dependencies: { base: '^9' } }), args: INSTALL },
  {
    code: 'RESOLUTION_FAILED',
    files: shop({ dependencies: { base: '1.0.0', old: 'npm:base@1.1.0' }, alkahest: { single: true } }),
    args: INSTALL,
  },
  {
    code: 'PEER_CONFLICT',
    files: shop({ dependencies: { base: '^1', 'needs-peer': '1' }, alkahest: { peers: 'error' } }),
    args: INSTALL,
  },
  { code: 'PACKAGE_NOT_INSTALLED', files: shop(), before: [INSTALL], args: ['why', 'base'] },
]

const installing: readonly Case[] = [
  { code: 'LOCKFILE_MISSING', files: shop({ dependencies: { base: '^1' } }), args: ['install', '--frozen'] },
  {
    code: 'LOCKFILE_OUTDATED',
    files: shop(),
    before: [INSTALL],
    spoil: ({ project }) =>
      rewrite(path.join(project, 'package.json'), '"name"', '"dependencies":{"base":"^1"},"name"'),
    args: ['install', '--frozen'],
  },
  {
    code: 'LOCKFILE_INVALID',
    files: { ...shop(), 'alkahest.lock': 'alkahest lockfile 1\n\nnonsense here\n' },
    args: INSTALL,
  },
  { code: 'LOCKFILE_TOO_NEW', files: { ...shop(), 'alkahest.lock': 'alkahest lockfile 9\n' }, args: INSTALL },
  { code: 'PLATFORM_UNSUPPORTED', files: shop({ dependencies: { elsewhere: '1' } }), args: INSTALL },
  {
    code: 'INTEGRITY_MISMATCH',
    files: shop({ dependencies: { base: '1.0.0' } }),
    before: [['install', '--lockfile-only']],
    spoil: ({ project }) => rewrite(path.join(project, 'alkahest.lock'), /sha512-\S+/, `sha512-${'A'.repeat(86)}==`),
    args: ['install', '--frozen'],
  },
  {
    code: 'INSTALL_WRITE_FAILED',
    files: { ...shop({ dependencies: { base: '^1' } }), node_modules: 'a file' },
    args: INSTALL,
  },
  {
    code: 'STORE_WRITE_FAILED',
    files: { ...shop({ dependencies: { base: '^1' } }), '../home/.alkahest/store': 'a file' },
    args: INSTALL,
  },
]

const publishing: readonly Case[] = [
  { code: 'NOT_LOGGED_IN', files: shop(), args: ['publish'] },
  { code: 'PACKAGE_PRIVATE', files: shop({ private: true }), args: ['publish'] },
  { code: 'TAG_REQUIRED', files: shop({ version: '1.0.0-rc.1' }), args: ['publish'] },
  {
    code: 'PACK_BUNDLES_DEPENDENCIES',
    files: shop({ bundleDependencies: ['base'], dependencies: { base: '^1' } }),
    args: ['pack'],
  },
  { code: 'SCRIPT_FAILED', files: shop({ scripts: { prepack: 'exit 3' } }), args: ['pack'] },
]

const releasing: readonly Case[] = [
  { code: 'CONFIG_INVALID', files: service('7'), before: [INSTALL], args: RELEASE },
  {
    code: 'RELEASE_CONFIGURATION_INVALID',
    files: service('{ releases: { shop: { entry: 7 } } }'),
    before: [INSTALL],
    args: RELEASE,
  },
  {
    code: 'RELEASE_NAME_MISSING',
    files: service('{ releases: { shop: {} } }'),
    before: [INSTALL],
    args: [...RELEASE, 'ship'],
  },
  {
    code: 'RELEASE_NAME_INVALID',
    files: service('{ releases: { "a b": {} } }'),
    before: [INSTALL],
    args: [...RELEASE, 'a b'],
  },
  {
    code: 'RELEASE_OVERLAY_MISSING',
    files: service('{ releases: { shop: { overlays: ["nowhere"] } } }'),
    before: [INSTALL],
    args: RELEASE,
  },
  { code: 'RELEASE_ENTRY_MISSING', files: shop(), before: [INSTALL], args: RELEASE },
  { code: 'RELEASE_TARGET_UNKNOWN', files: service(), before: [INSTALL], args: ['release', '--target', 'amiga'] },
  {
    code: 'RELEASE_VERSION_MISSING',
    files: { 'package.json': { json: { name: 'shop', main: 'index.js' } }, 'index.js': '' },
    before: [INSTALL],
    args: RELEASE,
  },
  {
    code: 'RELEASE_EXISTS',
    files: { ...service(), 'build/release/shop-1.0.0-linux-x64.tar.gz': '' },
    before: [INSTALL],
    args: [...RELEASE, '--target', 'linux-x64'],
  },
  {
    code: 'RELEASE_PLATFORM_MISMATCH',
    files: { ...service(), ...shop({ main: 'index.js', dependencies: { linux: '1' } }) },
    before: [['install', '--lockfile-only']],
    args: [...RELEASE, '--target', 'darwin-x64'],
  },
  {
    code: 'RELEASE_MEMBER_UNKNOWN',
    files: {
      ...shop({ workspaces: ['packages/*'] }),
      'packages/a/package.json': { json: { name: 'a', version: '1.0.0', main: 'index.js' } },
      'packages/a/index.js': '',
      'alkahest.lock': 'alkahest lockfile 1\n\nmember .\n',
    },
    cwd: 'packages/a',
    args: RELEASE,
  },
  { code: 'RUNTIME_NOT_FOUND', files: service(), before: [INSTALL], args: ['release', '--target', 'linux-x64'] },
  { code: 'RANGE_INVALID', files: service(), before: [INSTALL], args: ['release', '--runtime', '>>2'] },
]

const groups = { project, resolving, installing, publishing, releasing }

describe.each(Object.entries(groups))('%s', (_, cases) => {
  test.each(cases)('$code', async ({ code, files, args, before = [], spoil, ...options }) => {
    await using world = await openErrorWorld({ files, registry: registry.url })
    for (const command of before) expect(await world.alk(command, options)).toMatchObject({ exitCode: 0 })
    spoil?.(world)
    const { exitCode, stderr } = await world.alk(args, options)
    expect(exitCode).not.toBe(0)
    expectErrorGolden(code, stderr, {
      replace: { '<project>': world.project, '<home>': world.home, '<registry>': registry.url, ...machine() },
    })
  })
})

test('INTEGRITY_INVALID', () => {
  expect(() => parseIntegrity('sha512-short', 'the place')).toThrow(
    expect.toSatisfy((error: unknown) => {
      expectErrorGolden('INTEGRITY_INVALID', error)
      return true
    }),
  )
})

/** A project in a line; its package.json is complete but for what the case is about. */
function shop(fields: object = {}): Files {
  return { 'package.json': { json: { name: 'shop', version: '1.0.0', type: 'module', ...fields } } }
}

/** One that can be released. */
function service(configuration = '{}'): Files {
  return {
    ...shop({ main: 'index.js' }),
    'index.js': '',
    'runtime/bin/node': { executable: '#!/bin/sh\necho v24.0.0\n' },
    'runtime/LICENSE': '',
    'alkahest.config.ts': `export default ${configuration}\n`,
  }
}

/** What the error says of the machine that the test runs on. */
function machine(): Readonly<Record<string, string>> {
  const libc = process.platform === 'linux' ? ' glibc' : ''
  return { '<this machine>': `${process.platform} ${process.arch}${libc}` }
}

function rewrite(file: string, from: string | RegExp, to: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
}

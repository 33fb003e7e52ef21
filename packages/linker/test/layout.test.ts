import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectAndStore } from './support.ts'
import { installWorld, linksOf, treeOf } from './worlds.ts'
import type { World } from './worlds.ts'

test('the whole of a small install', async () => {
  const options = projectAndStore()
  const report = await installWorld(
    {
      members: {
        '.': { a: 'a@1.0.0', '@s/b': '@s/b@2.0.0' },
        'packages/one': { b: '@s/b@2.0.0', c: 'c@1.0.0', root: 'workspace:.' },
      },
      packages: {
        'a@1.0.0': { dependencies: { '@s/b': '@s/b@2.0.0' } },
        '@s/b@1.0.0': {},
        '@s/b@2.0.0': { bin: { b: 'cli.js' } },
        'c@1.0.0': { dependencies: { '@s/b': '@s/b@1.0.0', a: 'a@1.0.0' } },
      },
    },
    options,
  )
  const tree = treeOf(options.root)
  const shown = Object.entries(tree).filter(([path]) => !/\.json$|index\.js$/.test(path))
  expect(Object.fromEntries(shown)).toStrictEqual({
    node_modules: 'folder 755',
    'node_modules/.alk': 'folder 755',
    'node_modules/.alk/@s+b@1.0.0': 'folder 755',
    'node_modules/.alk/@s+b@1.0.0/node_modules': 'folder 755',
    'node_modules/.alk/@s+b@1.0.0/node_modules/@s': 'folder 755',
    'node_modules/.alk/@s+b@1.0.0/node_modules/@s/b': 'folder 755',
    'node_modules/.alk/c@1.0.0': 'folder 755',
    'node_modules/.alk/c@1.0.0/node_modules': 'folder 755',
    'node_modules/.alk/c@1.0.0/node_modules/@s': 'folder 755',
    'node_modules/.alk/c@1.0.0/node_modules/@s/b': '-> ../../../@s+b@1.0.0/node_modules/@s/b',
    'node_modules/.alk/c@1.0.0/node_modules/c': 'folder 755',
    'node_modules/.alk/lock': '644 ',
    'node_modules/.alk/node_modules': 'folder 755',
    'node_modules/.alk/node_modules/@s': 'folder 755',
    'node_modules/.alk/node_modules/@s/b': 'folder 755',
    'node_modules/.alk/node_modules/@s/b/cli.js': "755 #!/usr/bin/env node\nconsole.log('@s/b@2.0.0')\n",
    'node_modules/.alk/node_modules/a': 'folder 755',
    'node_modules/.alk/node_modules/b': '-> @s/b',
    'node_modules/.alk/node_modules/c': '-> ../c@1.0.0/node_modules/c',
    'node_modules/.bin': 'folder 755',
    'node_modules/.bin/b': '-> ../@s/b/cli.js',
    'node_modules/@s': 'folder 755',
    'node_modules/@s/b': '-> ../.alk/node_modules/@s/b',
    'node_modules/a': '-> .alk/node_modules/a',
    packages: 'folder 755',
    'packages/one': 'folder 755',
    'packages/one/node_modules': 'folder 755',
    'packages/one/node_modules/.bin': 'folder 755',
    'packages/one/node_modules/.bin/b': '-> ../b/cli.js',
    'packages/one/node_modules/b': '-> ../../../node_modules/.alk/node_modules/@s/b',
    'packages/one/node_modules/c': '-> ../../../node_modules/.alk/c@1.0.0/node_modules/c',
    'packages/one/node_modules/root': '-> ../../..',
  })
  expect(report).toStrictEqual({
    summary: {
      added: [
        { name: '@s/b', version: '1.0.0' },
        { name: '@s/b', version: '2.0.0' },
        { name: 'a', version: '1.0.0' },
        { name: 'c', version: '1.0.0' },
      ],
      changed: [],
      removed: [],
    },
    skipped: [],
    replaced: undefined,
    warnings: [],
    counts: { linked: 9, copied: 0, symlinks: 10, folders: 10, removed: 0 },
  })
})

test('a package moves when another version takes its place in the fallback folder, and back', async () => {
  const options = projectAndStore()
  const packages: World['packages'] = {
    'a@1.0.0': { dependencies: { '@s/b': '@s/b@1.0.0' } },
    '@s/b@1.0.0': {},
    '@s/b@2.0.0': {},
  }
  const alone: World = { members: { '.': { a: 'a@1.0.0' } }, packages }
  const beside: World = { members: { '.': { a: 'a@1.0.0', '@s/b': '@s/b@2.0.0' } }, packages }
  await installWorld(alone, options)
  const before = treeOf(options.root)
  expect(before['node_modules/.alk/node_modules/@s/b/index.js']).toBe("644 module.exports = '@s/b@1.0.0'\n")
  await installWorld(beside, options)
  const between = treeOf(options.root)
  expect(between['node_modules/a']).toBe('-> .alk/a@1.0.0/node_modules/a')
  expect(between['node_modules/.alk/node_modules/@s/b/index.js']).toBe("644 module.exports = '@s/b@2.0.0'\n")
  expect(between['node_modules/.alk/a@1.0.0/node_modules/@s/b']).toBe('-> ../../../@s+b@1.0.0/node_modules/@s/b')
  await installWorld(alone, options)
  expect(treeOf(options.root)).toStrictEqual(before)
})

describe('node finds', () => {
  /** What `require` of a request gives, from a folder of the project. */
  function requireFrom(folder: string, request: string): unknown {
    return createRequire(join(folder, 'x.js'))(request)
  }

  const forgetful = { files: { 'index.js': "module.exports = require('forgotten')\n" } }

  test('what a package forgot to declare, in the version nearest to the members; what it declares comes first', async () => {
    const options = projectAndStore()
    await installWorld(
      {
        members: { '.': { a: 'a@1.0.0', b: 'b@1.0.0', c: 'c@1.0.0' } },
        packages: {
          'a@1.0.0': forgetful,
          'b@1.0.0': { ...forgetful, dependencies: { forgotten: 'forgotten@1.0.0' } },
          'c@1.0.0': { dependencies: { d: 'd@1.0.0', forgotten: 'forgotten@2.0.0' } },
          'd@1.0.0': { ...forgetful, dependencies: { forgotten: 'forgotten@3.0.0' } },
          'forgotten@1.0.0': {},
          'forgotten@2.0.0': {},
          'forgotten@3.0.0': {},
        },
      },
      options,
    )
    expect(requireFrom(options.root, 'b')).toBe('forgotten@1.0.0')
    expect(requireFrom(options.root, 'a')).toBe('forgotten@1.0.0')
    expect(requireFrom(join(options.root, 'node_modules/.alk/c@1.0.0/node_modules/c'), 'd')).toBe('forgotten@3.0.0')
  })

  test("the root's own dependency before any other version, and nothing that a member forgot to declare", async () => {
    const options = projectAndStore()
    await installWorld(
      {
        members: { '.': { forgotten: 'forgotten@2.0.0' }, one: { a: 'a@1.0.0', b: 'b@1.0.0' } },
        packages: {
          'a@1.0.0': forgetful,
          'b@1.0.0': { dependencies: { forgotten: 'forgotten@1.0.0', only: 'only@1.0.0' } },
          'forgotten@1.0.0': {},
          'forgotten@2.0.0': {},
          'only@1.0.0': {},
        },
      },
      options,
    )
    expect(requireFrom(join(options.root, 'one'), 'a')).toBe('forgotten@2.0.0')
    expect(() => requireFrom(join(options.root, 'one'), 'only')).toThrow("Cannot find module 'only'")
  })

  test('peers where they are bound, one instance for each', async () => {
    const options = projectAndStore()
    const seesPeer = { files: { 'index.js': "module.exports = require('peer')\n" } }
    await installWorld(
      {
        members: { '.': { a: 'a@1.0.0+1111' }, one: { a: 'a@1.0.0+2222' } },
        packages: {
          'a@1.0.0+1111': { ...seesPeer, peers: { peer: 'peer@1.0.0' } },
          'a@1.0.0+2222': { ...seesPeer, peers: { peer: 'peer@2.0.0' } },
          'peer@1.0.0': {},
          'peer@2.0.0': {},
        },
      },
      options,
    )
    expect(requireFrom(options.root, 'a')).toBe('peer@1.0.0')
    expect(requireFrom(join(options.root, 'one'), 'a')).toBe('peer@2.0.0')
  })

  test('an alias, a cycle, a dependency under the own name, and what is bundled', async () => {
    const options = projectAndStore()
    await installWorld(
      {
        members: { '.': { old: 'a@1.0.0', a: 'a@2.0.0', c: 'c@1.0.0' } },
        packages: {
          'a@1.0.0': {},
          'a@2.0.0': {
            dependencies: { a: 'a@1.0.0', b: 'b@1.0.0' },
            files: { 'index.js': "exports.own = require('a')\nexports.b = require('b')\nexports.self = __filename\n" },
          },
          'b@1.0.0': {
            dependencies: { a: 'a@2.0.0' },
            files: { 'index.js': "module.exports = typeof require('a')\n" },
          },
          'c@1.0.0': {
            bundled: ['b'],
            dependencies: { b: 'b@1.0.0' },
            files: {
              'index.js': "module.exports = require('b')\n",
              'node_modules/b/index.js': "module.exports = 'bundled'\n",
            },
          },
        },
      },
      options,
    )
    expect(requireFrom(options.root, 'old')).toBe('a@1.0.0')
    expect(requireFrom(options.root, 'a')).toMatchObject({ own: 'a@1.0.0', b: 'object' })
    expect(requireFrom(options.root, 'c')).toBe('bundled')
    expect(() => requireFrom(options.root, 'b')).toThrow("Cannot find module 'b'")
  })

  test('members, from members and from packages that have one as a peer', async () => {
    const options = projectAndStore()
    mkdirSync(join(options.root, 'packages/core'), { recursive: true })
    writeFileSync(join(options.root, 'packages/core/index.js'), "module.exports = 'the member'\n")
    await installWorld(
      {
        members: {
          '.': { plugin: 'plugin@1.0.0' },
          'packages/core': {},
          'packages/app': { core: 'workspace:packages/core' },
        },
        packages: {
          'plugin@1.0.0': {
            peers: { core: 'workspace:packages/core' },
            files: { 'index.js': "module.exports = require('core')\n" },
          },
        },
      },
      options,
    )
    expect(requireFrom(options.root, 'plugin')).toBe('the member')
    expect(requireFrom(join(options.root, 'packages/app'), 'core')).toBe('the member')
  })

  test('a linked folder', async () => {
    const options = projectAndStore()
    mkdirSync(join(options.root, '..', 'outside'))
    writeFileSync(join(options.root, '..', 'outside', 'index.js'), "module.exports = 'outside'\n")
    await installWorld(
      {
        members: { '.': { outside: 'outside@link:../outside' }, one: { outside: 'outside@link:../outside' } },
        packages: { 'outside@link:../outside': { source: { kind: 'directory', path: '../outside' } } },
        bins: { 'outside@link:../outside': { out: 'index.js' } },
      },
      options,
    )
    expect(requireFrom(options.root, 'outside')).toBe('outside')
    expect(linksOf(options.root)).toStrictEqual({
      'node_modules/.bin/out': '../outside/index.js',
      'node_modules/outside': '../../outside',
      'one/node_modules/.bin/out': '../outside/index.js',
      'one/node_modules/outside': '../../../outside',
    })
  })
})

describe('commands', () => {
  const offers: World = {
    members: { '.': { a: 'a@1.0.0', b: 'b@1.0.0', '@s/run': '@s/run@1.0.0' } },
    packages: {
      'a@1.0.0': { bin: { run: 'a.js', b: 'a.js', x: 'a.js' } },
      'b@1.0.0': { bin: { b: 'b.js', x: 'b.js' } },
      '@s/run@1.0.0': { bin: { run: 'r.js' } },
    },
  }

  test('belong to the package of their name, else to the first', async () => {
    const options = projectAndStore()
    await installWorld(offers, options)
    expect(linksOf(join(options.root, 'node_modules/.bin'))).toStrictEqual({
      b: '../b/b.js',
      run: '../@s/run/r.js',
      x: '../a/a.js',
    })
    expect(execFileSync(join(options.root, 'node_modules/.bin/run'), { encoding: 'utf8' })).toBe('@s/run@1.0.0\n')
  })

  test('with CRLF after the first line start, and the store keeps the file as it came', async () => {
    const options = projectAndStore()
    const crlf = "#!/usr/bin/env node\r\nconsole.log('started')\r\n"
    const report = await installWorld(
      {
        members: { '.': { a: 'a@1.0.0' } },
        packages: { 'a@1.0.0': { bin: { a: 'cli.js' }, files: { 'cli.js': crlf } } },
      },
      options,
    )
    expect(execFileSync(join(options.root, 'node_modules/.bin/a'), { encoding: 'utf8' })).toBe('started\n')
    const file = join(options.root, 'node_modules/a/cli.js')
    expect(readFileSync(file, 'utf8')).toBe("#!/usr/bin/env node\nconsole.log('started')\r\n")
    expect(statSync(file).nlink).toBe(1)
    expect(report.counts).toMatchObject({ linked: 2, copied: 1 })
    expect((await options.store.verify()).damaged).toStrictEqual([])
  })
})

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chooseLayout, isInstallCurrent } from '@alkahest/linker'
import { describe, expect, test } from 'vitest'
import { hashInstances } from '../src/instance-hash.ts'
import type { HashedNode } from '../src/instance-hash.ts'
import { after, before } from './example-worlds.ts'
import { fullDisk, onNthWrite } from './nth-write.ts'
import { projectAndStore } from './support.ts'
import { graphOf, installWorld, linksOf, planWorld, treeOf } from './worlds.ts'
import type { InstallOptions, World } from './worlds.ts'

function sharedProject(): InstallOptions & { readonly layout: 'shared' } {
  return { ...projectAndStore(), layout: 'shared' }
}

function requireFrom(folder: string, request: string): unknown {
  return createRequire(join(folder, 'x.js'))(request)
}

const small: World = {
  members: { '.': { a: 'a@1.0.0' } },
  packages: {
    'a@1.0.0': {
      dependencies: { b: 'b@1.0.0' },
      bin: { a: 'cli.js' },
      files: { 'index.js': "module.exports = require('b')\n" },
    },
    'b@1.0.0': {},
  },
}

describe('the shared layout', () => {
  test('an optional peer that nothing near provides is what the tree has, when that suits', async () => {
    const options = sharedProject()
    const seesPeer = { files: { 'index.js': "module.exports = require('peer')\n" } }
    await installWorld(
      {
        members: { '.': { a: 'a@1.0.0', b: 'b@1.0.0', other: 'other@1.0.0' } },
        packages: {
          'a@1.0.0': { ...seesPeer, unbound: { peer: '^1.0.0', absent: '*' } },
          'b@1.0.0': { ...seesPeer, unbound: { peer: '^2.0.0' } },
          'other@1.0.0': { dependencies: { peer: 'peer@1.5.0' } },
          'peer@1.5.0': {},
        },
      },
      options,
    )
    expect(requireFrom(options.root, 'a')).toBe('peer@1.5.0')
    expect(() => requireFrom(options.root, 'b')).toThrow("Cannot find module 'peer'")
  })

  test('makes the links of the project, and the instances once per machine', async () => {
    const options = sharedProject()
    const first = await installWorld(small, options)
    const [a, b] = readdirSync(options.store.instancesDirectory)
    expect([a, b]).toStrictEqual([
      expect.stringMatching(/^a@1\.0\.0-[0-9a-f]{20}$/),
      expect.stringMatching(/^b@1\.0\.0-/),
    ])
    expect(linksOf(options.root)).toStrictEqual({
      'node_modules/.alk/store': options.store.instancesDirectory,
      'node_modules/.bin/a': '../a/cli.js',
      'node_modules/a': `.alk/store/${a}/node_modules/a`,
    })
    expect(linksOf(options.store.instancesDirectory)).toStrictEqual({
      [`${a}/node_modules/b`]: `../../${b}/node_modules/b`,
    })
    expect(requireFrom(options.root, 'a')).toBe('b@1.0.0')
    expect(first.summary.added).toStrictEqual([
      { name: 'a', version: '1.0.0' },
      { name: 'b', version: '1.0.0' },
    ])
    const second = join(options.root, 'second')
    mkdirSync(second)
    const { counts } = await installWorld(small, { ...options, root: second })
    expect(counts).toMatchObject({ linked: 0, copied: 0, folders: 0 })
    expect(requireFrom(second, 'a')).toBe('b@1.0.0')
  })

  test('keeps what sees a member, a linked folder or a tarball on disk in the project, with all that sees it', async () => {
    const options = sharedProject()
    mkdirSync(join(options.root, 'core'), { recursive: true })
    writeFileSync(join(options.root, 'core/index.js'), "module.exports = 'the member'\n")
    await installWorld(
      {
        members: { '.': { outer: 'outer@1.0.0' }, core: {} },
        packages: {
          'outer@1.0.0': {
            dependencies: { plugin: 'plugin@1.0.0' },
            files: { 'index.js': "module.exports = require('plugin')\n" },
          },
          'plugin@1.0.0': {
            peers: { core: 'workspace:core' },
            dependencies: { free: 'free@1.0.0' },
            files: { 'index.js': "module.exports = [require('core'), require('free')]\n" },
          },
          'free@1.0.0': {},
        },
      },
      options,
    )
    expect(readdirSync(options.store.instancesDirectory)).toStrictEqual([expect.stringMatching(/^free@1\.0\.0-/)])
    expect(readdirSync(join(options.root, 'node_modules/.alk')).filter((name) => name.includes('@'))).toStrictEqual([
      'outer@1.0.0',
      'plugin@1.0.0',
    ])
    expect(requireFrom(options.root, 'outer')).toStrictEqual(['the member', 'free@1.0.0'])
  })

  test('keeps a package with files of its own, and what sees it, in the project', async () => {
    const options = sharedProject()
    await installWorld(small, { ...options, own: ['b'] })
    expect(existsSync(options.store.instancesDirectory)).toBe(false)
    expect(isInstallCurrent(options.root, '')).toBe(true)
    expect(requireFrom(options.root, 'a')).toBe('b@1.0.0')
  })

  test.each([
    ['isolated', 'shared'],
    ['shared', 'isolated'],
    ['shared', 'shared'],
  ] as const)('from %s to %s ends as a fresh install does', async (from, to) => {
    const options = projectAndStore()
    await installWorld(before, { ...options, layout: from })
    await installWorld(after, { ...options, layout: to })
    rmSync(join(options.root, 'packages/left'), { recursive: true, force: true })
    const found = treeOf(options.root)
    const fresh = join(options.root, '..', 'fresh')
    mkdirSync(fresh)
    await installWorld(after, { ...options, root: fresh, layout: to })
    expect(found).toStrictEqual(treeOf(fresh))
    expect(await planWorld(after, { ...options, layout: to })).toMatchObject({ isEmpty: true })
  })

  test('a failure at any write leaves the project as it was, and the store whole', async () => {
    const options = sharedProject()
    await installWorld(before, options)
    for (const path of Object.keys(after.members)) mkdirSync(join(options.root, path), { recursive: true })
    await planWorld(after, options)
    const untouched = treeOf(options.root)
    const failed: unknown[] = []
    for (let nth = 1; ; nth++) {
      const watch = onNthWrite(nth, fullDisk)
      const [outcome] = await Promise.allSettled([installWorld(after, options)])
      watch.stop()
      if (outcome.status === 'fulfilled') break
      failed.push(outcome.reason)
      expect(treeOf(options.root), `write ${nth}`).toStrictEqual(untouched)
    }
    expect(failed.length).toBeGreaterThan(40)
    expect(requireFrom(options.root, 'moves')).toBe('moves@2.0.0')
  })

  test('collect keeps what a project uses, and removes it when the project is gone', async () => {
    const options = sharedProject()
    await installWorld(before, options)
    await installWorld(small, options)
    const first = await options.store.collect({ keep: new Set() })
    expect(readdirSync(options.store.instancesDirectory).map((name) => name.split('@')[0])).toStrictEqual(['a', 'b'])
    expect(first.instances).toBe(8)
    expect(requireFrom(options.root, 'a')).toBe('b@1.0.0')
    rmSync(join(options.root, 'node_modules'), { recursive: true })
    expect(await options.store.collect({ keep: new Set() })).toMatchObject({
      instances: 2,
      kept: 0,
      removed: ['a@1.0.0', 'b@1.0.0'],
    })
    expect(readdirSync(options.store.instancesDirectory)).toStrictEqual([])
    await installWorld(small, options)
    expect(requireFrom(options.root, 'a')).toBe('b@1.0.0')
  })

  test('a store that was deleted is noticed', async () => {
    const options = sharedProject()
    await installWorld(small, options)
    expect(isInstallCurrent(options.root, '')).toBe(true)
    rmSync(options.store.instancesDirectory, { recursive: true })
    expect(isInstallCurrent(options.root, '')).toBe(false)
    await installWorld(small, options)
    expect(requireFrom(options.root, 'a')).toBe('b@1.0.0')
  })
})

describe('the hash of an instance', () => {
  function hashes(text: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
    const nodes = Object.entries(text).map(([id, targets]): [string, HashedNode] => [
      id,
      {
        content: id,
        edges: targets
          .split(' ')
          .filter(Boolean)
          .map((target) => [target, target] as const),
      },
    ])
    return hashInstances(new Map(nodes))
  }

  test('depends on all that it sees and on nothing else', () => {
    const one = hashes({ a: 'b', b: 'c', c: '', other: 'c' })
    expect(hashes({ other: 'c', c: '', b: 'c', a: 'b' })).toStrictEqual(one)
    const two = hashes({ a: 'b', b: 'c d', c: '', d: '', other: 'c' })
    expect(two.get('c')).toBe(one.get('c'))
    expect(two.get('other')).toBe(one.get('other'))
    expect(two.get('b')).not.toBe(one.get('b'))
    expect(two.get('a')).not.toBe(one.get('a'))
  })

  test('circles are hashed together, whatever comes first', () => {
    const circle = { a: 'b', b: 'c', c: 'a d', d: 'e', e: 'd', f: 'a' }
    const one = hashes(circle)
    expect(new Set(one.values()).size).toBe(6)
    expect(hashes(Object.fromEntries(Object.entries(circle).reverse()))).toStrictEqual(one)
    const two = hashes({ ...circle, e: '' })
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) expect(two.get(id)).not.toBe(one.get(id))
    const three = hashes({ ...circle, f: 'd' })
    for (const id of ['a', 'b', 'c', 'd', 'e']) expect(three.get(id)).toBe(one.get(id))
  })

  test('a chain of fifty thousand is no trouble', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, index) => [`n${index}`, index < 49_999 ? `n${index + 1}` : '']),
    )
    expect(hashes(chain).size).toBe(50_000)
  })
})

describe('the layout that a project gets', () => {
  const uses = (name: string): World => ({
    members: { '.': {}, 'apps/web': { [name]: `${name}@1.0.0` } },
    packages: { [`${name}@1.0.0`]: {} },
  })

  test('is the one that was asked for', () => {
    expect(chooseLayout('shared', graphOf(uses('fastify')))).toStrictEqual({ layout: 'shared', reason: undefined })
    expect(chooseLayout('isolated', graphOf(uses('next')))).toStrictEqual({ layout: 'isolated', reason: undefined })
  })

  test('is isolated where a tool is known to break, and says why', () => {
    expect(chooseLayout('shared', graphOf(uses('vite')))).toStrictEqual({
      layout: 'isolated',
      reason:
        "the layout is isolated, not shared: apps/web uses vite, and Vite's file server serves nothing from outside the project",
    })
  })
})

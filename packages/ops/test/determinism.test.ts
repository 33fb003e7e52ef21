/** The same input gives the same lockfile and the same tree, byte for byte, whatever the machine, the order or the weather. */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { faultyRegistry, listTree, startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { add, install, tree } from '../src/index.ts'
import { openWorld } from './world.ts'
import type { World, WorldOptions } from './world.ts'

/**
 * Diamonds, peers seen twice, an alias, a cycle, optional packages, a deprecated one: what an order could decide.
 * Fewer than a dozen are installed: from there on the store starts threads, which cost more than all the rest.
 */
const PACKAGES = `
  react 17.0.2
  react 18.3.1
  kit 1.0.0: peer:react@>=17 peer?:icons@* util ^1.0.0
  kit 1.1.0: peer:react@>=17 peer?:icons@* util ^1.1.0
  util 1.0.0
  util 1.0.5: deprecated:use-1.1
  util 1.1.0: shared >=1
  util 2.0.0: shared ^2.0.0
  shared 1.0.0: util *
  shared 2.0.0: util ^2.0.0
  old 1.0.0: react ^17.0.0 kit ^1.0.0
  native 1.0.0: optional:native-linux@1.0.0 optional:native-darwin@1.0.0 optional:nowhere@1
  native-linux 1.0.0: os:linux
  native-darwin 1.0.0: os:darwin
  mine 3.0.0: again npm:util@^2.0.0`

const DEPENDENCIES = {
  react: '^18.0.0',
  kit: '^1.0.0',
  old: '*',
  shared: '>=1',
  native: '*',
}

function manifestOf(dependencies: Readonly<Record<string, string>> = DEPENDENCIES): object {
  return { dependencies, devDependencies: { mine: '^3.0.0' }, workspaces: ['lib'] }
}

const LIB = { 'lib/package.json': { json: { name: 'lib', dependencies: { kit: '1.0.0', react: '^17.0.0' } } } }

/** Lockfile, tree as `alk tree --json` has it, and node_modules to the byte. */
async function resultOf(world: World, folder = '.'): Promise<readonly unknown[]> {
  const files = await listTree(world.tree.resolve('project', folder, 'node_modules'))
  // The hash of package.json stands in state.json: written in another order, it is another file.
  const others = files.filter((line) => !line.endsWith(' .alk/state.json'))
  return [await world.read(`${folder}/alkahest.lock`), await tree(world.at(folder)), others]
}

function openAny(options: WorldOptions = {}): Promise<World> {
  return openWorld({ registry, manifest: manifestOf(), files: LIB, ...options })
}

let registry: TestRegistry
let expected: readonly unknown[]

beforeAll(async () => {
  registry = await startRegistry({ packages: PACKAGES })
  await using world = await openAny()
  await install(world.at(), {})
  expected = await resultOf(world)
})
afterAll(() => registry.close())

/** One of many orders, the same every time. */
function shuffled<Entry>(list: readonly Entry[], seed: string): readonly Entry[] {
  const key = (index: number): string => createHash('sha256').update(`${seed} ${index}`).digest('hex')
  const indexes = list.map((_, index) => index)
  return indexes.toSorted((left, right) => (key(left) < key(right) ? -1 : 1)).map((index) => list[index] as Entry)
}

it('on another machine, in another folder, behind another address', async () => {
  await using world = await openAny()
  await world.tree.write({
    'a longer/folder é/package.json': { json: { name: 'app', version: '1.0.0', ...manifestOf() } },
  })
  await world.tree.write({ 'a longer/folder é/lib/package.json': LIB['lib/package.json'] })
  await install(world.at('../a longer/folder é', { home: world.tree.resolve('another home') }), {})
  expect(await resultOf(world, '../a longer/folder é')).toEqual(expected)
})

it.each(['one', 'two', 'three'])('with the keys of package.json in another order (%s)', async (seed) => {
  const dependencies = Object.fromEntries(shuffled(Object.entries(DEPENDENCIES), seed))
  const manifest = Object.fromEntries(shuffled(Object.entries(manifestOf(dependencies)), seed))
  await using world = await openAny({ manifest })
  await install(world.at(), {})
  expect(await resultOf(world)).toEqual(expected)
})

it('with the versions published in another order', async () => {
  const lines = PACKAGES.split('\n').filter((line) => line.trim() !== '')
  // What is tagged latest is what was published last, so the newest of each name stays behind the others.
  const names = new Map<string, string[]>()
  for (const line of lines) {
    const name = line.trim().split(' ')[0] ?? ''
    names.set(name, [...(names.get(name) ?? []), line])
  }
  await using world = await openWorld({
    packages: shuffled([...names.values()], 'names').flat(),
    manifest: manifestOf(),
    files: LIB,
  })
  await install(world.at(), {})
  expect((await resultOf(world)).slice(0, 2)).toEqual(expected.slice(0, 2))
})

it.each(['one', 'two', 'three'])('with answers in another order (%s)', async (seed) => {
  await using world = await openAny()
  await using slow = await faultyRegistry({
    upstream: world.registry.url,
    delayOf: (path) => createHash('sha256').update(`${seed} ${path}`).digest().readUInt8() / 4,
  })
  await world.tree.write({ 'home/.npmrc': `registry=${slow.url}\n` })
  await install(world.at(), {})
  expect(await resultOf(world)).toEqual(expected)
})

it('with cold and warm caches, from the lockfile and without it, step by step and at once', async () => {
  await using world = await openAny()
  await install(world.at(), {})
  await rm(world.tree.resolve('project/node_modules'), { recursive: true })
  await install(world.at(), { frozen: true })
  expect(await resultOf(world)).toEqual(expected)
  await rm(world.tree.resolve('project/node_modules'), { recursive: true })
  await rm(world.tree.resolve('project/alkahest.lock'))
  await install(world.at(), { preferOffline: true })
  expect(await resultOf(world)).toEqual(expected)
  await rm(world.tree.resolve('project/alkahest.lock'))
  await install(world.at(), {})
  expect(await resultOf(world)).toEqual(expected)
})

it('add gives the lockfile that an install of the same manifest would', async () => {
  await using world = await openWorld({ registry })
  await add(world.at(), { packages: ['react', 'kit', 'util', 'shared@1'] })
  const added = [await world.manifest(), ...(await resultOf(world))]
  await rm(world.tree.resolve('project/node_modules'), { recursive: true })
  await rm(world.tree.resolve('project/alkahest.lock'))
  await install(world.at(), {})
  expect([await world.manifest(), ...(await resultOf(world))]).toEqual(added)
})

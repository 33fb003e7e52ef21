import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listTree, startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { install } from '../src/index.ts'
import { openWorld } from './world.ts'
import type { World } from './world.ts'

const PACKAGES = `
  a 1.0.0: b ^1.0.0
  b 1.0.0: bin:b script:postinstall
  old 1.0.0: deprecated:use-a
  elsewhere 1.0.0: os:aix`

const MANIFEST = { dependencies: { a: '*', old: '*' }, optionalDependencies: { elsewhere: '*' } }

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: PACKAGES })
})
afterAll(() => registry.close())

/** A world with one finished install, and a second checkout of the same project beside it. */
async function openCheckouts(): Promise<World> {
  const world = await openWorld({ registry, manifest: MANIFEST })
  await install(world.at(), {})
  await world.tree.write({
    'second/package.json': await world.read('package.json'),
    'second/alkahest.lock': await world.read('alkahest.lock'),
  })
  await world.asked()
  return world
}

async function filesOf(world: World, folder: string): Promise<readonly string[]> {
  return listTree(world.tree.resolve(folder, 'node_modules'))
}

describe('the same install in another checkout', () => {
  it('gives the same tree and the same report as one from the lockfile, and asks for nothing', async () => {
    await using world = await openCheckouts()
    await rm(world.tree.resolve('alkahest/cache/installs'), { recursive: true })
    const anew = await install(world.at('../second'), {})
    const files = await filesOf(world, 'second')
    await rm(world.tree.resolve('second/node_modules'), { recursive: true })
    expect(await install(world.at('../second'), {})).toEqual(anew)
    expect(anew).toMatchObject({
      added: [{ name: 'a' }, { name: 'b' }, { name: 'old' }],
      deprecated: [{ name: 'old', message: 'use a' }],
      skipped: [{ name: 'elsewhere' }],
      unapprovedBuilds: [{ name: 'b' }],
      lockfile: 'unchanged',
      upToDate: false,
    })
    expect(await filesOf(world, 'second')).toEqual(files)
    expect(await filesOf(world, 'project')).toEqual(files)
    expect((await install(world.at('../second'), {})).upToDate).toBe(true)
    expect(await world.asked()).toEqual([])
  })

  it('is installed anew when the store has lost a package, or other options are given', async () => {
    await using world = await openCheckouts()
    await rm(world.tree.resolve('alkahest/store'), { recursive: true })
    expect((await install(world.at('../second'), {})).added).toHaveLength(3)
    expect(await world.asked()).toEqual(['a-1.0.0.tgz', 'b-1.0.0.tgz', 'old-1.0.0.tgz'])
    await rm(world.tree.resolve('second/node_modules'), { recursive: true })
    expect((await install(world.at('../second'), { noOptional: true })).skipped).toEqual([])
  })

  it('is not what another manifest gets', async () => {
    await using world = await openCheckouts()
    await world.tree.write({ 'second/package.json': { json: { name: 'app', dependencies: { b: '*' } } } })
    expect((await install(world.at('../second'), {})).added).toEqual([{ name: 'b', version: '1.0.0' }])
  })
})

it('an install that cannot be remembered is an install all the same, and says so', async () => {
  await using world = await openWorld({ registry, manifest: MANIFEST })
  await world.tree.write({ 'alkahest/cache/installs': 'in the way' })
  expect((await install(world.at(), {})).added).toHaveLength(3)
  expect(world.events).toContainEqual({
    kind: 'note',
    text: `this install is not remembered, so the same one will take as long again: EEXIST: file already exists, mkdir '${world.tree.resolve('alkahest/cache/installs')}'`,
  })
})

it('a linked folder that gets a command is noticed', async () => {
  const left = { name: 'left', version: '1.0.0' }
  await using world = await openWorld({
    registry,
    manifest: { dependencies: { left: 'file:vendor/left' } },
    files: { 'vendor/left/package.json': { json: left }, 'vendor/left/cli.js': '#!/usr/bin/env node\n' },
  })
  await install(world.at(), {})
  await world.tree.write({ 'project/vendor/left/package.json': { json: { ...left, bin: './cli.js' } } })
  expect((await install(world.at(), {})).upToDate).toBe(false)
  expect(await world.read('node_modules/.bin/left')).toBe('#!/usr/bin/env node\n')
  expect((await install(world.at(), {})).upToDate).toBe(true)
})

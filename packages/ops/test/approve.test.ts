/** Build scripts of dependencies: who decides, where that stands, and what it does to the tree. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { approve, clean, install, store } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await startRegistry({
    packages: `
      native 1.0.0: script:install below 1.0.0
      below 1.0.0: script:postinstall
      plain 1.0.0`,
  })
})
afterAll(() => registry.close())

const ran = (world: World, file: string): boolean => existsSync(path.join(world.project, 'node_modules', file))

it('run after they were approved by name, in package.json, and no more when they are refused', async () => {
  await using world = await openWorld({ registry, manifest: { dependencies: { native: '1.0.0', plain: '*' } } })
  expect((await install(world.at(), {})).unapprovedBuilds.map(({ name }) => name)).toEqual(['below', 'native'])
  expect(await approve(world.at(), { names: [] })).toMatchObject({ install: null, decided: {} })
  const report = await approve(world.at(), { names: ['native', 'below'] })
  expect(report.install?.builds.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'below built',
    'native built',
  ])
  expect(report.waiting).toEqual([])
  expect((await world.manifest()).alkahest).toEqual({ allowBuilds: { below: true, native: true } })
  expect(ran(world, 'native/ran-install')).toBe(true)
  expect((await install(world.at(), {})).upToDate).toBe(true)

  await approve(world.at(), { names: ['native'], deny: true })
  expect(ran(world, 'native/ran-install')).toBe(false)
  expect((await world.manifest()).alkahest).toEqual({ allowBuilds: { below: true, native: false } })
  expect((await store(world.at(), { action: 'verify' })).verified?.damaged).toEqual([])
})

it('are kept for the next project and the next install, and left out with --ignore-scripts', async () => {
  const manifest = { dependencies: { native: '1.0.0' }, alkahest: { allowBuilds: { native: true } } }
  await using world = await openWorld({ registry, manifest })
  expect((await install(world.at(), { ignoreScripts: true })).builds).toEqual([])
  expect(ran(world, 'native/ran-install')).toBe(false)
  const [built] = (await install(world.at(), {})).builds
  expect(built).toMatchObject({ name: 'native', outcome: 'built' })
  expect(readFileSync(built?.log ?? '', 'utf8')).toBe('')
  expect(await clean(world.at())).toEqual({ removed: ['node_modules'] })
  expect((await install(world.at(), {})).builds).toEqual([{ ...built, outcome: 'kept' }])
  expect(ran(world, 'native/ran-install')).toBe(true)
})

it('of a name that is not locked are no question, and nothing changes', async () => {
  await using world = await openWorld({ registry, manifest: { dependencies: { native: '1.0.0' } } })
  await install(world.at(), {})
  const before = await world.digests()
  expect(await wordsOf(approve(world.at(), { names: ['nativ'] }))).toBe(
    'PACKAGE_NOT_INSTALLED nothing in the lockfile is called nativ\nhint: did you mean native?',
  )
  expect(await world.digests()).toEqual(before)
})

it('that fail take the install and the decision back', async () => {
  await using world = await openWorld({ registry, manifest: { dependencies: { native: '1.0.0' } } })
  await install(world.at(), {})
  const before = (await world.digests()).project
  const env = { HOME: world.tree.resolve('home'), PATH: process.env.PATH, NODE_OPTIONS: '--require=/nowhere' }
  const words = await wordsOf(approve(world.at('.', { env }), { names: ['native'] }))
  expect(words).toMatch(/^BUILD_FAILED the build of native@1\.0\.0 failed: its install script ended with code \d+/)
  expect((await world.digests()).project).toBe(before)
})

it('leave results that go a month after their last use', async () => {
  const manifest = { dependencies: { native: '1.0.0' }, alkahest: { allowBuilds: { native: true } } }
  await using world = await openWorld({ registry, manifest })
  await install(world.at(), {})
  const collectAt = async (now: number): Promise<unknown> =>
    (await store(world.at('.', { now: () => now }), { action: 'gc' })).collected
  expect(await collectAt(Date.now())).toMatchObject({ builds: 0 })
  expect(await collectAt(Date.now() + 31 * 24 * 60 * 60 * 1000)).toMatchObject({ builds: 1 })
  await clean(world.at())
  expect((await install(world.at(), {})).builds).toMatchObject([{ name: 'native', outcome: 'built' }])
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { install, remove } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const PACKAGES = `
  react 18.0.0
  react-dom 18.0.0: peer:react@^18
  a 1.0.0: shared ^1
  b 1.0.0: shared ^1
  shared 1.0.0`

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: PACKAGES })
})
afterAll(() => registry.close())

async function openInstalled(manifest: object): Promise<World> {
  const world = await openWorld({ registry, manifest })
  await install(world.at(), {})
  await world.asked()
  return world
}

describe('remove', () => {
  it('takes a package out of manifest, lockfile and disk with what only it needed, without a request', async () => {
    await using world = await openInstalled({ dependencies: { a: '1.0.0', b: '1.0.0' } })
    const first = await remove(world.at(), { names: ['a'] })
    expect(first).toMatchObject({ added: [], changed: [], removed: [{ name: 'a', version: '1.0.0' }] })
    expect((await world.manifest()).dependencies).toEqual({ b: '1.0.0' })
    const second = await remove(world.at(), { names: ['b'] })
    expect(second.removed).toEqual([
      { name: 'b', version: '1.0.0' },
      { name: 'shared', version: '1.0.0' },
    ])
    expect(await world.manifest()).toEqual({ name: 'app', version: '1.0.0' })
    expect(await world.read('alkahest.lock')).toBe('alkahest lockfile 1\n\nmember .\n  name app\n')
    await expect(world.installed('shared')).rejects.toThrow('ENOENT')
  })

  it('takes it out of every section, and its peer settings with it', async () => {
    await using world = await openInstalled({
      devDependencies: { react: '^18.0.0' },
      peerDependencies: { react: '>=17' },
      peerDependenciesMeta: { react: { optional: true } },
    })
    await remove(world.at(), { names: ['react'] })
    expect(await world.manifest()).toEqual({ name: 'app', version: '1.0.0' })
  })

  it('says which name was probably meant, and changes nothing', async () => {
    await using world = await openInstalled({ dependencies: { 'react-dom': '^18.0.0', react: '^18.0.0' } })
    const before = await world.digests()
    expect(await wordsOf(remove(world.at(), { names: ['react', 'raect-dom'] }))).toBe(
      `DEPENDENCY_NOT_FOUND raect-dom is not a dependency in ${world.project}/package.json\nhint: did you mean react-dom?`,
    )
    expect(await wordsOf(remove(world.at(), { names: ['zod'] }))).toBe(
      `DEPENDENCY_NOT_FOUND zod is not a dependency in ${world.project}/package.json`,
    )
    expect(await world.digests()).toEqual(before)
  })

  it('keeps a package that a peer of another one asks for', async () => {
    await using world = await openInstalled({ dependencies: { 'react-dom': '^18.0.0', react: '^18.0.0' } })
    const report = await remove(world.at(), { names: ['react'] })
    expect({ removed: report.removed, peers: report.peerConflicts }).toEqual({ removed: [], peers: [] })
    expect(await world.read('alkahest.lock')).toContain('  peer react ^18 -> 18.0.0\n')
  })

  it('with dryRun says what would go', async () => {
    await using world = await openInstalled({ dependencies: { a: '1.0.0' } })
    const before = await world.digests()
    const report = await remove(world.at(), { names: ['a'], dryRun: true })
    expect(report.removed.map(({ name }) => name)).toEqual(['a', 'shared'])
    expect(await world.digests()).toEqual(before)
  })
})

import { describe, expect, it } from 'vitest'
import { install, update } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const OLD = `
  a 1.0.0: deep ^1.0.0
  b 1.0.0
  deep 1.0.0`

const NEW = `
  a 1.1.0: deep ^1.0.0
  a 2.0.0: deep ^1.0.0
  b 1.1.0
  b 2.0.0
  b 3.0.0-rc.1: tag:next
  deep 1.1.0
  deep 2.0.0`

/** Locked when only the old versions were there. */
async function openOutdated(manifest: object = { dependencies: { a: '^1.0.0', b: '^1.0.0' } }): Promise<World> {
  const world = await openWorld({ packages: OLD, manifest })
  await install(world.at(), {})
  await world.registry.publish(NEW)
  return world
}

describe('update', () => {
  it('without names moves everything as far as the manifests allow, and no manifest', async () => {
    await using world = await openOutdated()
    expect((await update(world.at(), { names: [] })).changed).toEqual([
      { name: 'a', from: '1.0.0', to: '1.1.0' },
      { name: 'b', from: '1.0.0', to: '1.1.0' },
      { name: 'deep', from: '1.0.0', to: '1.1.0' },
    ])
    expect((await world.manifest()).dependencies).toEqual({ a: '^1.0.0', b: '^1.0.0' })
    const again = await update(world.at(), { names: [] })
    expect(again).toMatchObject({ added: [], changed: [], removed: [], lockfile: 'unchanged' })
  })

  it('moves what is named and nothing else', async () => {
    await using world = await openOutdated()
    expect((await update(world.at(), { names: ['a'] })).changed).toEqual([{ name: 'a', from: '1.0.0', to: '1.1.0' }])
  })

  it('deep moves what hangs on it too', async () => {
    await using world = await openOutdated()
    expect((await update(world.at(), { names: ['a'], deep: true })).changed).toEqual([
      { name: 'a', from: '1.0.0', to: '1.1.0' },
      { name: 'deep', from: '1.0.0', to: '1.1.0' },
    ])
  })

  it('moves a package that only others depend on', async () => {
    await using world = await openOutdated()
    const report = await update(world.at(), { names: ['deep'] })
    expect(report.changed).toEqual([{ name: 'deep', from: '1.0.0', to: '1.1.0' }])
  })

  it('latest goes past the manifests and writes them', async () => {
    await using world = await openOutdated()
    expect((await update(world.at(), { names: [], latest: true })).changed).toEqual([
      { name: 'a', from: '1.0.0', to: '2.0.0' },
      { name: 'b', from: '1.0.0', to: '2.0.0' },
      { name: 'deep', from: '1.0.0', to: '1.1.0' },
    ])
    expect((await world.manifest()).dependencies).toEqual({ a: '^2.0.0', b: '^2.0.0' })
    expect((await install(world.at(), {})).upToDate).toBe(true)
  })

  it('latest of one name leaves the others, a tag that somebody wrote among them', async () => {
    await using world = await openOutdated({ dependencies: { a: '^1.0.0' }, devDependencies: { b: 'latest' } })
    const report = await update(world.at(), { names: ['a'], latest: true })
    expect(report.changed).toEqual([{ name: 'a', from: '1.0.0', to: '2.0.0' }])
    expect(await world.manifest()).toMatchObject({ dependencies: { a: '^2.0.0' }, devDependencies: { b: 'latest' } })
  })

  it('latest leaves links, aliases and addresses as they are', async () => {
    const left = { json: { name: 'left', version: '1.0.0' } }
    await using world = await openWorld({
      packages: OLD,
      manifest: { dependencies: { left: 'file:left', mine: 'npm:b@^1.0.0' } },
      files: { 'left/package.json': left },
    })
    await install(world.at(), {})
    await world.registry.publish(NEW)
    await update(world.at(), { names: [], latest: true })
    expect((await world.manifest()).dependencies).toEqual({ left: 'file:left', mine: 'npm:b@^1.0.0' })
    expect(await world.installed('mine')).toBe('b@1.1.0')
  })

  it('latest never goes back from a newer version than the registry calls latest', async () => {
    const dependencies = { a: '^1.0.0', b: '^3.0.0-rc.1' }
    await using world = await openWorld({ packages: 'a 1.0.0\nb 3.0.0-rc.1: tag:next', manifest: { dependencies } })
    await install(world.at(), {})
    await world.registry.publish('a 2.0.0\nb 2.0.0')
    expect((await update(world.at(), { names: [], latest: true })).changed.map(({ name }) => name)).toEqual(['a'])
    expect((await world.manifest()).dependencies).toEqual({ a: '^2.0.0', b: '^3.0.0-rc.1' })
    expect(await world.installed('b')).toBe('b@3.0.0-rc.1')
  })

  it('a tag is asked again', async () => {
    await using world = await openOutdated({ dependencies: { b: 'latest' } })
    expect(await install(world.at(), {})).toMatchObject({ upToDate: true })
    expect((await update(world.at(), { names: ['b'] })).changed).toEqual([{ name: 'b', from: '1.0.0', to: '2.0.0' }])
    expect((await world.manifest()).dependencies).toEqual({ b: 'latest' })
  })

  it('a name that nothing knows is a mistake, and changes nothing', async () => {
    await using world = await openOutdated()
    const before = await world.digests()
    expect(await wordsOf(update(world.at(), { names: ['a', 'bb'] }))).toBe(
      `DEPENDENCY_NOT_FOUND bb is not a dependency in ${world.project}/package.json\nhint: did you mean b?`,
    )
    expect(await world.digests()).toEqual(before)
  })

  it('dryRun tells the moves and makes none', async () => {
    await using world = await openOutdated()
    const before = (await world.digests()).project
    const report = await update(world.at(), { names: [], latest: true, dryRun: true })
    expect(report.changed.map(({ name, to }) => `${name} ${to}`)).toEqual(['a 2.0.0', 'b 2.0.0', 'deep 1.1.0'])
    expect((await world.digests()).project).toBe(before)
  })
})

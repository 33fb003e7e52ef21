/** What an install makes of requirements: peers, platforms, release age, single mode, and what it asks the registry for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultyRegistry, startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { add, install, tree, update } from '../src/index.ts'
import { errorOf, NOW, openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

/** A registry for every test around it; none of them publishes. */
function sharedRegistry(packages: string, upstream?: () => string): () => TestRegistry {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry({ packages, ...(upstream === undefined ? {} : { upstream: upstream() }) })
  })
  afterAll(() => registry.close())
  return () => registry
}

describe('peers', () => {
  const PACKAGES = `
    react 17.0.0
    react 18.0.0
    react 18.3.0
    dom 18.3.0: peer:react@^18
    table 1.0.0: peer:react@>=17 peer?:icons@*
    icons 1.0.0
    legacy 1.0.0: peer:react@^17`

  const registry = sharedRegistry(PACKAGES)

  it('are added where nobody asks for them, and an optional one is not', async () => {
    await using world = await openWorld({ registry: registry(), manifest: { dependencies: { dom: '*', table: '*' } } })
    const { added } = await install(world.at(), {})
    expect(added.map(({ name, version }) => `${name} ${version}`)).toEqual([
      'dom 18.3.0',
      'react 18.3.0',
      'table 1.0.0',
    ])
    const { packages } = await tree(world.at())
    expect(packages.find(({ name }) => name === 'dom')?.peers).toEqual({ react: 'react@18.3.0' })
    expect((await world.manifest()).dependencies).toEqual({ dom: '*', table: '*' })
  })

  it("are the project's own when it asks for them", async () => {
    const dependencies = { dom: '*', react: '18.0.0', icons: '^1.0.0', table: '*' }
    await using world = await openWorld({ registry: registry(), manifest: { dependencies } })
    await install(world.at(), {})
    const { packages } = await tree(world.at())
    expect(packages.find(({ name }) => name === 'table')?.peers).toEqual({
      icons: 'icons@1.0.0',
      react: 'react@18.0.0',
    })
  })

  it('that conflict are accepted and explained once when nothing was locked, and refused when a change brings them', async () => {
    const dependencies = { react: '^18.0.0', legacy: '*' }
    await using world = await openWorld({ registry: registry(), manifest: { dependencies } })
    const { peerConflicts } = await install(world.at(), {})
    expect(peerConflicts).toEqual([
      {
        package: 'legacy@1.0.0',
        peer: 'react',
        range: '^17',
        found: 'react@18.3.0',
        explanation: expect.stringContaining('legacy'),
        suggestions: expect.any(Array),
      },
    ])
    expect((await add(world.at(), { packages: ['icons'] })).peerConflicts).toEqual([])

    await using other = await openWorld({ registry: registry(), manifest: { dependencies: { react: '^18.0.0' } } })
    await install(other.at(), {})
    const before = (await other.digests()).project
    expect((await errorOf(add(other.at(), { packages: ['legacy'] }))).code).toBe('PEER_CONFLICT')
    expect((await other.digests()).project).toBe(before)
  })
})

describe('optional packages', () => {
  it('for other platforms are locked, not fetched, and told', async () => {
    const other = process.platform === 'linux' ? 'darwin' : 'linux'
    await using world = await openWorld({
      packages: `
        app-core 1.0.0: optional:here@1.0.0 optional:there@1.0.0
        here 1.0.0: os:${process.platform}
        there 1.0.0: os:${other} only-there ^1.0.0
        only-there 1.0.0`,
      manifest: { dependencies: { 'app-core': '*' } },
    })
    const report = await install(world.at(), {})
    expect(report.added.map(({ name }) => name)).toEqual(['app-core', 'here'])
    expect(report.skipped).toEqual([
      { name: 'only-there', version: '1.0.0' },
      { name: 'there', version: '1.0.0' },
    ])
    expect(await world.read('alkahest.lock')).toContain(`\npackage there 1.0.0\n  integrity sha512-`)
    expect(await world.asked()).not.toContain('there-1.0.0.tgz')
    const { packages } = await tree(world.at())
    expect(packages.filter(({ skipped }) => skipped === true).map(({ name }) => name)).toEqual(['only-there', 'there'])
    expect((await install(world.at(), {})).upToDate).toBe(true)
  })

  it('that are required on another platform are an error that names the way out', async () => {
    const other = process.platform === 'linux' ? 'darwin' : 'linux'
    await using world = await openWorld({
      packages: `native 1.0.0: os:${other}`,
      manifest: { dependencies: { native: '*' } },
    })
    const before = (await world.digests()).project
    expect((await errorOf(install(world.at(), {}))).code).toBe('PLATFORM_UNSUPPORTED')
    expect((await world.digests()).project).toBe(before)
  })

  it('with build scripts that nobody approved are told, and the scripts do not run', async () => {
    await using world = await openWorld({
      packages: 'builds 1.0.0: script:postinstall\nrefused 1.0.0: script:install',
      manifest: { dependencies: { builds: '*', refused: '*' }, alkahest: { allowBuilds: { refused: false } } },
    })
    expect((await install(world.at(), {})).unapprovedBuilds).toEqual([{ name: 'builds', version: '1.0.0' }])
    await expect(world.read('node_modules/builds/ran-postinstall')).rejects.toThrow('ENOENT')
    await expect(world.read('node_modules/refused/ran-install')).rejects.toThrow('ENOENT')
  })
})

/** The contexts' clock stands at 2026-11-22T12:00:00Z. */
const AGED = `
  a 1.0.0: at:2026-01-01
  a 1.1.0: at:2026-11-21T12:00:00Z
  a 1.2.0: at:2026-11-21T12:00:01Z`

describe('release age', () => {
  const upstream = sharedRegistry(AGED)
  const registry = sharedRegistry('', () => upstream().url)

  it('keeps out what an upstream published within the last day, and says so', async () => {
    await using world = await openWorld({ registry: registry(), manifest: { dependencies: { a: '^1.0.0' } } })
    expect(await install(world.at(), {})).toMatchObject({
      added: [{ name: 'a', version: '1.1.0' }],
      heldBack: [{ name: 'a', version: '1.2.0', instead: '1.1.0', published: '2026-11-21T12:00:01.000Z' }],
    })
    const later = world.at('.', { now: () => NOW + 1000 })
    expect(await update(later, { names: [] })).toMatchObject({
      changed: [{ name: 'a', from: '1.1.0', to: '1.2.0' }],
      heldBack: [],
    })
  })

  it('says what is held back also when the manifest is written from what was chosen', async () => {
    await using world = await openWorld({ registry: registry() })
    const { heldBack } = await add(world.at(), { packages: ['a'] })
    expect(heldBack).toEqual([{ name: 'a', version: '1.2.0', instead: '1.1.0', published: '2026-11-21T12:00:01.000Z' }])
    expect((await world.manifest()).dependencies).toEqual({ a: '^1.1.0' })
  })

  it('does not count for what was published to the registry itself', async () => {
    await using world = await openWorld({ registry: upstream(), manifest: { dependencies: { a: '^1.0.0' } } })
    expect(await install(world.at(), {})).toMatchObject({ added: [{ name: 'a', version: '1.2.0' }], heldBack: [] })
  })

  it('does not move what is locked', async () => {
    const manifest = { dependencies: { a: '^1.0.0' }, alkahest: { minimumReleaseAge: 0 } }
    await using world = await openWorld({ registry: registry(), manifest })
    await install(world.at(), {})
    await world.tree.write({ 'project/package.json': { json: { name: 'app', dependencies: { a: '^1.0.1' } } } })
    expect(await install(world.at(), {})).toMatchObject({ changed: [], lockfile: 'written' })
    expect(await world.installed('a')).toBe('a@1.2.0')
  })

  it.each([
    [0, '1.2.0'],
    [1, '1.2.0'],
    [24 * 60, '1.1.0'],
    [24 * 60 + 1, '1.0.0'],
  ])('minimumReleaseAge %s takes %s', async (minimumReleaseAge, version) => {
    const manifest = { dependencies: { a: '^1.0.0' }, alkahest: { minimumReleaseAge } }
    await using world = await openWorld({ registry: registry(), manifest })
    expect((await install(world.at(), {})).added).toEqual([{ name: 'a', version }])
  })

  it('explains when everything is too young', async () => {
    await using young = await startRegistry({ packages: 'young 1.0.0: at:2026-11-22' })
    await using world = await openWorld({ upstream: young.url, manifest: { dependencies: { young: '*' } } })
    expect(await wordsOf(install(world.at(), {}))).toMatch(/^VERSION_NOT_FOUND .*young/)
  })

  it('before counts for local packages too, and a date that is none is refused', async () => {
    await using world = await openWorld({ registry: upstream(), manifest: { dependencies: { a: '^1.0.0' } } })
    const before = (await world.digests()).project
    expect(await wordsOf(install(world.at(), { before: 'yesterday' }))).toBe(
      'DATE_INVALID "yesterday" is not a date\nhint: write it as 2026-11-22 or 2026-11-22T12:00:00Z',
    )
    expect((await world.digests()).project).toBe(before)
    expect((await install(world.at(), { before: '2026-06-01' })).added).toEqual([{ name: 'a', version: '1.0.0' }])
  })
})

describe('documents that may be kept for a while', () => {
  const OLD = 'a 1.0.0: at:2026-01-01\nb 1.0.0: at:2026-01-01\nb 1.1.0: at:2026-01-01 a ^2.0.0'

  /** Behind a registry that keeps nothing itself, so that what is old was kept by us. */
  async function withKept(use: (world: World, upstream: TestRegistry) => Promise<void>): Promise<void> {
    await using upstream = await startRegistry({ packages: OLD })
    await using registry = await startRegistry({ upstream: upstream.url, flags: { 'upstream-max-age': '0' } })
    // Between us and the registry something that says nothing of closures.
    await using front = await faultyRegistry({ upstream: registry.url })
    const manifest = { dependencies: { a: '^1.0.0', b: '1.0.0' } }
    await using world = await openWorld({ registry, registryUrl: front.url, manifest })
    await install(world.at(), {})
    await world.asked()
    await use(world, upstream)
  }

  it('are asked for again when a version seems not to exist, and not when all is there', async () => {
    await withKept(async (world, upstream) => {
      await upstream.publish('a 1.1.0: at:2026-02-01')
      await update(world.at(), { names: ['a'] })
      expect(await world.asked()).toEqual([])
      await add(world.at(), { packages: ['a@^1.1.0'] })
      expect(await world.asked()).toEqual(['a', 'a-1.1.0.tgz'])
      expect(await world.installed('a')).toBe('a@1.1.0')
    })
  })

  it('are asked for again when a package deep in the graph seems to lack one', async () => {
    await withKept(async (world, upstream) => {
      await upstream.publish('a 2.0.0: at:2026-02-01')
      await add(world.at(), { packages: ['b@1.1.0'] })
      expect(await world.asked()).toEqual(['a', 'a-2.0.0.tgz', 'b-1.1.0.tgz'])
    })
  })

  it('are asked for once when the registry says the same again, and not offline', async () => {
    await withKept(async (world) => {
      expect(await wordsOf(add(world.at(), { packages: ['a@^9.0.0'], offline: true }))).toMatch(/^VERSION_NOT_FOUND /)
      expect(await world.asked()).toEqual([])
      expect(await wordsOf(add(world.at(), { packages: ['a@^9.0.0'] }))).toMatch(/^VERSION_NOT_FOUND /)
      expect(await world.asked()).toEqual(['a'])
      expect(await wordsOf(add(world.at(), { packages: ['nowhere'] }))).toMatch(/^PACKAGE_NOT_FOUND /)
      expect(await world.asked()).toEqual(['nowhere'])
    })
  })
})

describe('single mode', () => {
  const PACKAGES = `
    a 1.0.0: shared ^1.0.0
    b 1.0.0: shared ^1.0.0
    b 2.0.0: shared ^2.0.0
    shared 1.0.0
    shared 2.0.0`

  const registry = sharedRegistry(PACKAGES)

  it('takes one version of everything, an older dependent if need be', async () => {
    const dependencies = { a: '*', b: '*' }
    await using world = await openWorld({
      registry: registry(),
      manifest: { dependencies, alkahest: { single: true } },
    })
    const { added } = await install(world.at(), {})
    expect(added.map(({ name, version }) => `${name} ${version}`)).toEqual(['a 1.0.0', 'b 1.0.0', 'shared 1.0.0'])
    expect(await world.read('alkahest.lock')).toContain('\nsetting single *\n')
  })

  it('explains why there is none', async () => {
    const dependencies = { a: '*', b: '^2.0.0' }
    await using world = await openWorld({
      registry: registry(),
      manifest: { dependencies, alkahest: { single: ['shared'] } },
    })
    expect(await wordsOf(install(world.at(), {}))).toBe(
      'RESOLUTION_FAILED Because package.json asks for a * and b ^2.0.0, a 1.0.0 depends on shared ^1.0.0, and ' +
        'b 2.0.0 depends on shared ^2.0.0, there is no resolution\n' +
        'hint: in package.json, ask for b ^1.0.0 instead of ^2.0.0',
    )
    await world.tree.write({ 'project/package.json': { json: { name: 'app', dependencies } } })
    expect((await install(world.at(), {})).added).toHaveLength(4)
  })

  it('is noticed when it is switched on', async () => {
    const dependencies = { a: '*', b: '*' }
    await using world = await openWorld({ registry: registry(), manifest: { dependencies } })
    expect((await install(world.at(), {})).added).toHaveLength(4)
    const json = { name: 'app', dependencies, alkahest: { single: true } }
    await world.tree.write({ 'project/package.json': { json } })
    expect(await wordsOf(install(world.at(), { frozen: true }))).toContain('"single" changed')
    await install(world.at(), {})
    expect(await world.installed('b')).toBe('b@1.0.0')
  })
})

it('overrides of the root decide, and a changed one is noticed', async () => {
  const manifest = { dependencies: { a: '*' }, overrides: { b: '1.0.0' } }
  await using world = await openWorld({ packages: 'a 1.0.0: b ^1\nb 1.0.0\nb 1.1.0', manifest })
  await install(world.at(), {})
  expect(await world.read('alkahest.lock')).toContain('package b 1.0.0\n')
  await world.tree.write({ 'project/package.json': { json: { name: 'app', ...manifest, overrides: {} } } })
  expect(await install(world.at(), {})).toMatchObject({ upToDate: false, lockfile: 'written' })
})

/** What can be asked about a lockfile, and what brings it into shape: exact answers over one registry. */
import { expectErrorGolden, startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { add, dedupe, importLockfile, install, lock, outdated, peers, remove, why, whyNot } from '../src/index.ts'
import { errorOf, openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const PACKAGES = `
  react 17.0.0
  react 18.0.0
  react 19.0.0
  dom 18.0.0: peer:react@^18
  dom 19.0.0: peer:react@^19
  old 1.0.0: peer:react@^17
  lib 1.0.0: deep ~1.0.0
  lib 2.0.0: deep ~1.0.0
  deep 1.0.0
  deep 1.1.0
  wide 1.0.0: deep ^1.0.0
  next 1.0.0: tag:latest
  next 2.0.0-rc.1: tag:beta`

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: PACKAGES })
})
afterAll(() => registry.close())

async function openInstalled(dependencies: Record<string, string>, manifest: object = {}): Promise<World> {
  const world = await openWorld({ registry, manifest: { dependencies, ...manifest } })
  await install(world.at(), { lockfileOnly: true })
  return world
}

describe('outdated', () => {
  it('says what is there, what is wanted, what is latest, and who holds it back', async () => {
    await using world = await openInstalled({ react: '^18.0.0', dom: '^18.0.0', deep: '^1.0.0', lib: '^1.0.0' })
    const row = { member: '.', kind: 'dependency' }
    const manifest = (name: string, range: string) => ({ from: 'package.json', kind: 'dependency', name, range })
    expect((await outdated(world.at(), {})).dependencies).toEqual([
      {
        ...row,
        alias: 'deep',
        name: 'deep',
        current: '1.0.0',
        wanted: '1.1.0',
        latest: '1.1.0',
        heldBy: [{ from: 'lib@1.0.0', kind: 'dependency', name: 'deep', range: '~1.0.0' }],
      },
      {
        ...row,
        alias: 'dom',
        name: 'dom',
        current: '18.0.0',
        wanted: '18.0.0',
        latest: '19.0.0',
        heldBy: [manifest('dom', '^18.0.0')],
      },
      {
        ...row,
        alias: 'lib',
        name: 'lib',
        current: '1.0.0',
        wanted: '1.0.0',
        latest: '2.0.0',
        heldBy: [manifest('lib', '^1.0.0')],
      },
      {
        ...row,
        alias: 'react',
        name: 'react',
        current: '18.0.0',
        wanted: '18.0.0',
        latest: '19.0.0',
        heldBy: [manifest('react', '^18.0.0'), { from: 'dom@18.0.0', kind: 'peer', name: 'react', range: '^18' }],
      },
    ])
  })

  it('is silent about a version that is ahead of latest, and reads documents of direct dependencies alone', async () => {
    await using world = await openInstalled({ next: 'beta', lib: '^2.0.0' })
    await world.asked()
    expect(await outdated(world.at('.', { home: world.tree.resolve('other-home') }), {})).toEqual({ dependencies: [] })
    expect(await world.asked()).toEqual(['lib', 'next'])
  })
})

describe('why', () => {
  it('says why it is not a newer version', async () => {
    await using world = await openInstalled({ react: '^18.0.0', dom: '^18.0.0' })
    expect((await why(world.at(), { name: 'react' })).versions).toEqual([
      {
        id: 'react@18.0.0',
        version: '18.0.0',
        paths: [
          [
            { id: 'app', specifier: '^18.0.0' },
            { id: 'react@18.0.0', specifier: null },
          ],
        ],
        decided: ['app asks for react ^18.0.0'],
        newer: {
          version: '19.0.0',
          reasons: ['package.json asks for react ^18.0.0', 'dom@18.0.0 wants its peer react to be ^18'],
        },
      },
    ])
  })

  it('answers without a registry, and notes what it cannot know then', async () => {
    await using world = await openInstalled({ react: '^18.0.0' })
    const context = world.at('.', { home: world.tree.resolve('empty-home') })
    expect((await why(context, { name: 'react', offline: true })).versions[0]?.newer).toBe(null)
    expect(world.events.filter(({ kind }) => kind === 'note')).toEqual([
      { kind: 'note', text: expect.stringMatching(/^newer versions are not known: /) },
    ])
  })
})

describe('why --not', () => {
  it.each([
    ['react@19.0.0', false, ['package.json asks for react ^18.0.0, which does not allow 19.0.0.']],
    ['react@19', false, ['package.json asks for react ^18.0.0, which does not allow 19.0.0.']],
    [
      'dom',
      false,
      [
        'Because package.json asks for react ^18.0.0, dom 19.0.0 wants its peer react to be ^19, and dom 19.0.0 is wanted, dom 19.0.0 cannot be used.',
      ],
    ],
    ['dom@18.0.0', true, ['dom 18.0.0 is what the lockfile has']],
  ])('%s', async (asked, possible, reasons) => {
    await using world = await openInstalled({ react: '^18.0.0', dom: '>=18' })
    expect(await whyNot(world.at(), { package: asked })).toMatchObject({ possible, reasons })
  })

  it('says which command takes a version that nothing stands against', async () => {
    await using world = await openInstalled({ deep: '1.0.0' })
    await world.tree.write({ 'project/package.json': { json: { name: 'app', dependencies: { deep: '^1.0.0' } } } })
    await install(world.at(), { lockfileOnly: true })
    expect(await whyNot(world.at(), { package: 'deep@1.1.0' })).toMatchObject({
      possible: true,
      reasons: ['nothing stands against deep 1.1.0: `alk update deep` takes it'],
    })
  })

  it('reads what the answer touches, not the whole graph', async () => {
    await using world = await openInstalled({ react: '^18.0.0', dom: '^18.0.0', lib: '^1.0.0', wide: '^1.0.0' })
    await world.asked()
    await whyNot(world.at('.', { home: world.tree.resolve('cold-home') }), { package: 'react@19.0.0' })
    expect(await world.asked()).toEqual(['react'])
  })

  it('mistakes are named', async () => {
    await using world = await openInstalled({ react: '^18.0.0' })
    const ask = (asked: string): Promise<string> => wordsOf(whyNot(world.at(), { package: asked }))
    expect(await ask('raect@1')).toBe('PACKAGE_NOT_FOUND raect is not in the registry\nhint: did you mean react?')
    expect(await ask('react@20')).toBe('VERSION_NOT_FOUND react has no version 20\nhint: the latest is 19.0.0')
    expect(await ask('lib@1.0.0')).toBe('PACKAGE_NOT_INSTALLED nothing depends on lib')
  })
})

it('an unknown package that looks like a known one is met with that', async () => {
  await using world = await openInstalled({ react: '^18.0.0' })
  expect(await wordsOf(add(world.at(), { packages: ['raect'], lockfileOnly: true }))).toBe(
    'PACKAGE_NOT_FOUND Because package.json asks for raect latest, which is not in the registry, there is no resolution\nhint: did you mean react?',
  )
})

describe('dedupe', () => {
  /** `deep` 1.0.0 and 1.1.0 stand side by side until somebody dedupes: 1.1.0 was locked before 1.0.0 came. */
  async function openGrown(): Promise<World> {
    const world = await openInstalled({ wide: '^1.0.0' })
    await add(world.at(), { packages: ['lib@^1.0.0'], lockfileOnly: true })
    return world
  }

  it('lets requirements share a version, and then finds nothing more', async () => {
    await using world = await openGrown()
    const error = await errorOf(dedupe(world.at(), { check: true }))
    expectErrorGolden('LOCKFILE_NOT_DEDUPED', error)
    const before = await world.read('alkahest.lock')
    expect((await dedupe(world.at(), { lockfileOnly: true })).removed).toEqual([{ name: 'deep', version: '1.1.0' }])
    expect(await world.read('alkahest.lock')).not.toBe(before)
    expect(await dedupe(world.at(), { check: true })).toMatchObject({ lockfile: 'unchanged', removed: [] })
  })
})

describe('peers', () => {
  it('lists what is accepted, with its reason', async () => {
    await using world = await openInstalled({ react: '^18.0.0', old: '^1.0.0' })
    expect(await peers(world.at())).toEqual({
      conflicts: [
        {
          package: 'old@1.0.0',
          peer: 'react',
          range: '^17',
          found: 'react@18.0.0',
          reason: 'package.json asks for react ^18.0.0, which is react 18.0.0',
        },
      ],
    })
    await remove(world.at(), { names: ['old'], lockfileOnly: true })
    expect(await peers(world.at())).toEqual({ conflicts: [] })
  })
})

describe('lock', () => {
  const members = {
    'packages/a/package.json': { json: { name: '@app/a', version: '1.0.0', dependencies: { lib: '^1.0.0' } } },
    'packages/b/package.json': { json: { name: '@app/b', version: '1.0.0', dependencies: { dom: '^18.0.0' } } },
  }

  async function openWorkspace(): Promise<World> {
    const world = await openWorld({ registry, manifest: { workspaces: ['packages/*'] }, files: members })
    await install(world.at(), { lockfileOnly: true })
    return world
  }

  it('is the lockfile as it stands, as text and as a value', async () => {
    await using world = await openWorkspace()
    const report = await lock(world.at(), {})
    expect(report.text).toBe(await world.read('alkahest.lock'))
    expect(report.members.map(({ path, name }) => [path, name])).toEqual([
      ['.', 'app'],
      ['packages/a', '@app/a'],
      ['packages/b', '@app/b'],
    ])
    expect(report.packages.find(({ name }) => name === 'dom')?.peers).toEqual([
      { name: 'react', range: '^18', optional: false },
    ])
  })

  it.each(['packages/a', './packages/a/', '@app/a'])(
    '--for %s is what that member needs, and installs frozen',
    async (member) => {
      await using world = await openWorkspace()
      const { packages, file } = await lock(world.at(), { member, output: 'pruned/alkahest.lock' })
      expect(packages.map(({ id }) => id)).toEqual(['deep@1.0.0', 'lib@1.0.0'])
      expect(file).toBe(`${world.project}/pruned/alkahest.lock`)
      await world.tree.write({
        'project/pruned/package.json': { json: { name: 'app', version: '1.0.0', workspaces: ['packages/*'] } },
        'project/pruned/packages/a/package.json': members['packages/a/package.json'],
      })
      const report = await install(world.at('pruned'), { frozen: true, dryRun: true })
      expect(report.added.map(({ name }) => name)).toEqual(['deep', 'lib'])
    },
  )

  it('names the members when there is none of that name', async () => {
    await using world = await openWorkspace()
    expect(await wordsOf(lock(world.at(), { member: 'packages/c' }))).toBe(
      'MEMBER_NOT_FOUND the workspace has no member packages/c\nhint: did you mean packages/a?',
    )
  })
})

describe('import', () => {
  const packageLock = {
    name: 'app',
    lockfileVersion: 3,
    packages: {
      '': { name: 'app', version: '1.0.0', dependencies: { wide: '^1.0.0', react: '>=17' } },
      'node_modules/wide': { version: '1.0.0', dependencies: { deep: '^1.0.0' } },
      'node_modules/deep': { version: '1.0.0' },
      'node_modules/react': { version: '17.0.0' },
    },
  }
  const pnpmLock = `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      react: { specifier: '>=17', version: 17.0.0 }
      wide: { specifier: ^1.0.0, version: 1.0.0 }
packages: {}
snapshots:
  deep@1.0.0: {}
  react@17.0.0: {}
  wide@1.0.0:
    dependencies: { deep: 1.0.0 }
`
  const manifest = { dependencies: { wide: '^1.0.0', react: '>=17' } }

  it.each([
    ['package-lock.json', JSON.stringify(packageLock)],
    ['pnpm-lock.yaml', pnpmLock],
  ])('keeps the versions of %s', async (file, text) => {
    await using world = await openWorld({ registry, manifest, files: { [file]: text } })
    expect(await importLockfile(world.at(), {})).toEqual({
      from: file,
      packages: 3,
      kept: 3,
      moved: [],
      peerConflicts: [],
    })
    expect((await lock(world.at(), {})).packages.map(({ id }) => id)).toEqual([
      'deep@1.0.0',
      'react@17.0.0',
      'wide@1.0.0',
    ])
    expect((await install(world.at(), { lockfileOnly: true })).lockfile).toBe('unchanged')
  })

  it('says what could not be kept, and why', async () => {
    const asks = { dependencies: { wide: '^1.0.0', react: '^18.0.0' } }
    const entries = {
      ...packageLock.packages,
      'node_modules/deep': { version: '1.0.5' },
      'node_modules/gone': { version: '1.0.0' },
    }
    const text = JSON.stringify({ ...packageLock, packages: entries })
    await using world = await openWorld({ registry, manifest: asks, files: { 'package-lock.json': text } })
    expect((await importLockfile(world.at(), {})).moved).toEqual([
      { name: 'deep', from: ['1.0.5'], to: ['1.1.0'], reason: 'not in the registry' },
      { name: 'gone', from: ['1.0.0'], to: [], reason: 'not in the registry' },
      { name: 'react', from: ['17.0.0'], to: ['18.0.0'], reason: 'the manifests ask for another' },
    ])
  })

  it('accepts peer conflicts that were there, and says so', async () => {
    const entries = {
      '': {},
      'node_modules/react': { version: '18.0.0' },
      'node_modules/old': { version: '1.0.0' },
    }
    const files = { 'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: entries }) }
    const asks = { dependencies: { old: '^1.0.0', react: '^18.0.0' } }
    await using world = await openWorld({ registry, manifest: asks, files })
    expect((await importLockfile(world.at(), {})).peerConflicts.map(({ package: asker }) => asker)).toEqual([
      'old@1.0.0',
    ])
  })

  it('refuses other bytes under the same version', async () => {
    const other = `sha512-${Buffer.alloc(64).toString('base64')}`
    const entries = { ...packageLock.packages, 'node_modules/react': { version: '17.0.0', integrity: other } }
    const files = { 'package-lock.json': JSON.stringify({ ...packageLock, packages: entries }) }
    await using world = await openWorld({ registry, manifest, files })
    expect(await wordsOf(importLockfile(world.at(), {}))).toMatch(
      /^INTEGRITY_MISMATCH react@17\.0\.0 is sha512-\S+ in the registry and sha512-A{86}== in package-lock\.json\n/,
    )
  })

  it('mistakes are named', async () => {
    await using world = await openWorld({ registry, manifest, files: { 'yarn.lock': '' } })
    const error = await errorOf(importLockfile(world.at(), {}))
    expectErrorGolden('IMPORT_NOT_FOUND', error, { replace: { '<project>': world.project } })
    await world.tree.write({ 'project/package-lock.json': '{}', 'project/pnpm-lock.yaml': '' })
    expect(await wordsOf(importLockfile(world.at(), {}))).toBe(
      `USAGE ${world.project} has package-lock.json and pnpm-lock.yaml\nhint: name the one that counts: alk import package-lock.json`,
    )
    await install(world.at(), { lockfileOnly: true })
    expectErrorGolden('LOCKFILE_EXISTS', await errorOf(importLockfile(world.at(), {})), {
      replace: { '<project>': world.project },
    })
  })
})

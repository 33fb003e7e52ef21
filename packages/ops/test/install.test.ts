import { existsSync } from 'node:fs'
import { readlink, rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { install } from '../src/index.ts'
import type { InstallReport } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const PACKAGES = `
  a 1.0.0: b ^1.0.0
  b 1.0.0: bin:b
  b 1.1.0: bin:b
  tool 1.0.0: c ^1.0.0
  c 1.0.0
  extra 1.0.0`

const MANIFEST = {
  dependencies: { a: '^1.0.0' },
  devDependencies: { tool: '^1.0.0' },
  optionalDependencies: { extra: '^1.0.0' },
}

const LOCKFILE_START = `alkahest lockfile 1

member .
  name app
  dependency a ^1.0.0 -> 1.0.0
  optional extra ^1.0.0 -> 1.0.0
  development tool ^1.0.0 -> 1.0.0
`

const EVERYTHING = [
  { name: 'a', version: '1.0.0' },
  { name: 'b', version: '1.1.0' },
  { name: 'c', version: '1.0.0' },
  { name: 'extra', version: '1.0.0' },
  { name: 'tool', version: '1.0.0' },
]

/** The documents of what the manifest asks for, and what these say that there is: the closure of all the rest. */
const EVERY_REQUEST = [
  '-/alkahest/closure',
  ...EVERYTHING.flatMap(({ name, version }) => [
    ...(['a', 'extra', 'tool'].includes(name) ? [name] : []),
    `${name}-${version}.tgz`,
  ]),
]

/** Of a run that found nothing to do, or nothing to say besides what differs. */
const NOTHING: InstallReport = {
  added: [],
  changed: [],
  removed: [],
  heldBack: [],
  deprecated: [],
  skipped: [],
  unapprovedBuilds: [],
  builds: [],
  peerConflicts: [],
  lockfile: 'unchanged',
  upToDate: false,
  dryRun: false,
  seconds: 0,
}

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: PACKAGES })
})
afterAll(() => registry.close())

function openInstallWorld(): Promise<World> {
  return openWorld({ registry, manifest: MANIFEST })
}

/** With a registry of its own, for tests that publish more. */
function openPublishingWorld(): Promise<World> {
  return openWorld({ packages: PACKAGES, manifest: MANIFEST })
}

/** A clone: what a colleague has after `git clone`, on a machine that never installed anything. */
async function forgetInstall(world: World): Promise<void> {
  await rm(world.tree.resolve('alkahest'), { recursive: true, force: true })
  await rm(world.tree.resolve('project/node_modules'), { recursive: true, force: true })
}

describe('install', () => {
  it('resolves, locks and links what the manifest asks for, each thing asked for once', async () => {
    await using world = await openInstallWorld()
    expect(await install(world.at(), {})).toEqual({ ...NOTHING, added: EVERYTHING, lockfile: 'created' })
    expect(await world.read('alkahest.lock')).toContain(LOCKFILE_START)
    expect(await Promise.all(['a', 'tool', 'extra'].map((name) => world.installed(name)))).toEqual([
      'a@1.0.0',
      'tool@1.0.0',
      'extra@1.0.0',
    ])
    expect(await world.asked()).toEqual(EVERY_REQUEST)
  })

  it('from a lockfile on another machine asks for tarballs alone and changes no file', async () => {
    await using world = await openPublishingWorld()
    await install(world.at(), {})
    const lockfile = await world.read('alkahest.lock')
    await world.registry.publish(['a 1.9.0', 'b 1.9.0'])
    await forgetInstall(world)
    await world.asked()
    expect(await install(world.at(), {})).toEqual({ ...NOTHING, added: EVERYTHING })
    expect(await world.asked()).toEqual(EVERY_REQUEST.filter((path) => path.endsWith('.tgz')))
    expect(await world.read('alkahest.lock')).toBe(lockfile)
  })

  it('in another project of the same machine asks for nothing when the lockfile is there', async () => {
    await using world = await openInstallWorld()
    await install(world.at(), {})
    await rm(world.tree.resolve('project/node_modules'), { recursive: true })
    await world.asked()
    expect((await install(world.at(), {})).added).toEqual(EVERYTHING)
    expect(await world.asked()).toEqual([])
  })

  it('with nothing to do reads one file, asks nothing and writes nothing', async () => {
    await using world = await openInstallWorld()
    await install(world.at(), {})
    await world.asked()
    const before = await world.digests()
    expect(await install(world.at(), {})).toEqual({ ...NOTHING, upToDate: true })
    expect(await install(world.at(), { frozen: true })).toEqual({ ...NOTHING, upToDate: true })
    expect(await world.digests()).toEqual(before)
    expect(await world.asked()).toEqual([])
  })

  it('notices a changed manifest, a removed link and another selection', async () => {
    await using world = await openInstallWorld()
    await install(world.at(), {})
    await rm(world.tree.resolve('project/node_modules/a'), { recursive: true })
    expect(await install(world.at(), {})).toEqual(NOTHING)
    expect(await world.installed('a')).toBe('a@1.0.0')
    expect((await install(world.at(), { prod: true })).removed.map(({ name }) => name)).toEqual(['c', 'tool'])
    await world.tree.write({ 'project/package.json': { json: { name: 'app', dependencies: { b: '1.0.0' } } } })
    const report = await install(world.at(), { prod: true })
    expect(report).toMatchObject({ changed: [{ name: 'b', from: '1.1.0', to: '1.0.0' }], lockfile: 'written' })
    expect(report.removed.map(({ name }) => name)).toEqual(['a', 'extra'])
  })

  it('notices a package.json that became something else, and a workspace that was made around the project', async () => {
    await using world = await openInstallWorld()
    await install(world.at(), {})
    await world.tree.write({ 'package.json': { json: { name: 'root', workspaces: ['project'] } } })
    expect(await install(world.at(), {})).toMatchObject({ upToDate: false, lockfile: 'created' })
    await rm(world.tree.resolve('package.json'))
    await rm(world.tree.resolve('project/package.json'))
    await world.tree.write({ 'project/package.json/x': '' })
    expect(await wordsOf(install(world.at(), {}))).toBe('FILE_UNREADABLE package.json cannot be read (EISDIR)')
  })

  it('without anything asked for locks an empty project', async () => {
    await using world = await openWorld({ registry })
    expect(await install(world.at(), {})).toEqual({ ...NOTHING, lockfile: 'created' })
    expect(await world.read('alkahest.lock')).toBe('alkahest lockfile 1\n\nmember .\n  name app\n')
    expect(await install(world.at(), {})).toEqual({ ...NOTHING, upToDate: true })
    expect(await world.asked()).toEqual([])
  })
})

describe('install --frozen', () => {
  it('installs what the lockfile says', async () => {
    await using world = await openInstallWorld()
    await install(world.at(), { lockfileOnly: true })
    expect(await install(world.at(), { frozen: true })).toEqual({ ...NOTHING, added: EVERYTHING })
  })

  it('refuses a lockfile that does not answer, names every difference and touches nothing', async () => {
    await using world = await openInstallWorld()
    await install(world.at(), {})
    const manifest = { name: 'app', dependencies: { a: '~1.0.0', c: '^1.0.0' }, devDependencies: { tool: '^1.0.0' } }
    await world.tree.write({ 'project/package.json': { json: manifest } })
    const before = await world.digests()
    expect(await wordsOf(install(world.at(), { frozen: true }))).toBe(
      'LOCKFILE_OUTDATED alkahest.lock does not answer for the manifests: package.json asks for a ~1.0.0, not ^1.0.0; ' +
        'package.json asks for c ^1.0.0; package.json does not ask for extra any more\n' +
        'hint: run `alk install --no-frozen` where you may change it, and commit the result',
    )
    expect(await world.digests()).toEqual(before)
  })

  it('refuses to do without a lockfile', async () => {
    await using world = await openInstallWorld()
    const before = await world.digests()
    expect(await wordsOf(install(world.at(), { frozen: true }))).toBe(
      `LOCKFILE_MISSING ${world.project} has no alkahest.lock, which --frozen needs\n` +
        'hint: make one with `alk install` and commit it',
    )
    expect(await world.digests()).toEqual(before)
  })

  it.each(['true', '1', 'yes'])('is the default with CI=%s when there is a lockfile', async (CI) => {
    await using world = await openInstallWorld()
    const context = world.at('.', { env: { ...world.at().env, CI } })
    expect((await install(context, { lockfileOnly: true })).lockfile).toBe('created')
    await world.tree.write({ 'project/package.json': { json: { name: 'app' } } })
    expect(await wordsOf(install(context, {}))).toMatch(/^LOCKFILE_OUTDATED /)
    expect((await install(context, { frozen: false })).lockfile).toBe('written')
  })

  it.each(['', '0', 'false'])('is not the default with CI=%j', async (CI) => {
    await using world = await openInstallWorld()
    const context = world.at('.', { env: { ...world.at().env, CI } })
    await install(context, { lockfileOnly: true })
    await world.tree.write({ 'project/package.json': { json: { name: 'app' } } })
    expect((await install(context, {})).lockfile).toBe('written')
  })
})

describe('install options', () => {
  it('lockfileOnly writes the lockfile, fetches no tarball and makes no node_modules', async () => {
    await using world = await openInstallWorld()
    expect(await install(world.at(), { lockfileOnly: true })).toEqual({
      ...NOTHING,
      added: EVERYTHING,
      lockfile: 'created',
    })
    expect(await world.asked()).toEqual(['-/alkahest/closure', 'a', 'extra', 'tool'])
    await expect(world.read('node_modules')).rejects.toThrow('ENOENT')
    const before = await world.digests()
    expect(await install(world.at(), { lockfileOnly: true })).toEqual(NOTHING)
    expect(await world.asked()).toEqual([])
    expect(await world.digests()).toEqual(before)
  })

  it('dryRun says what would happen, fetches no tarball and writes nothing into the project', async () => {
    await using world = await openInstallWorld()
    const fresh = await world.digests()
    expect(await install(world.at(), { dryRun: true })).toEqual({
      ...NOTHING,
      added: EVERYTHING,
      lockfile: 'created',
      dryRun: true,
    })
    expect((await world.digests()).project).toBe(fresh.project)
    expect(await world.asked()).toEqual(['-/alkahest/closure', 'a', 'extra', 'tool'])
    expect(existsSync(world.tree.resolve('alkahest/store/v2/packages'))).toBe(false)
    await install(world.at(), {})
    await world.tree.write({ 'project/package.json': { json: { name: 'app', dependencies: { a: '^1.0.0' } } } })
    const installed = await world.digests()
    const report = await install(world.at(), { dryRun: true })
    expect(report).toMatchObject({ lockfile: 'written', dryRun: true })
    expect(report.removed.map(({ name }) => name)).toEqual(['c', 'extra', 'tool'])
    expect(await world.digests()).toEqual(installed)
    expect((await install(world.at(), { dryRun: true, lockfileOnly: true })).lockfile).toBe('written')
    expect(await world.digests()).toEqual(installed)
  })

  it('dryRun from a lockfile of another machine asks for nothing at all', async () => {
    await using world = await openInstallWorld()
    await install(world.at(), {})
    await forgetInstall(world)
    await world.asked()
    expect((await install(world.at(), { dryRun: true })).added).toEqual(EVERYTHING)
    expect(await world.asked()).toEqual([])
  })

  it('layout is that of this run; the next one without it goes back to what the project says', async () => {
    await using world = await openInstallWorld()
    const isolated = (await install(world.at(), {})) && (await world.digests()).project
    const linkOf = async (name: string): Promise<string> => readlink(world.tree.resolve(`project/node_modules/${name}`))
    expect(await linkOf('a')).toMatch(/^\.alk\/(?!store\/)/)
    expect(await install(world.at(), { layout: 'shared' })).toMatchObject({ upToDate: false, lockfile: 'unchanged' })
    expect(await linkOf('a')).toMatch(/^\.alk\/store\/a@1\.0\.0-[0-9a-f]+\/node_modules\/a$/)
    expect((await install(world.at(), { layout: 'shared' })).upToDate).toBe(true)
    await install(world.at(), {})
    expect((await world.digests()).project).toBe(isolated)
  })

  it('prod leaves development dependencies out of the tree, not out of the lockfile', async () => {
    await using world = await openInstallWorld()
    const report = await install(world.at(), { prod: true })
    expect(report.added.map(({ name }) => name)).toEqual(['a', 'b', 'extra'])
    expect(await world.read('alkahest.lock')).toContain(LOCKFILE_START)
    expect((await world.asked()).filter((path) => path.endsWith('.tgz'))).toEqual([
      'a-1.0.0.tgz',
      'b-1.1.0.tgz',
      'extra-1.0.0.tgz',
    ])
  })

  it('noOptional leaves optional dependencies out of the tree, not out of the lockfile', async () => {
    await using world = await openInstallWorld()
    const report = await install(world.at(), { noOptional: true })
    expect(report.added.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'tool'])
    expect(await world.read('alkahest.lock')).toContain(LOCKFILE_START)
  })

  it('offline works from what was fetched before, asks nothing, and names what is missing', async () => {
    await using world = await openInstallWorld()
    await install(world.at(), {})
    await rm(world.tree.resolve('project/node_modules'), { recursive: true })
    await rm(world.tree.resolve('project/alkahest.lock'))
    await world.asked()
    expect((await install(world.at(), { offline: true })).added).toEqual(EVERYTHING)
    await world.tree.write({ 'project/package.json': { json: { name: 'app', dependencies: { zod: '^1.0.0' } } } })
    const before = await world.digests()
    expect(await wordsOf(install(world.at(), { offline: true }))).toMatch(/^OFFLINE_MISSING cannot get zod: /)
    expect(await world.digests()).toEqual(before)
    expect(await world.asked()).toEqual([])
  })

  it('preferOffline asks only for what was never fetched', async () => {
    await using world = await openPublishingWorld()
    await install(world.at(), {})
    await world.registry.publish('b 1.2.0')
    await rm(world.tree.resolve('project/node_modules'), { recursive: true })
    await rm(world.tree.resolve('project/alkahest.lock'))
    await world.tree.write({
      'project/package.json': { json: { name: 'app', dependencies: { b: '^1.0.0', late: '1.0.0' } } },
    })
    await world.registry.publish('late 1.0.0')
    await world.asked()
    expect((await install(world.at(), { preferOffline: true })).added).toEqual([
      { name: 'b', version: '1.1.0' },
      { name: 'late', version: '1.0.0' },
    ])
    expect(await world.asked()).toEqual(['late', 'late-1.0.0.tgz'])
  })

  it('resolution lowest takes the lowest versions that are allowed', async () => {
    await using world = await openInstallWorld()
    await install(world.at(), { resolution: 'lowest' })
    expect(await world.read('alkahest.lock')).toContain('\npackage b 1.0.0\n')
  })
})

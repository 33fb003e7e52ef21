/** What an install does when something fails on its way, really caused: everything is as it was, and the next one works. */
import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packTarball } from '@alkahest/protocol'
import { faultyRegistry, startRegistry } from '@alkahest/test-support'
import type { Fault, TestRegistry } from '@alkahest/test-support'
import { add, install, update } from '../src/index.ts'
import type { ProgressEvent } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const PACKAGES = 'a 1.0.0: b ^1\nb 1.0.0\nc 1.0.0'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: PACKAGES })
})
afterAll(() => registry.close())

/** A project behind a registry that misbehaves at one path. */
async function withFault(
  path: string,
  fault: Fault,
  use: (world: World, address: string) => Promise<void>,
): Promise<void> {
  await using faulty = await faultyRegistry({ upstream: registry.url, faults: { [path]: fault } })
  await using world = await openWorld({
    registry,
    registryUrl: faulty.url,
    manifest: { dependencies: { c: '^1.0.0' } },
  })
  await install(world.at(), {})
  await use(world, faulty.url.slice(0, -1))
}

describe('an install that fails before it writes', () => {
  const rows: readonly (readonly [name: string, path: string, fault: Fault, words: (address: string) => string])[] = [
    [
      'a tarball whose bytes are others',
      '/b/-/b-1.0.0.tgz',
      { kind: 'wrong-bytes' },
      () => 'INTEGRITY_MISMATCH b@1.0.0 is not what was promised: wanted sha512-',
    ],
    [
      'a tarball that is not there',
      '/b/-/b-1.0.0.tgz',
      { kind: 'status', status: 404 },
      (address) =>
        `TARBALL_MISSING cannot get b@1.0.0: ${address} lists it but has no tarball at /b/-/b-1.0.0.tgz\n` +
        'hint: ask the operator of the registry, or use another version',
    ],
    [
      'a document that is not there',
      '/b',
      { kind: 'status', status: 404 },
      () =>
        'PACKAGE_NOT_FOUND Because package.json asks for a latest, and a 1.0.0 depends on b ^1, which is not in the registry',
    ],
    [
      'a registry that refuses',
      '/a',
      { kind: 'status', status: 403, body: '{"error":"not for you"}' },
      (address) => `REGISTRY_FORBIDDEN cannot get a: ${address} answered 403: not for you`,
    ],
  ]

  it.each(rows)('%s: nothing changes in the project', async (...[, path, fault, words]) => {
    await withFault(path, fault, async (world, address) => {
      const before = (await world.digests()).project
      const refused = await wordsOf(add(world.at(), { packages: ['a'] }))
      expect(refused.slice(0, words(address).length)).toBe(words(address))
      expect((await world.digests()).project).toBe(before)
    })
  })

  it('leaves no trace in a project that was never installed, whatever fails', async () => {
    await using world = await openWorld({ registry, manifest: { dependencies: { a: '*', nowhere: '*' } } })
    const before = (await world.digests()).project
    expect(await wordsOf(install(world.at(), {}))).toMatch(/^PACKAGE_NOT_FOUND /)
    await world.tree.write({ 'project/alkahest.lock': 'not a lockfile\n' })
    const broken = (await world.digests()).project
    expect(await wordsOf(install(world.at(), {}))).toMatch(/^LOCKFILE_INVALID alkahest\.lock:1: /)
    expect((await world.digests()).project).toBe(broken)
    await rm(world.tree.resolve('project/alkahest.lock'))
    expect((await world.digests()).project).toBe(before)
  })
})

describe('an install that is interrupted', () => {
  it.each([
    ['a document', '/a'],
    ['a tarball', '*.tgz'],
  ])('while %s is on its way changes nothing in the project', async (...[, path]) => {
    const interruption = new AbortController()
    await using faulty = await faultyRegistry({
      upstream: registry.url,
      faults: { [path]: { kind: 'hang' } },
      delayOf: (asked) => {
        if (asked.endsWith(path.slice(1))) interruption.abort()
        return 0
      },
    })
    await using world = await openWorld({ registry, registryUrl: faulty.url, manifest: { dependencies: { a: '*' } } })
    const before = (await world.digests()).project
    await expect(install(world.at('.', { signal: interruption.signal }), {})).rejects.toThrow('aborted')
    expect((await world.digests()).project).toBe(before)
  })

  it.each([
    ['what it needs is there', 'fetching', {}],
    ['it knows what to lock', 'resolving', { lockfileOnly: true }],
  ])('when %s changes nothing in the project either', async (...[, what, options]) => {
    const interruption = new AbortController()
    await using world = await openWorld({ registry, manifest: { dependencies: { a: '*' } } })
    const before = (await world.digests()).project
    const progress = (event: ProgressEvent): void => {
      const isLast = event.kind === 'step' && event.what === what && event.done === 2
      if (isLast) interruption.abort()
    }
    const context = world.at('.', { signal: interruption.signal, progress })
    await expect(install(context, options)).rejects.toThrow('aborted')
    expect((await world.digests()).project).toBe(before)
  })
})

describe('an install that fails while it writes', () => {
  async function openBlocked(): Promise<World> {
    const world = await openWorld({
      registry,
      manifest: { workspaces: ['lib'], dependencies: { c: '^1.0.0' } },
      files: { 'lib/package.json': { json: { name: 'lib' } } },
    })
    await install(world.at(), {})
    // Where the folder for links has to be stands a file.
    await world.tree.write({ 'project/lib/node_modules': 'in the way' })
    return world
  }

  it('puts manifest, lockfile and tree back, says what is in the way, and works when it is gone', async () => {
    await using world = await openBlocked()
    const before = (await world.digests()).project
    expect(await wordsOf(add(world.at('lib'), { packages: ['a'] }))).toMatch(
      /^INSTALL_WRITE_FAILED node_modules could not be written: .* \(ENOTDIR\); what was installed before is unchanged\nhint: a file lies where a folder has to be: /,
    )
    expect((await world.digests()).project).toBe(before)
    await rm(world.tree.resolve('project/lib/node_modules'))
    expect((await add(world.at('lib'), { packages: ['a'] })).added.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('of a first install leaves no lockfile and no node_modules', async () => {
    await using world = await openWorld({
      registry,
      manifest: { workspaces: ['lib'] },
      files: {
        'lib/package.json': { json: { name: 'lib', dependencies: { a: '*' } } },
        'lib/node_modules': 'in the way',
      },
    })
    const before = (await world.digests()).project
    expect(await wordsOf(install(world.at(), {}))).toMatch(/^INSTALL_WRITE_FAILED /)
    expect((await world.digests()).project).toBe(before)
  })

  it('refuses a node_modules that is a file', async () => {
    await using world = await openWorld({ registry, files: { node_modules: 'in the way' } })
    const before = (await world.digests()).project
    expect(await wordsOf(install(world.at(), {}))).toMatch(/^INSTALL_WRITE_FAILED /)
    expect((await world.digests()).project).toBe(before)
  })

  it.each(['.', 'lib'])('refuses a node_modules in %s that is a link to somewhere else', async (folder) => {
    await using world = await openWorld({
      registry,
      manifest: { workspaces: ['lib'], dependencies: { a: '*' } },
      files: { 'lib/package.json': { json: { name: 'lib', dependencies: { c: '*' } } } },
    })
    await world.tree.write({ 'elsewhere/kept.txt': '' })
    await symlink(world.tree.resolve('elsewhere'), world.tree.resolve('project', folder, 'node_modules'))
    const before = [(await world.digests()).project, await readFile(world.tree.resolve('elsewhere/kept.txt'), 'utf8')]
    expect(await wordsOf(install(world.at(), {}))).toBe(
      `INSTALL_WRITE_FAILED ${world.tree.resolve('project', folder, 'node_modules')} is a link to another folder, ` +
        'from where the links that belong in it lead nowhere; nothing was changed\n' +
        'hint: remove the link: alk makes a folder of its own, whose files are shared with its store',
    )
    expect([(await world.digests()).project, await readFile(world.tree.resolve('elsewhere/kept.txt'), 'utf8')]).toEqual(
      before,
    )
  })
})

describe('a package at an address', () => {
  async function openAddress(): Promise<{ readonly world: World; readonly url: string }> {
    const world = await openWorld({ registry })
    return { world, url: `${world.registry.url}b/-/b-1.0.0.tgz` }
  }

  async function forgetInstall(world: World): Promise<void> {
    await rm(world.tree.resolve('alkahest'), { recursive: true, force: true })
    await rm(world.tree.resolve('project/node_modules'), { recursive: true })
    await world.asked()
  }

  it('is fetched again when it is in no store, and not for what happens to other packages', async () => {
    const { world: opened, url } = await openAddress()
    await using world = opened
    await add(world.at(), { packages: [`b@${url}`] })
    await world.asked()
    await add(world.at(), { packages: ['c'] })
    expect(await world.asked()).toEqual(['c', 'c-1.0.0.tgz'])
    await forgetInstall(world)
    await install(world.at(), {})
    expect(await world.asked()).toEqual(['b-1.0.0.tgz', 'c-1.0.0.tgz'])
    await update(world.at(), { names: ['b'] })
    expect(await world.asked()).toEqual(['b-1.0.0.tgz'])
  })

  it('is not fetched offline, neither to resolve nor to install', async () => {
    const { world: opened, url } = await openAddress()
    await using world = opened
    const refused = `OFFLINE_MISSING cannot get ${url}: it is not in the cache, and the network must not be used`
    expect(await wordsOf(add(world.at(), { packages: [`b@${url}`], offline: true }))).toContain(refused)
    await add(world.at(), { packages: [`b@${url}`] })
    await forgetInstall(world)
    expect(await wordsOf(install(world.at(), { offline: true }))).toMatch(/^OFFLINE_MISSING cannot get b@1\.0\.0: /)
    expect(await world.asked()).toEqual([])
  })

  it('goes with the credentials of that address', async () => {
    const { world: opened, url } = await openAddress()
    await using world = opened
    const { port } = new URL(url)
    await world.tree.write({ 'home/.npmrc': `registry=${world.registry.url}\n//127.0.0.1:${port}/:_authToken=wrong\n` })
    expect(await wordsOf(add(world.at(), { packages: [`b@${url}`] }))).toMatch(/^REGISTRY_UNAUTHORIZED /)
    const token = `//127.0.0.1:${port}/:_authToken=${world.registry.token}\n`
    await world.tree.write({ 'home/.npmrc': `registry=${world.registry.url}\n${token}` })
    expect((await add(world.at(), { packages: [`b@${url}`] })).added).toEqual([{ name: 'b', version: '1.0.0' }])
  })

  it('that is gone is named, before and after it was locked', async () => {
    const { world: opened, url } = await openAddress()
    await using world = opened
    expect(await wordsOf(add(world.at(), { packages: [`b@${url.replace('1.0.0', '9.0.0')}`] }))).toMatch(
      /^PACKAGE_NOT_FOUND Because package\.json asks for b http/,
    )
    await using faulty = await faultyRegistry({
      upstream: world.registry.url,
      faults: {
        '*.tgz': [
          { kind: 'cut', after: Infinity },
          { kind: 'status', status: 404 },
        ],
      },
    })
    expect(await wordsOf(add(world.at(), { packages: [`b@${faulty.url}b/-/b-1.0.0.tgz`] }))).toMatch(
      /^TARBALL_MISSING cannot get b@1\.0\.0: /,
    )
  })
})

describe('a tarball on disk', () => {
  async function openPacked(): Promise<World> {
    const world = await openWorld({ registry })
    await packLeft(world, '1.0.0')
    await add(world.at(), { packages: ['./left.tgz'] })
    return world
  }

  async function packLeft(world: World, version: string): Promise<void> {
    const { bytes } = packTarball([
      { path: 'package.json', content: Buffer.from(JSON.stringify({ name: 'left', version })) },
    ])
    await writeFile(world.tree.resolve('project/left.tgz'), bytes)
  }

  it('that was packed again is installed again, and not where the lockfile may not be changed', async () => {
    await using world = await openPacked()
    expect((await install(world.at(), {})).upToDate).toBe(true)
    await packLeft(world, '1.1.0')
    expect(await wordsOf(install(world.at(), { frozen: true }))).toMatch(/: left\.tgz is another file now\n/)
    expect(await install(world.at(), {})).toMatchObject({
      changed: [{ name: 'left', from: '1.0.0', to: '1.1.0' }],
      lockfile: 'written',
    })
    expect(await world.installed('left')).toBe('left@1.1.0')
    expect((await install(world.at(), {})).upToDate).toBe(true)
  })

  it('that is gone is taken from the store, and named when it is not there either', async () => {
    await using world = await openPacked()
    await rm(world.tree.resolve('project/left.tgz'))
    expect(await install(world.at(), {})).toMatchObject({ added: [], removed: [], lockfile: 'unchanged' })
    await rm(world.tree.resolve('alkahest'), { recursive: true })
    await rm(world.tree.resolve('project/node_modules'), { recursive: true })
    expect(await wordsOf(install(world.at(), {}))).toBe('PATH_NOT_FOUND there is no left.tgz, which is left@1.0.0')
  })
})

it('removes what a killed install left beside the files that it was writing, and nothing else', async () => {
  const left = { '.alkahest.lock.0123456789ab.tmp': '', '.package.json.0123456789ab.tmp': '' }
  const others = { '.other.0123456789ab.tmp': '', '.alkahest.lock.tmp': '' }
  await using world = await openWorld({
    registry,
    manifest: { dependencies: { c: '*' } },
    files: { ...left, ...others },
  })
  await install(world.at(), {})
  for (const file of Object.keys(left)) await expect(world.read(file)).rejects.toThrow('ENOENT')
  for (const file of Object.keys(others)) expect(await world.read(file)).toBe('')
})

it.runIf(process.platform === 'linux')('ends at once where the home can never be made', async () => {
  await using world = await openWorld({ registry, manifest: { dependencies: { c: '*' } } })
  expect(await wordsOf(install(world.at('.', { home: '/proc/alkahest' }), {}))).toBe(
    'CACHE_UNWRITABLE /proc/alkahest/cache cannot be made\nhint: point ALKAHEST_HOME at a folder that can be written',
  )
})

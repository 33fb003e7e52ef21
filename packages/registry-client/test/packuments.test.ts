import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asVersion, parsePackageName } from '@alkahest/core'
import type { PackageVersions, Version } from '@alkahest/core'
import { parsePackument } from '@alkahest/protocol'
import { describe, expect, test } from 'vitest'
import { failureOf, fakeRegistry, homeFor, packument } from './fake-registry.ts'

const name = parsePackageName
const version = (text: string): Version => asVersion(text)!
const DAY_2 = Date.UTC(2026, 0, 2)

function found(versions: PackageVersions | 'missing'): PackageVersions {
  if (versions === 'missing') throw new Error('it should be there')
  return versions
}

/** All that a solver can see. */
function seen(versions: PackageVersions | 'missing') {
  const { name, distTags, versions: list, local } = found(versions)
  const all = list.map((each) => [each, found(versions).publishedAt(each), found(versions).candidate(each)])
  return { name, distTags, local, all }
}

function cacheFiles(cacheDirectory: string): string[] {
  const folder = join(cacheDirectory, 'packuments-1')
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

describe('what is known of a name', () => {
  test('is the same from the network, from the cache, and as protocol reads it', async () => {
    const registry = await fakeRegistry()
    const document = packument(registry, '@team/lib', {
      '1.0.0': { dependencies: { a: '^1', b: '2' }, optionalDependencies: { b: '2' }, deprecated: 'old' },
      '1.10.0': {
        peerDependencies: { react: '>=18' },
        peerDependenciesMeta: { react: { optional: true }, vue: { optional: true } },
        bundledDependencies: ['c'],
        engines: { node: '>=20' },
        bin: './cli.js',
      },
      '1.9.0': {
        scripts: { postinstall: 'x' },
        os: ['linux'],
        cpu: ['!arm'],
        libc: ['glibc'],
        directories: { bin: 'b' },
      },
      '2.0.0-rc.1': { dist: { tarball: 'nothing' } },
      'v0.5.0': { devDependencies: { d: '1' } },
    })
    registry.features.times = true
    const { open } = homeFor(registry)
    const cold = seen(await (await open()).packageVersions(name('@team/lib')))
    const warm = seen(await (await open()).packageVersions(name('@team/lib')))
    const direct = seen(parsePackument(document, { place: 'test', name: name('@team/lib') }))
    expect(cold).toEqual(direct)
    expect(warm).toEqual(direct)
    expect(cold.all.map(([each]) => each)).toEqual(['0.5.0', '1.0.0', '1.9.0', '1.10.0', '2.0.0-rc.1'])
    expect(registry.lines()).toEqual(['GET /@team%2flib', 'GET /@team%2flib'])
  })

  test('a version that does not exist has no candidate and no time', async () => {
    const registry = await fakeRegistry()
    packument(registry, 'a', { '1.0.0': {} })
    const versions = found(await (await homeFor(registry).open()).packageVersions(name('a')))
    expect([versions.candidate(version('9.9.9')), versions.publishedAt(version('9.9.9'))]).toEqual([
      undefined,
      undefined,
    ])
  })

  test('is asked once however many want it', async () => {
    const registry = await fakeRegistry()
    packument(registry, 'a', { '1.0.0': {} })
    const client = await homeFor(registry).open()
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.packageVersions(name('a'))))
    expect(new Set(answers).size).toBe(1)
    await client.packageVersions(name('a'))
    expect(registry.lines()).toEqual(['GET /a'])
  })

  test('a failure is not remembered', async () => {
    const registry = await fakeRegistry()
    packument(registry, 'a', { '1.0.0': {} })
    registry.answer = (_line, response) => Boolean(response.writeHead(401).end())
    const client = await homeFor(registry).open()
    expect((await failureOf(client.packageVersions(name('a')))).code).toBe('REGISTRY_UNAUTHORIZED')
    registry.answer = () => false
    expect(found(await client.packageVersions(name('a'))).versions).toEqual(['1.0.0'])
  })

  test('of a scope is asked of its registry, with its token', async () => {
    const [all, team] = [await fakeRegistry(), await fakeRegistry('/npm/team/')]
    packument(all, 'a', { '1.0.0': {} })
    packument(team, '@team/a', { '1.0.0': {} })
    const lines = [`@team:registry=${team.url}`, `${team.url.replace('http:', '')}:_authToken=secret`]
    const client = await homeFor(all, ...lines).open()
    await Promise.all([client.packageVersions(name('@team/a')), client.packageVersions(name('a'))])
    expect([all.lines(), team.lines()]).toEqual([['GET /a'], ['GET /npm/team/@team%2fa']])
    expect([all, team].map(({ asked }) => asked[0]?.headers.authorization)).toEqual([undefined, 'Bearer secret'])
  })
})

describe('a name that is missing', () => {
  test('is a value', async () => {
    const registry = await fakeRegistry()
    const { open } = homeFor(registry)
    expect(await (await open()).packageVersions(name('gone'))).toBe('missing')
  })

  test('since it was taken back leaves the cache', async () => {
    const registry = await fakeRegistry()
    packument(registry, 'a', { '1.0.0': {} })
    registry.features.abbreviated = false
    const { open, cacheDirectory } = homeFor(registry)
    await (await open()).packageVersions(name('a'))
    expect(cacheFiles(cacheDirectory).length).toBe(1)
    registry.documents.set('a', { name: 'a', time: { unpublished: { time: '2026-01-01' } } })
    expect(await (await open()).packageVersions(name('a'))).toBe('missing')
    expect(cacheFiles(cacheDirectory)).toEqual([])
  })
})

describe('asking again', () => {
  test.each([
    ['an etag', { etag: true, lastModified: false }, 'if-none-match'],
    ['last-modified', { etag: false, lastModified: true }, 'if-modified-since'],
  ])('sends %s, and a 304 is answered from the cache', async (_what, features, header) => {
    const registry = await fakeRegistry()
    Object.assign(registry.features, features)
    packument(registry, 'a', { '1.0.0': {} })
    const { open } = homeFor(registry)
    await (await open()).packageVersions(name('a'))
    expect(found(await (await open()).packageVersions(name('a'))).versions).toEqual(['1.0.0'])
    expect(registry.asked.map(({ headers }) => header in headers)).toEqual([false, true])
    packument(registry, 'a', { '1.0.0': {}, '2.0.0': {} })
    expect(found(await (await open()).packageVersions(name('a'))).versions).toEqual(['1.0.0', '2.0.0'])
  })

  test('a registry with neither is asked for all of it', async () => {
    const registry = await fakeRegistry()
    Object.assign(registry.features, { etag: false, abbreviated: false })
    packument(registry, 'a', { '1.0.0': {} })
    const { open } = homeFor(registry)
    await (await open()).packageVersions(name('a'))
    packument(registry, 'a', { '1.0.0': {}, '2.0.0': {} })
    expect(found(await (await open()).packageVersions(name('a'))).versions).toEqual(['1.0.0', '2.0.0'])
  })

  test('is not done while the registry allows to keep it, unless fresh ones are wanted: then once', async () => {
    const registry = await fakeRegistry()
    registry.features.cacheControl = 'public, max-age=300'
    packument(registry, 'a', { '1.0.0': {} })
    const { open } = homeFor(registry)
    await (await open()).packageVersions(name('a'))
    packument(registry, 'a', { '1.0.0': {}, '2.0.0': {} })
    const client = await open()
    expect(found(await client.packageVersions(name('a'))).versions).toEqual(['1.0.0'])
    expect(registry.lines().length).toBe(1)
    expect(found(await client.packageVersions(name('a'), { fresh: true })).versions).toEqual(['1.0.0', '2.0.0'])
    await client.packageVersions(name('a'), { fresh: true })
    expect(registry.lines().length).toBe(2)
  })

  test('is done when the time is up, and starts anew with a 304', async () => {
    const registry = await fakeRegistry()
    registry.features.cacheControl = 'max-age=300'
    packument(registry, 'a', { '1.0.0': {} })
    const { open } = homeFor(registry)
    const start = Date.now()
    const asks = async (seconds: number): Promise<number> => {
      const before = registry.asked.length
      await (await open({ now: () => start + seconds * 1000 })).packageVersions(name('a'))
      return registry.asked.length - before
    }
    expect([await asks(0), await asks(299), await asks(301), await asks(302), await asks(700)]).toEqual([1, 0, 1, 0, 1])
  })

  test.each(['no-cache, max-age=300', 'private'])('cache-control: %s allows nothing', async (cacheControl) => {
    const registry = await fakeRegistry()
    registry.features.cacheControl = cacheControl
    packument(registry, 'a', { '1.0.0': {} })
    const { open } = homeFor(registry)
    for (let count = 0; count < 2; count++) await (await open()).packageVersions(name('a'))
    expect(registry.lines().length).toBe(2)
  })

  test('is always done for what was published to the registry itself', async () => {
    const registry = await fakeRegistry()
    registry.features.cacheControl = 'max-age=300'
    registry.documents.set('a', { ...packument(registry, 'a', { '1.0.0': {} }), _alkahest: { local: true } })
    const { open } = homeFor(registry)
    expect(found(await (await open()).packageVersions(name('a'))).local).toBe(true)
    await (await open()).packageVersions(name('a'))
    expect(registry.lines().length).toBe(2)
  })
})

describe('times of publication', () => {
  test.each([
    ['nobody needs them', { times: false }, undefined, 1],
    ['the short form has them', { times: true }, 0, 1],
    ['everything is older', { times: false }, DAY_2, 1],
    ['something may be younger', { times: false }, DAY_2 - 1, 2],
    ['only full documents are served', { times: false, abbreviated: false }, 0, 1],
  ])('%s', async (...row) => {
    const [, features, publishedAfter, requests] = row
    const registry = await fakeRegistry()
    Object.assign(registry.features, features)
    packument(registry, 'a', { '1.0.0': {}, '2.0.0': {} })
    const options = publishedAfter === undefined ? {} : { publishedAfter }
    const versions = found(await (await homeFor(registry).open()).packageVersions(name('a'), options))
    expect(registry.lines().length).toBe(requests)
    const isKnown = requests === 2 || 'abbreviated' in features || features.times
    expect(versions.publishedAt(version('2.0.0'))).toBe(isKnown ? DAY_2 : undefined)
  })

  test('once fetched they are kept: the full document is what is revalidated', async () => {
    const registry = await fakeRegistry()
    packument(registry, 'a', { '1.0.0': {} })
    const { open } = homeFor(registry)
    await (await open()).packageVersions(name('a'), { publishedAfter: 0 })
    const again = found(await (await open()).packageVersions(name('a'), { publishedAfter: 0 }))
    expect(again.publishedAt(version('1.0.0'))).toBe(Date.UTC(2026, 0, 1))
    expect(registry.asked.map(({ headers }) => headers.accept === 'application/json')).toEqual([false, true, true])
  })

  test('do not matter for what was published to the registry itself', async () => {
    const registry = await fakeRegistry()
    registry.documents.set('a', { ...packument(registry, 'a', { '1.0.0': {} }), _alkahest: { local: true } })
    await (await homeFor(registry).open()).packageVersions(name('a'), { publishedAfter: 0 })
    expect(registry.lines().length).toBe(1)
  })
})

describe('offline', () => {
  test('the cache answers, however old and whatever is known of ages; nothing is asked', async () => {
    const registry = await fakeRegistry()
    packument(registry, 'a', { '1.0.0': {} })
    const { open } = homeFor(registry)
    await (await open()).packageVersions(name('a'))
    const client = await open({ offline: true, now: () => 9e12 })
    expect(found(await client.packageVersions(name('a'), { publishedAfter: 0, fresh: true })).versions).toEqual([
      '1.0.0',
    ])
    expect(registry.lines().length).toBe(1)
    expect(client.http.counts.requests).toBe(0)
  })

  test('what is not there is an error', async () => {
    const registry = await fakeRegistry()
    const client = await homeFor(registry).open({ offline: true })
    expect(await failureOf(client.packageVersions(name('a')))).toEqual({
      code: 'OFFLINE_MISSING',
      message: 'cannot get a: it is not in the cache, and the network must not be used',
      hint: 'run the command once without --offline',
    })
    expect((await failureOf(client.ping())).code).toBe('OFFLINE_MISSING')
    expect(registry.lines()).toEqual([])
  })

  test('preferred, the network is asked only for what is missing', async () => {
    const registry = await fakeRegistry()
    packument(registry, 'a', { '1.0.0': {} })
    packument(registry, 'b', { '1.0.0': {} })
    const { open } = homeFor(registry)
    await (await open()).packageVersions(name('a'))
    const client = await open({ preferOffline: true })
    await Promise.all([client.packageVersions(name('a')), client.packageVersions(name('b'))])
    expect(registry.lines()).toEqual(['GET /a', 'GET /b'])
  })
})

describe('a damaged cache', () => {
  test.each([
    ['cut', (file: string) => truncateSync(file, 200)],
    ['cut in the first line', (file: string) => truncateSync(file, 10)],
    ['emptied', (file: string) => truncateSync(file, 0)],
    [
      'one byte changed',
      (file: string) => writeFileSync(file, readFileSync(file, 'latin1').replace('1.0.0', '1.0.1'), 'latin1'),
    ],
    ['another format', (file: string) => writeFileSync(file, 'alkahest-packument 2 0 0\n{}')],
    [
      'nonsense',
      (file: string) => writeFileSync(file, Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 256))),
    ],
    ['a checksum that holds nothing', (file: string) => writeFileSync(file, 'alkahest-packument 1 0 0\n')],
  ])('(%s) is fetched again, whole', async (_what, damage) => {
    const registry = await fakeRegistry()
    packument(registry, 'a', { '1.0.0': {} })
    const { open, cacheDirectory } = homeFor(registry)
    const before = seen(await (await open()).packageVersions(name('a')))
    const [file] = cacheFiles(cacheDirectory)
    damage(file!)
    expect(seen(await (await open()).packageVersions(name('a')))).toEqual(before)
    expect(registry.asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined])
    expect(seen(await (await open({ offline: true })).packageVersions(name('a')))).toEqual(before)
  })

  test('of two names in one file, as on a file system without case, each is answered right', async () => {
    const registry = await fakeRegistry()
    packument(registry, 'JSONStream', { '1.0.0': {} })
    packument(registry, 'jsonstream', { '2.0.0': {} })
    const { open, cacheDirectory } = homeFor(registry)
    await (await open()).packageVersions(name('JSONStream'))
    const [file] = cacheFiles(cacheDirectory)
    writeFileSync(join(file!, '..', 'jsonstream'), readFileSync(file!))
    expect(found(await (await open()).packageVersions(name('jsonstream'))).versions).toEqual(['2.0.0'])
  })

  test('that cannot be written is an error, not a cache that never warms', async () => {
    const registry = await fakeRegistry()
    packument(registry, 'a', { '1.0.0': {} })
    const { open, cacheDirectory } = homeFor(registry)
    writeFileSync(cacheDirectory, 'a file')
    const failure = await failureOf((await open()).packageVersions(name('a')))
    expect(failure.code).toBe('FILE_UNREADABLE')
    rmSync(cacheDirectory)
    mkdirSync(cacheDirectory)
    writeFileSync(join(cacheDirectory, 'packuments-1'), '')
    expect((await failureOf((await open()).packageVersions(name('a')))).message).toMatch(/packuments-1.*ENOTDIR/)
  })

  test('shared by two clients at once holds whole documents only', async () => {
    const registry = await fakeRegistry()
    for (let count = 0; count < 20; count++) packument(registry, `p${count}`, { '1.0.0': {}, '2.0.0': {} })
    const { open, cacheDirectory } = homeFor(registry)
    const clients = await Promise.all([open(), open(), open()])
    const names = [...registry.documents.keys()]
    await Promise.all(clients.flatMap((client) => names.map((each) => client.packageVersions(name(each)))))
    expect(
      cacheFiles(cacheDirectory)
        .map((file) => file.slice(file.lastIndexOf('/') + 1))
        .toSorted(),
    ).toEqual(names.toSorted())
    const reader = await open({ offline: true })
    for (const each of names) expect(found(await reader.packageVersions(name(each))).versions.length).toBe(2)
  })
})

describe('a registry that answers nonsense', () => {
  test.each([
    ['no JSON', '<html>', /^cannot get a: http:\/\/127\.0\.0\.1:\d+ answered what is not JSON$/, 'REGISTRY_NONSENSE'],
    [
      'no document',
      '[]',
      /^http:\/\/127\.0\.0\.1:\d+\/a is not a document about a package: it has no "versions"$/,
      'PACKUMENT_INVALID',
    ],
    [
      'another package',
      '{"name":"b","versions":{}}',
      /\/a is not a document about a package: it is about "b", not a$/,
      'PACKUMENT_INVALID',
    ],
  ])('%s', async (...row) => {
    const [, body, message, code] = row
    const registry = await fakeRegistry()
    registry.answer = (_line, response) => Boolean(response.end(body))
    const { open, cacheDirectory } = homeFor(registry)
    const failure = await failureOf((await open()).packageVersions(name('a')))
    expect(failure.code).toBe(code)
    expect(failure.message).toMatch(message)
    expect(() => cacheFiles(cacheDirectory)).toThrow('ENOENT')
  })
})

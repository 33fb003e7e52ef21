import { gunzipSync, zstdDecompressSync, brotliDecompressSync } from 'node:zlib'
import http from 'node:http'
import { faultyRegistry, startRegistry } from '@alkahest/test-support'
import { describe, expect, test } from 'vitest'
import { ask } from './registry-requests.ts'
import type { Answer } from './registry-requests.ts'

type Line = {
  readonly name?: string
  readonly version?: string
  readonly missing?: string
  readonly revision?: string
  readonly [field: string]: unknown
}

type Question = {
  readonly token?: string
  readonly known?: string
  readonly publishedBefore?: string
  readonly node?: string
}

function closure(url: string, requirements: object, { token, known, ...asked }: Question = {}): Promise<Answer> {
  return ask(`${url}-/alkahest/closure`, {
    method: 'POST',
    ...(token === undefined ? {} : { token }),
    headers: { 'accept-encoding': 'identity', ...(known === undefined ? {} : { 'if-none-match': known }) },
    body: { requirements, ...asked },
  })
}

function linesOf({ text }: Pick<Answer, 'text'>): readonly Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

/** `name@version` in the order of the answer. */
function versionsOf(answer: Pick<Answer, 'text'>): readonly string[] {
  return linesOf(answer).flatMap(({ name, version }) => (version === undefined ? [] : [`${name}@${version}`]))
}

describe('a closure', () => {
  test('is everything that can be reached, each once, breadth-first, and no more of it than a solver reads', async () => {
    await using registry = await startRegistry({
      packages:
        'app 1.0.0: a ^1 b ^1\na 1.0.0: c ^1\na 1.1.0: c ^1\na 2.0.0:\nb 1.0.0: c ^1 a ^1\nc 1.0.0: a ^1\nd 1.0.0:',
    })
    const answer = await closure(registry.url, { app: '*' })
    const [first, ...lines] = linesOf(answer)
    expect(first).toEqual({ closure: 2, tarballs: registry.url })
    expect(versionsOf(answer)).toEqual(['app@1.0.0', 'a@1.1.0', 'b@1.0.0', 'c@1.0.0'])
    expect(lines[0]).toEqual({ name: 'app', tags: { latest: '1.0.0' }, versions: '1.0.0', local: true })
    expect(lines.find(({ name }) => name === 'a')).toMatchObject({ versions: '1.0.0 .1.0 2.0.0' })
    const a = (await ask(`${registry.url}a/1.1.0`)).json
    expect(lines.find(({ name, version }) => name === 'a' && version !== undefined)).toEqual({
      name: 'a',
      version: '1.1.0',
      manifest: {
        dependencies: { c: '^1' },
        dist: { integrity: a.dist.integrity, unpackedSize: a.dist.unpackedSize },
      },
    })
    expect(lines.at(-1)).toEqual({ revision: expect.stringMatching(/^[\w-]{32}$/), packages: 4, versions: 4 })
  })

  test.each([
    ['the tagged one when it is in range', { a: '>=1' }, ['a@1.1.0']],
    ['else the highest', { a: '^2' }, ['a@2.1.0']],
    ['what a tag names', { a: 'next' }, ['a@2.0.0']],
    ['one for each range', { a: ['~1.0.0', '^2', '^1'] }, ['a@1.0.1', 'a@2.1.0', 'a@1.1.0']],
    ['under an alias', { other: 'npm:a@~1.0' }, ['a@1.0.1']],
    ['a deprecated one, and the best that is not', { old: '*' }, ['old@1.1.0', 'old@1.0.0']],
    ['nothing for what no registry has', { a: 'file:../a', b: 'git+https://example.com/b.git', c: '???' }, []],
  ])('has of a range %s', async (_what, requirements, versions) => {
    await using registry = await startRegistry({
      packages: [
        'a 2.0.0: tag:next',
        'a 2.1.0: tag:next2',
        'a 1.0.0: tag:x1',
        'a 1.0.1: tag:x2',
        'a 1.1.0: tag:latest',
        'old 1.0.0:',
        'old 1.1.0: deprecated:no-more',
      ],
    })
    expect(versionsOf(await closure(registry.url, requirements))).toEqual(versions)
  })

  test.each([
    ['the highest that runs on a Node that is named', { node: '18.0.0' }, ['a@3.0.0', 'a@2.0.0', 'a@1.0.0']],
    ['and the highest of all where none does', { node: '8.0.0' }, ['a@3.0.0', 'a@2.0.0', 'a@1.0.0']],
    ['and whatever is the latest without one', {}, ['a@3.0.0']],
  ])('looks for %s', async (_what, question, versions) => {
    await using registry = await startRegistry({
      packages: 'a 1.0.0: engines:>=18\na 2.0.0: engines:>=20\na 3.0.0: engines:>=22',
    })
    expect(versionsOf(await closure(registry.url, { a: '*' }, question))).toEqual(versions)
  })

  test('has the latest of a package that has nothing to give, and follows nothing of it', async () => {
    await using registry = await startRegistry({ packages: 'a 1.0.0: b ^1\nb 1.0.0:' })
    expect(versionsOf(await closure(registry.url, { a: '^9' }))).toEqual(['a@1.0.0'])
  })

  test('is offered with every packument', async () => {
    await using registry = await startRegistry({ packages: 'a 1.0.0:' })
    for (const known of [undefined, 'again']) {
      const { headers } = await ask(`${registry.url}a`)
      expect([known, headers.get('alkahest-closure')]).toEqual([known, '2'])
    }
  })

  test('that is known is a 304, and another one after a publish that it reaches', async () => {
    await using registry = await startRegistry({ packages: 'a 1.0.0: b ^1\nb 1.0.0:\nc 1.0.0:' })
    const revision = linesOf(await closure(registry.url, { a: '*' })).at(-1)?.revision
    const known = `"${revision}"`
    const unchanged = await closure(registry.url, { a: '*' }, { known })
    expect([unchanged.status, unchanged.text, unchanged.headers.get('etag')]).toEqual([304, '', known])
    await registry.publish('c 1.1.0:')
    expect((await closure(registry.url, { a: '*' }, { known })).status).toBe(304)
    await registry.publish('b 1.1.0:')
    const changed = await closure(registry.url, { a: '*' }, { known })
    expect([changed.status, versionsOf(changed)]).toEqual([200, ['a@1.0.0', 'b@1.1.0']])
    expect(changed.headers.get('etag')).toBe(`"${linesOf(changed).at(-1)?.revision}"`)
  })

  test('shows restricted packages to those alone who are signed in', async () => {
    await using registry = await startRegistry({ packages: 'a 1.0.0: hidden ^1\nhidden 1.0.0:' })
    const { url, token } = registry
    await ask(`${url}-/package/hidden/access`, { method: 'POST', token, body: { access: 'restricted' } })
    const stranger = await closure(url, { a: '*' })
    expect(versionsOf(stranger)).toEqual(['a@1.0.0'])
    expect(linesOf(stranger)).toContainEqual({ name: 'hidden', missing: 'hidden not found' })
    expect(versionsOf(await closure(url, { a: '*' }, { token }))).toEqual(['a@1.0.0', 'hidden@1.0.0'])
  })

  test('through an upstream asks for each document once, takes nothing young, and says what failed', async () => {
    await using origin = await startRegistry({
      packages: 'a 1.0.0: at:2026-01-01 b ^1 broken ^1 gone ^1\na 1.1.0: at:2026-02-01 b ^1\nb 1.0.0: at:2026-01-01',
    })
    await using upstream = await faultyRegistry({
      upstream: origin.url,
      faults: { '/broken': { kind: 'status', status: 403 } },
    })
    await using registry = await startRegistry({ upstream: upstream.url })
    const publishedBefore = '2026-01-15T00:00:00.000Z'
    const answer = await closure(registry.url, { a: '^1' }, { publishedBefore })
    // The young one is told with its time, since clients say what they hold back, and nothing of it is followed.
    expect(versionsOf(answer)).toEqual(['a@1.0.0', 'a@1.1.0', 'b@1.0.0'])
    expect(linesOf(answer).find(({ name }) => name === 'a')).toEqual({
      name: 'a',
      tags: { latest: '1.1.0' },
      versions: '1.0.0 .1.0',
      young: { '1.1.0': Date.parse('2026-02-01') },
    })
    expect(linesOf(answer).filter(({ missing }) => missing !== undefined)).toEqual([
      { name: 'broken', missing: 'the upstream refuses broken with 403' },
      { name: 'gone', missing: 'gone not found' },
    ])
    expect(versionsOf(await closure(registry.url, { a: '^1' }))).toEqual(['a@1.1.0', 'b@1.0.0'])
    expect(upstream.requests.filter((request) => !/broken|gone/.test(request))).toEqual(['GET /a', 'GET /b'])
  })

  test('comes in every coding, the same', async () => {
    await using registry = await startRegistry({ packages: 'a 1.0.0: b ^1\nb 1.0.0:' })
    const plain = await closure(registry.url, { a: '*' })
    for (const [coding, decode] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
      ['zstd', zstdDecompressSync],
    ] as const) {
      const bytes = await rawClosure(registry.url, coding)
      expect(decode(bytes).toString()).toBe(plain.text)
    }
  })

  test('is found, and refused in words when it is asked for wrongly', async () => {
    await using registry = await startRegistry()
    expect((await ask(`${registry.url}-/alkahest`)).json).toEqual({ closure: 2, publish: 1 })
    const refusal = async (body: unknown) => {
      const { status, json } = await ask(`${registry.url}-/alkahest/closure`, { method: 'POST', body })
      return [status, json.error]
    }
    expect(await refusal({})).toEqual([400, 'a closure needs "requirements", an object of names'])
    expect(await refusal({ requirements: {}, node: 'new' })).toEqual([400, '"node" is not a version'])
    expect(await refusal({ requirements: {}, publishedBefore: 'soon' })).toEqual([
      400,
      '"publishedBefore" is not an instant in ISO 8601',
    ])
    const many = Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`a${index}`, '*']))
    expect(await refusal({ requirements: many })).toEqual([413, 'a closure is of at most 2000 names'])
  })
})

/** As it travels: fetch would decode it. */
function rawClosure(url: string, coding: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}-/alkahest/closure`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': coding },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks)))
    })
    request.end(JSON.stringify({ requirements: { a: '*' } }))
  })
}

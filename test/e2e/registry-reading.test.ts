import { createHash } from 'node:crypto'
import http from 'node:http'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ABBREVIATED, ask } from './registry-requests.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: '@s/a 1.0.0: b ^1\n@s/a 1.1.0: tag:next\nplain 1.0.0:' })
})
afterAll(() => registry.close())

/** The body as it comes over the wire. */
function raw(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port: registry.port, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    request.on('error', reject)
  })
}

describe('packuments', () => {
  test.each(['@s%2fa', '@s%2Fa', '@s/a', '%40s%2fa', '@s/a/'])('the spelling %s', async (spelling) => {
    const { status, body } = await raw(`/${spelling}`, {})
    expect(status).toBe(200)
    expect(JSON.parse(body.toString())).toMatchObject({ name: '@s/a', 'dist-tags': { latest: '1.0.0', next: '1.1.0' } })
  })

  test('two forms, each with its type, its ETag and the same times', async () => {
    const full = await ask(`${registry.url}@s/a`)
    const abbreviated = await ask(`${registry.url}@s/a`, { headers: { accept: ABBREVIATED } })
    expect(full.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(abbreviated.headers.get('content-type')).toBe('application/vnd.npm.install-v1+json')
    expect(full.headers.get('vary')).toBe('Accept, Accept-Encoding, Authorization')
    expect(full.headers.get('etag')).not.toBe(abbreviated.headers.get('etag'))
    expect(full.json.time).toEqual(abbreviated.json.time)
    expect(full.json.versions['1.0.0']._npmUser).toEqual({ name: 'tester', email: 'tester@example.com' })
    expect(abbreviated.json.versions['1.0.0']).not.toHaveProperty('_npmUser')
    expect(abbreviated.json).not.toHaveProperty('readme')
  })

  test('three codings and none, all of them the same document', async () => {
    const plain = await raw('/@s/a', {})
    expect(plain.headers['content-encoding']).toBeUndefined()
    for (const [coding, decode] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
      ['zstd', zstdDecompressSync],
    ] as const) {
      const coded = await raw('/@s/a', { 'accept-encoding': coding })
      expect(coded.headers['content-encoding']).toBe(coding)
      expect(Number(coded.headers['content-length'])).toBe(coded.body.length)
      expect(decode(coded.body).equals(plain.body)).toBe(true)
    }
  })

  test('what has not changed is 304, by tag in any coding and by date', async () => {
    const first = await ask(`${registry.url}plain`)
    const etag = first.headers.get('etag') ?? ''
    const modified = first.headers.get('last-modified') ?? ''
    const again = (headers: Record<string, string>) =>
      ask(`${registry.url}plain`, { headers }).then(({ status, bytes }) => [status, bytes.length])
    expect(await again({ 'if-none-match': etag })).toEqual([304, 0])
    expect(await again({ 'if-none-match': `"x", W/${etag}` })).toEqual([304, 0])
    expect(await again({ 'if-none-match': etag, 'accept-encoding': 'gzip' })).toEqual([304, 0])
    expect(await again({ 'if-modified-since': modified })).toEqual([304, 0])
    expect((await again({ 'if-none-match': '"x"', 'if-modified-since': modified }))[0]).toBe(200)
    expect((await again({ 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }))[0]).toBe(200)
    expect((await ask(`${registry.url}plain?write=true`, { headers: { 'if-none-match': etag } })).status).toBe(200)
  })

  test('two changes within one second have two dates', async () => {
    await using own = await startRegistry({ packages: 'a 1.0.0:', now: () => Date.UTC(2026, 0, 1, 0, 0, 0, 100) })
    const before = (await ask(`${own.url}a`)).headers.get('last-modified') ?? ''
    await own.publish('a 1.0.1:')
    const after = await ask(`${own.url}a`, { headers: { 'if-modified-since': before } })
    expect([after.status, before, after.headers.get('last-modified')]).toEqual([
      200,
      'Thu, 01 Jan 2026 00:00:00 GMT',
      'Thu, 01 Jan 2026 00:00:01 GMT',
    ])
  })

  test('HEAD says the same without a body', async () => {
    const head = await ask(`${registry.url}plain`, { method: 'HEAD' })
    const get = await ask(`${registry.url}plain`)
    expect([head.status, head.bytes.length]).toEqual([200, 0])
    for (const name of ['etag', 'last-modified', 'content-type', 'content-length']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name))
    }
  })

  test('what nobody has is 404, in words that clients show', async () => {
    const missing = await ask(`${registry.url}nothing-here`)
    expect([missing.status, missing.json]).toEqual([
      404,
      { error: 'nothing-here not found', message: 'nothing-here not found' },
    ])
  })
})

describe('versions', () => {
  test.each([
    ['@s/a/1.0.0', '1.0.0'],
    ['@s%2fa/latest', '1.0.0'],
    ['@s/a/next', '1.1.0'],
  ])('%s', async (path, version) => {
    const { status, json } = await ask(registry.url + path)
    expect([status, json.version, json.dist.tarball]).toEqual([200, version, `${registry.url}@s/a/-/a-${version}.tgz`])
  })

  test('one that does not exist', async () => {
    expect((await ask(`${registry.url}@s/a/9.9.9`)).json.error).toBe('@s/a@9.9.9 not found')
  })
})

describe('tarballs', () => {
  test.each(['@s/a/-/a-1.0.0.tgz', '@s%2fa/-/a-1.0.0.tgz', '@s/a/-/@s/a-1.0.0.tgz'])('%s', async (path) => {
    const { json } = await ask(`${registry.url}@s/a/1.0.0`)
    const { status, bytes, headers } = await ask(registry.url + path)
    expect(status).toBe(200)
    expect(`sha512-${createHash('sha512').update(bytes).digest('base64')}`).toBe(json.dist.integrity)
    expect(createHash('sha1').update(bytes).digest('hex')).toBe(json.dist.shasum)
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(headers.get('content-length')).toBe(String(bytes.length))
  })

  test('ranges, conditions and HEAD', async () => {
    const url = `${registry.url}plain/-/plain-1.0.0.tgz`
    const whole = await ask(url)
    const part = await ask(url, { headers: { range: 'bytes=10-19' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${whole.bytes.length}`])
    expect(part.bytes.equals(whole.bytes.subarray(10, 20))).toBe(true)
    expect((await ask(url, { headers: { range: 'bytes=-5' } })).bytes.equals(whole.bytes.subarray(-5))).toBe(true)
    expect((await ask(url, { headers: { range: 'bytes=999999-' } })).status).toBe(416)
    expect((await ask(url, { headers: { 'if-none-match': whole.headers.get('etag') ?? '' } })).status).toBe(304)
    const head = await ask(url, { method: 'HEAD' })
    expect([head.status, head.bytes.length, head.headers.get('content-length')]).toEqual([
      200,
      0,
      String(whole.bytes.length),
    ])
  })

  test.each(['plain/-/plain-9.9.9.tgz', 'plain/-/other-1.0.0.tgz', 'plain/-/plain-1.0.0.zip'])(
    '%s is 404',
    async (path) => {
      expect((await ask(registry.url + path)).status).toBe(404)
    },
  )
})

describe('paths that no client sends are refused', () => {
  test.each([
    '/..%2f..%2fetc%2fpasswd',
    '/%2e%2e/%2e%2e/etc',
    '/a%252fb',
    '/a%00',
    '/a%0d%0aset-cookie:x',
    '/@s/a/-/..%2f..%2findex.sqlite',
  ])('%s', async (path) => {
    const { status, body, headers } = await raw(path, {})
    expect([status, headers['set-cookie']]).toEqual([400, undefined])
    expect(JSON.parse(body.toString()).error).toBe('the path of the request is not one that this registry answers')
  })

  test.each(['/_x', '/@x', '/x@y', '/.hidden'])('the name in %s', async (path) => {
    const { status } = await raw(path, {})
    expect(status).toBe(400)
  })
})

test('ping, the root, keys and search', async () => {
  expect((await ask(`${registry.url}-/ping`)).json).toEqual({})
  expect((await ask(registry.url)).json).toEqual({ db_name: 'registry', doc_count: 2 })
  expect((await ask(`${registry.url}-/npm/v1/keys`)).json.keys).toHaveLength(1)
  const found = await ask(`${registry.url}-/v1/search?text=pla&size=1`)
  expect(found.json).toMatchObject({
    total: 1,
    objects: [{ package: { name: 'plain', version: '1.0.0', maintainers: [{ username: 'tester' }] } }],
  })
  expect(new Date(found.json.time).toISOString()).toBe(found.json.time)
  expect((await ask(`${registry.url}-/v1/search?text=scope:s&size=0`)).json).toMatchObject({ total: 1, objects: [] })
  expect((await ask(`${registry.url}-/v1/search`)).json.error).toBe("'text' query parameter is required")
})

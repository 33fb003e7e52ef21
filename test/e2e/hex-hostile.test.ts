/** Attacks on the Hex routes, each by its name. */
import { gzipSync } from 'node:zlib'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hexTarball, tar } from '../../apps/registry/test/hex/hex-tarballs.ts'
import { askHex, publishHex } from './hex-requests.ts'
import { ask, login } from './registry-requests.ts'

let registry: TestRegistry
let member: string

beforeAll(async () => {
  registry = await startRegistry()
  member = (await login(registry, { name: 'member', password: 'secret' })).json.token
  await publishHex(registry, { name: 'victim', version: '1.0.0' })
})
afterAll(() => registry.close())

describe('a body', () => {
  const post = (body: Uint8Array, type = 'application/vnd.hex+erlang', path = 'api/keys') =>
    askHex(registry, path, { method: 'POST', key: registry.token, body, headers: { 'content-type': type } })

  test('that lies about its lengths, or is too deep, compressed or cut, is a 400', async () => {
    const bombs = [
      '836cffffffff',
      '8374ffffffff',
      '836dffffffff',
      '8350ffffffff78da',
      '83',
      '',
      '8361',
      `83${'6c00000001'.repeat(70)}`,
    ]
    for (const hex of bombs.filter((bytes) => bytes !== '')) {
      const { status, value } = await post(Buffer.from(hex, 'hex'))
      expect([hex.slice(0, 20), status, value.message]).toEqual([
        hex.slice(0, 20),
        400,
        expect.stringMatching(/^the Erlang term cannot be read/),
      ])
    }
    expect((await post(Buffer.from('[1]'), 'application/json')).status).toBe(400)
    expect((await post(Buffer.from('{'.repeat(1000)), 'application/json')).status).toBe(400)
  })

  test('that is too large is a 413, whatever it says it is', async () => {
    expect((await post(Buffer.alloc(17 * 1024 * 1024), 'application/octet-stream', 'api/publish')).status).toBe(413)
    expect((await post(Buffer.alloc(11 * 1024 * 1024))).status).toBe(413)
  })

  test('of a stranger is not read', async () => {
    const answer = await askHex(registry, 'api/publish', { method: 'POST', body: Buffer.alloc(1024 * 1024) })
    expect([answer.status, answer.value.message]).toEqual([401, 'missing authentication information'])
  })

  test('with __proto__ changes nothing but what it names', async () => {
    const text =
      '{"name":"polluted","permissions":[{"domain":"api","__proto__":{"resource":"read"}}],"__proto__":{"status":1}}'
    const { status, value } = await post(Buffer.from(text), 'application/json')
    expect([status, value.permissions]).toEqual([201, [{ domain: 'api', resource: null }]])
    expect(({} as Record<string, unknown>).status).toBeUndefined()
  })
})

describe('an address', () => {
  test('that climbs, or holds what no name has, finds nothing', async () => {
    const paths = [
      'repo/packages/..%2f..%2fsigning-key.pem',
      'repo/tarballs/..%2fvictim-1.0.0.tar',
      'repo/tarballs/victim-1.0.0%00.tar',
      'repo/docs/victim-..%2f..%2f.tar.gz',
      '-/hex/docs/alkahest/victim/1.0.0/..%2f..%2fx',
      'repo/packages/victim%0d%0ax-evil:1',
      'repo/packages/__proto__',
      'api/packages/constructor',
      'repo/repos/__proto__/packages/victim',
    ]
    for (const path of paths) {
      const { status } = await askHex(registry, path, { key: registry.token })
      expect([path, [400, 404].includes(status)]).toEqual([path, true])
    }
  })

  test('with a very long name is a 404, not a failure', async () => {
    expect((await askHex(registry, `repo/packages/${'a'.repeat(900)}`)).status).toBe(404)
    expect((await askHex(registry, `api/packages?search=${'%25_~'.repeat(300)}`)).status).toBe(200)
  })
})

describe('a package', () => {
  const publish = async (body: Uint8Array) => {
    const { status, value } = await askHex(registry, 'api/publish', { method: 'POST', key: registry.token, body })
    return [status, Object.values(value.errors ?? {})[0]]
  }
  const wanted = { name: 'hostile', version: '1.0.0' }

  test('whose metadata is code, a bomb, or two packages is refused', async () => {
    expect(await publish(hexTarball({ ...wanted, metadata: 'os:cmd("id").' }))).toEqual([
      422,
      expect.stringContaining('line 1'),
    ])
    expect(await publish(hexTarball({ ...wanted, metadata: `{<<"name">>,${'['.repeat(5000)}` }))).toEqual([
      422,
      expect.stringContaining('deeper than 64'),
    ])
    expect(await publish(hexTarball({ ...wanted, surplus: [{ path: 'evil', content: '' }] }))).toEqual([
      422,
      expect.stringContaining('over 4 entries'),
    ])
    const bomb = gzipSync(tar([{ path: 'a', content: Buffer.alloc(129 * 1024 * 1024) }]))
    expect(await publish(hexTarball({ ...wanted, contents: bomb }))).toEqual([
      422,
      expect.stringContaining('unpacks to over'),
    ])
    const links = [
      { path: 'a', content: '', type: '2', link: '/etc/passwd' },
      { path: 'a', content: '', type: '1', link: '../../x' },
      { path: 'dev', content: '', type: '4' },
    ]
    for (const link of links)
      expect((await publish(hexTarball({ ...wanted, contents: gzipSync(tar([link])) })))[0]).toBe(422)
    expect((await askHex(registry, 'repo/packages/hostile')).status).toBe(404)
  })

  test('shows what it says of itself as text, never as a page of ours', async () => {
    const script = '<script>alert(1)</script>'
    const metadata = `{<<"name">>,<<"scripted">>}.{<<"version">>,<<"1.0.0">>}.{<<"description">>,<<"${script}">>}.`
    expect((await publish(hexTarball({ name: 'scripted', version: '1.0.0', metadata })))[0]).toBe(201)
    const answer = await askHex(registry, 'api/packages/scripted', { json: true })
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.value.meta.description).toBe(script)
  })
})

describe('route by role', () => {
  const release = 'api/packages/victim/releases/1.0.0'
  const rows: readonly (readonly [method: string, path: string, anonymous: number, member: number])[] = [
    ['GET', 'repo/packages/victim', 200, 200],
    ['GET', 'api/packages/victim', 200, 200],
    ['GET', 'api/users/me', 401, 200],
    ['GET', 'api/keys', 401, 200],
    ['GET', 'api/packages/victim/owners', 401, 200],
    ['POST', `${release}/retire`, 401, 403],
    ['DELETE', `${release}/retire`, 401, 403],
    ['POST', `${release}/docs`, 401, 403],
    ['DELETE', `${release}/docs`, 401, 403],
    ['PUT', 'api/packages/victim/owners/member', 401, 403],
    ['DELETE', 'api/packages/victim/owners/tester', 401, 403],
    ['DELETE', release, 401, 403],
    ['POST', 'api/orgs', 401, 403],
    ['DELETE', 'api/keys/test', 401, 404],
  ]
  test.each(rows)('%s %s', async (method, path, anonymous, signedIn) => {
    expect((await askHex(registry, path, { method })).status).toBe(anonymous)
    expect((await askHex(registry, path, { method, key: member })).status).toBe(signedIn)
  })

  test('guessing passwords is limited', async () => {
    const guess = () =>
      ask(`${registry.url}api/users/me`, { headers: { authorization: `Basic ${btoa('tester:wrong')}` } })
    const statuses = []
    for (let time = 0; time < 25; time++) statuses.push((await guess()).status)
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429])
  })
})

/** Attacks on the Hex routes, each by its name. */
import { gzipSync } from 'node:zlib'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hexTarball, tar } from '../../apps/registry/test/hex/hex-tarballs.ts'
import { askHex, publishHex } from '../e2e/hex-requests.ts'
import { ask, login } from '../e2e/registry-requests.ts'

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
  const release = 'api/packages/{name}/releases/1.0.0'
  const roles = ['nobody', 'member', 'owner', 'reading key', 'repository key', 'package key', 'other package'] as const
  const keys: Partial<Record<(typeof roles)[number], string>> = {}
  let count = 0

  beforeAll(async () => {
    const make = async (permissions: readonly object[]): Promise<string> => {
      const body = { name: 'key', permissions }
      return (await askHex(registry, 'api/keys', { method: 'POST', key: owner, body })).value.secret
    }
    const owner = (await login(registry, { name: 'owner', password: 'secret' })).json.token
    await askHex(registry, 'api/orgs', { method: 'POST', key: registry.token, body: { name: 'hidden' } })
    Object.assign(keys, {
      member,
      owner,
      'reading key': await make([{ domain: 'api', resource: 'read' }]),
      'repository key': await make([{ domain: 'repositories' }]),
      'other package': await make([{ domain: 'package', resource: 'alkahest/other' }]),
    })
  })

  /** A package of the owner's, and a key that is for it alone. */
  async function freshPackage(): Promise<string> {
    const name = `victim_${count++}`
    await publishHex(registry, { name, version: '1.0.0' }, { key: keys.owner })
    const body = { name: 'one', permissions: [{ domain: 'package', resource: `alkahest/${name}` }] }
    keys['package key'] = (await askHex(registry, 'api/keys', { method: 'POST', key: keys.owner, body })).value.secret
    return name
  }

  const open = [200, 200, 200, 200, 200, 200, 200]
  const asked = [401, 200, 200, 200, 401, 401, 401]
  const changed = [401, 403, 204, 401, 401, 204, 401]
  type Row = readonly [method: string, path: string, statuses: readonly number[], body?: object]
  const table: readonly Row[] = [
    ['GET', 'repo/packages/{name}', open],
    ['GET', 'repo/tarballs/{name}-1.0.0.tar', open],
    ['GET', 'repo/names', open],
    ['GET', 'repo/versions', open],
    ['GET', 'repo/public_key', open],
    ['GET', 'api/packages/{name}', open],
    ['GET', release, open],
    ['GET', 'api/packages?search={name}', open],
    ['GET', 'api/packages/{name}/audit-logs', open],
    ['GET', 'api/users/owner', open],
    ['GET', 'api/repos', open],
    ['GET', 'api/users/me', asked],
    ['GET', 'api/keys', asked],
    ['GET', 'api/orgs', asked],
    ['GET', 'api/packages/{name}/owners', asked],
    ['GET', 'api/auth?domain=api&resource=write', [401, 204, 204, 401, 401, 401, 401]],
    ['GET', 'api/auth?domain=repositories', [401, 204, 204, 401, 204, 401, 401]],
    ['GET', 'api/auth?domain=package&resource=alkahest/{name}', [401, 204, 204, 401, 401, 204, 401]],
    ['POST', `${release}/retire`, changed, { reason: 'other', message: '' }],
    ['DELETE', `${release}/retire`, changed],
    [
      'POST',
      `${release}/docs`,
      [401, 403, 201, 401, 401, 201, 401],
      gzipSync(tar([{ path: 'index.html', content: '' }])),
    ],
    ['DELETE', `${release}/docs`, changed],
    ['PUT', 'api/packages/{name}/owners/member', changed, {}],
    ['DELETE', 'api/packages/{name}/owners/nobody', [401, 403, 404, 401, 401, 404, 401]],
    ['DELETE', release, changed],
    ['POST', 'api/orgs', [401, 403, 403, 401, 401, 401, 401], { name: 'mine' }],
    ['DELETE', 'api/keys/nothing', [401, 404, 404, 401, 401, 401, 401]],
    ['POST', 'api/keys', [401, 201, 201, 401, 401, 401, 401], { name: 'more' }],
    ['GET', 'repo/repos/hidden/names', [401, 404, 404, 404, 404, 401, 401]],
    ['GET', 'api/repos/hidden/packages/{name}', [401, 404, 404, 404, 404, 401, 401]],
    ['GET', 'api/orgs/hidden', [401, 404, 404, 404, 401, 401, 401]],
    ['GET', 'api/orgs/hidden/members', [401, 404, 404, 404, 401, 401, 401]],
    ['POST', 'api/orgs/hidden/members', [401, 404, 404, 401, 401, 401, 401], { name: 'member', role: 'admin' }],
  ]
  const rows = table.map(([method, path, statuses, body]) => ({ method, path, statuses, body }))
  test.each(rows)('$method $path', async ({ method, path, statuses, body }) => {
    const found: number[] = []
    let name = await freshPackage()
    for (const role of roles) {
      // What one role changed is no ground for the next.
      if (method !== 'GET') name = await freshPackage()
      const answer = await askHex(registry, path.replace('{name}', name), { method, key: keys[role], body })
      found.push(answer.status)
    }
    expect(found).toEqual(statuses)
  })

  test('publish a release, and a package of a new name', async () => {
    const found: number[][] = []
    for (const role of roles) {
      const name = await freshPackage()
      const next = await publishHex(registry, { name, version: '1.1.0' }, { key: keys[role] })
      const fresh = await publishHex(registry, { name: `${name}_new`, version: '1.0.0' }, { key: keys[role] })
      found.push([next.status, fresh.status])
    }
    expect(found).toEqual([
      [401, 401],
      [403, 201],
      [201, 201],
      [401, 401],
      [401, 401],
      [201, 401],
      [401, 401],
    ])
  })

  test('guessing passwords is limited', async () => {
    const guess = () =>
      ask(`${registry.url}api/users/me`, { headers: { authorization: `Basic ${btoa('tester:wrong')}` } })
    const statuses = []
    for (let time = 0; time < 25; time++) statuses.push((await guess()).status)
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429])
  })
})

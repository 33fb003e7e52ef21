/** What the npm side's suite of hostile requests tries, tried on the Hex side, by the same names. */
import net from 'node:net'
import { gzipSync } from 'node:zlib'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hexTarball } from '../../apps/registry/test/hex/hex-tarballs.ts'
import { askHex, publishHex } from './hex-requests.ts'

const ERLANG = 'application/vnd.hex+erlang'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry()
  await publishHex(registry, { name: 'owned', version: '1.0.0' })
})
afterAll(() => registry.close())

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  '%s as a name, a version, a user, a key and an organization is only a name',
  async (word) => {
    const { token: key } = registry
    const paths = [
      `repo/packages/${word}`,
      `repo/tarballs/owned-${word}.tar`,
      `repo/repos/${word}/names`,
      `api/packages/${word}`,
      `api/packages/owned/releases/${word}`,
      `api/packages/owned/owners/${word}`,
      `api/users/${word}`,
      `api/keys/${word}`,
      `api/orgs/${word}`,
      `api/orgs/${word}/members`,
      `-/hex/docs/alkahest/owned/${word}/x`,
    ]
    for (const path of paths) expect([path, (await askHex(registry, path, { key })).status]).toEqual([path, 404])
    expect((await askHex(registry, 'api/packages?sort=__proto__&search=__proto__')).value).toEqual([])
  },
)

test('__proto__ in terms and in metadata gives nobody rights', async () => {
  // #{<<"name">> => <<"k">>, <<"__proto__">> => #{<<"permissions">> => []}} as the external format has it.
  const text = (word: string): Buffer => Buffer.concat([Buffer.from([109, 0, 0, 0, word.length]), Buffer.from(word)])
  const map = (...entries: readonly Buffer[]): Buffer =>
    Buffer.concat([Buffer.from([116, 0, 0, 0, entries.length / 2]), ...entries])
  const inner = map(text('polluted'), text('yes'))
  const body = Buffer.concat([Buffer.from([131]), map(text('name'), text('k'), text('__proto__'), inner)])
  const made = await askHex(registry, 'api/keys', {
    method: 'POST',
    key: registry.token,
    body,
    headers: { 'content-type': ERLANG },
  })
  expect(made.status).toBe(201)
  const metadata = `{<<"name">>,<<"proto">>}.{<<"version">>,<<"1.0.0">>}.{<<"__proto__">>,[{<<"polluted">>,<<"yes">>}]}.
{<<"links">>,[{<<"__proto__">>,<<"https://example.com">>}]}.`
  const tarball = hexTarball({ name: 'proto', version: '1.0.0', metadata })
  await askHex(registry, 'api/publish', { method: 'POST', key: registry.token, body: tarball })
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test.each([
  '%252e%252e%252fsigning-key.pem',
  '..%255c..%255cx',
  'owned%2fx',
  '%c0%ae%c0%ae',
  'owned%0d%0aset-cookie:%20x=1',
])('the name %s, encoded twice or wrongly, leads nowhere', async (name) => {
  for (const path of [`repo/packages/${name}`, `repo/tarballs/${name}-1.0.0.tar`, `api/packages/${name}`]) {
    const { status, headers } = await askHex(registry, path, { key: registry.token })
    expect([path, [400, 404].includes(status), headers.get('set-cookie')]).toEqual([path, true, null])
  }
})

test('a body that is compressed is not unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024))
  for (const path of ['api/keys', 'api/publish']) {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const { status } = await askHex(registry, path, { method: 'POST', key: registry.token, body: bomb, headers })
    expect([400, 415, 422]).toContain(status)
  }
})

test('what people write comes back in bodies, never in headers', async () => {
  const message = '<script>alert(1)</script>\r\nset-cookie: x=1'
  await askHex(registry, 'api/packages/owned/releases/1.0.0/retire', {
    method: 'POST',
    key: registry.token,
    body: { reason: 'other', message },
  })
  const answer = await askHex(registry, 'api/packages/owned/releases/1.0.0', { json: true })
  expect([answer.value.retirement.message, answer.headers.get('set-cookie')]).toEqual([message, null])
})

test('no address is made of the Host header, and none leads elsewhere', async () => {
  const raw = await send(
    `POST /api/oauth/device_authorization HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: 31\r\n\r\n{"client_id":"x","scope":"api"}`,
  )
  expect(raw).toContain(`${registry.url}-/web/device`)
  expect(raw).not.toContain('evil.example')
  const docs = await send(
    'GET /api/packages/owned/releases/1.0.0/docs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  )
  expect(docs).not.toContain('evil.example')
})

describe('connections', () => {
  test.each([
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6'],
    ['a coding hidden behind another', 'Transfer-Encoding: xchunked'],
  ])('%s are refused before a route is reached', async (_what, headers) => {
    const second = 'GET /api/users/me HTTP/1.1\r\nHost: x\r\n\r\n'
    const answer = await send(`POST /api/publish HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n0\r\n\r\n${second}`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('100 publishes that never end keep nobody waiting', async () => {
    const head = `POST /api/publish HTTP/1.1\r\nHost: x\r\nAuthorization: ${registry.token}\r\nContent-Length: 100000\r\n\r\n`
    const sockets = Array.from({ length: 100 }, () => net.connect(registry.port, '127.0.0.1'))
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.write(`${head}part`, resolve))))
    const answers = await Promise.all(Array.from({ length: 10 }, () => askHex(registry, 'repo/packages/owned')))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    for (const socket of sockets) socket.destroy()
  })

  test('a client that goes away in the middle of a publish leaves nothing behind', async () => {
    const printed = vi.spyOn(process.stderr, 'write')
    const body = hexTarball({ name: 'half', version: '1.0.0' })
    const head = `POST /api/publish HTTP/1.1\r\nHost: x\r\nAuthorization: ${registry.token}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`
    for (const part of [0, 0.5, 0.9]) {
      const socket = net.connect(registry.port, '127.0.0.1')
      socket.write(head)
      // "100 Continue": the request has begun.
      await new Promise((resolve) => socket.once('data', resolve))
      await new Promise((resolve) => socket.write(body.subarray(0, body.length * part), resolve))
      socket.destroy()
    }
    await registry.requests()
    expect((await askHex(registry, 'repo/packages/half')).status).toBe(404)
    expect(printed.mock.calls).toEqual([])
    printed.mockRestore()
  })
})

test('more publishes in a minute than an account may make are refused', async () => {
  await using limited = await startRegistry({ flags: { 'publishes-per-minute': '2' } })
  const statuses: number[] = []
  for (const version of ['1.0.0', '1.1.0', '1.2.0'])
    statuses.push((await publishHex(limited, { name: 'limited', version })).status)
  expect(statuses).toEqual([201, 201, 429])
})

/** What the server answers to these bytes before it closes the connection. */
function send(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(registry.port, '127.0.0.1', () => socket.write(request))
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

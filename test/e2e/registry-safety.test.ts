import http from 'node:http'
import net from 'node:net'
import { faultyRegistry, publishBodyOf, startRegistry } from '@alkahest/test-support'
import type { Fault, TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask, login } from './registry-requests.ts'

type Role = 'anonymous' | 'reader' | 'member' | 'owner' | 'administrator'

const roles: readonly Role[] = ['anonymous', 'reader', 'member', 'owner', 'administrator']

let registry: TestRegistry
const tokens: Partial<Record<Role | 'hex', string>> = {}

beforeAll(async () => {
  registry = await startRegistry()
  const { url } = registry
  const owner = (await login(registry, { name: 'owner', password: 'secret' })).json.token
  const member = (await login(registry, { name: 'member', password: 'secret' })).json.token
  const reader = await ask(`${url}-/npm/v1/tokens`, {
    method: 'POST',
    token: owner,
    body: { password: 'secret', readonly: true },
  })
  const hex = await ask(`${registry.url}api/keys`, {
    method: 'POST',
    token: owner,
    body: { name: 'all of it', permissions: [{ domain: 'api' }, { domain: 'repositories' }] },
  })
  Object.assign(tokens, {
    hex: hex.json.secret,
    administrator: registry.token,
    owner,
    member,
    reader: reader.json.token,
  })
})
afterAll(() => registry.close())

describe('route by role', () => {
  let count = 0

  /** A package of the owner's, fresh for each cell of the table. */
  async function freshPackage(): Promise<string> {
    const name = `table-${count++}`
    const body = publishBodyOf(`${name} 1.0.0:`, registry.url)
    await ask(registry.url + name, { method: 'PUT', token: tokens.owner!, body })
    return name
  }

  /** Hidden from those who are not signed in. */
  async function restrict(name: string): Promise<void> {
    const body = { access: 'restricted' }
    await ask(`${registry.url}-/package/${name}/access`, { method: 'POST', token: tokens.owner!, body })
  }

  type Row = readonly [
    what: string,
    statuses: readonly number[],
    ask: (name: string, token: { token?: string }) => Promise<{ status: number }>,
  ]

  const open = [200, 200, 200, 200, 200]
  const written = [401, 403, 403, 201, 201]
  const changed = [401, 403, 403, 200, 200]
  const table: readonly Row[] = [
    ['read a packument', open, (name, as) => ask(registry.url + name, as)],
    ['read a manifest', open, (name, as) => ask(`${registry.url}${name}/latest`, as)],
    ['read a tarball', open, (name, as) => ask(`${registry.url}${name}/-/${name}-1.0.0.tgz`, as)],
    ['read tags', open, (name, as) => ask(`${registry.url}-/package/${name}/dist-tags`, as)],
    ['search', open, (_name, as) => ask(`${registry.url}-/v1/search?text=x`, as)],
    [
      'publish a version',
      written,
      (name, as) =>
        ask(registry.url + name, { ...as, method: 'PUT', body: publishBodyOf(`${name} 1.1.0:`, registry.url) }),
    ],
    [
      'publish a new package',
      [401, 403, 201, 201, 201],
      (name, as) =>
        ask(`${registry.url}${name}-new`, {
          ...as,
          method: 'PUT',
          body: publishBodyOf(`${name}-new 1.0.0:`, registry.url),
        }),
    ],
    [
      'deprecate',
      written,
      (name, as) =>
        ask(registry.url + name, { ...as, method: 'PUT', body: { name, versions: { '1.0.0': { deprecated: 'x' } } } }),
    ],
    [
      'tag',
      written,
      (name, as) => ask(`${registry.url}-/package/${name}/dist-tags/next`, { ...as, method: 'PUT', body: '"1.0.0"' }),
    ],
    [
      'set several tags',
      written,
      (name, as) =>
        ask(`${registry.url}-/package/${name}/dist-tags`, { ...as, method: 'POST', body: { beta: '1.0.0' } }),
    ],
    [
      'remove a tag',
      changed,
      async (name, as) => {
        const tag = `${registry.url}-/package/${name}/dist-tags/next`
        await ask(tag, { method: 'PUT', token: tokens.owner!, body: '"1.0.0"' })
        return ask(tag, { ...as, method: 'DELETE' })
      },
    ],
    [
      'unpublish one version',
      changed,
      (name, as) =>
        ask(`${registry.url}${name}/-rev/undefined`, { ...as, method: 'PUT', body: { name, versions: {} } }),
    ],
    ['explain whose a name is', open, (name, as) => ask(`${registry.url}-/alkahest/explain/${name}`, as)],
    ...['', '/latest', '/-/{name}-1.0.0.tgz'].map((path): Row => [
      `read a restricted package: /{name}${path}`,
      [404, 200, 200, 200, 200],
      async (name, as) => {
        await restrict(name)
        return ask(`${registry.url}${name}${path.replace('{name}', name)}`, as)
      },
    ]),
    ...['-/package/{name}/dist-tags', '-/package/{name}/visibility', '-/package/{name}/collaborators'].map(
      (path): Row => [
        `read of a restricted package: ${path}`,
        [404, 200, 200, 200, 200],
        async (name, as) => {
          await restrict(name)
          return ask(registry.url + path.replace('{name}', name), as)
        },
      ],
    ),
    [
      'explain whose a restricted name is',
      [404, 200, 200, 200, 200],
      async (name, as) => {
        await restrict(name)
        return ask(`${registry.url}-/alkahest/explain/${name}`, as)
      },
    ],
    [
      'change the own password',
      [401, 403, 200, 200, 200],
      (_name, as) =>
        ask(`${registry.url}-/npm/v1/user`, {
          ...as,
          method: 'POST',
          body: { password: { old: 'secret', new: 'secret' } },
        }),
    ],
    [
      'change owners',
      changed,
      (name, as) =>
        ask(`${registry.url}${name}/-rev/undefined`, {
          ...as,
          method: 'PUT',
          body: { maintainers: [{ name: 'member' }] },
        }),
    ],
    [
      'change who may see it',
      changed,
      (name, as) =>
        ask(`${registry.url}-/package/${name}/access`, { ...as, method: 'POST', body: { access: 'restricted' } }),
    ],
    ['unpublish', changed, (name, as) => ask(`${registry.url}${name}/-rev/undefined`, { ...as, method: 'DELETE' })],
    ['whoami', [401, 200, 200, 200, 200], (_name, as) => ask(`${registry.url}-/whoami`, as)],
    ['list own tokens', [401, 200, 200, 200, 200], (_name, as) => ask(`${registry.url}-/npm/v1/tokens`, as)],
    [
      'make a token',
      [401, 403, 201, 201, 201],
      (_name, as) => ask(`${registry.url}-/npm/v1/tokens`, { ...as, method: 'POST', body: { password: 'secret' } }),
    ],
  ]

  test.each(table)('%s', async (_what, statuses, request) => {
    const found: number[] = []
    for (const role of roles) {
      const token = tokens[role]
      found.push((await request(await freshPackage(), token === undefined ? {} : { token })).status)
    }
    expect(found).toEqual(statuses)
    // A key that the owner made for Hex: what it does not speak of it may not, not even read.
    expect((await request(await freshPackage(), { token: tokens.hex! })).status).toBe(403)
  })
})

describe('hostile requests', () => {
  test('__proto__ in every body changes no prototype and gives nobody rights', async () => {
    const { url, token } = registry
    const poison =
      '{"__proto__":{"polluted":true,"role":"administrator"},"constructor":{"prototype":{"polluted":true}},"name":"x","password":"secret"}'
    await ask(`${url}-/user/org.couchdb.user:x`, { method: 'PUT', body: poison })
    await ask(`${url}x`, { method: 'PUT', token, body: poison })
    await ask(`${url}-/npm/v1/tokens`, { method: 'POST', token, body: poison })
    await ask(`${url}-/package/x/dist-tags`, { method: 'PUT', token, body: '{"__proto__":"1.0.0"}' })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(await registry.running.registry.index.account('x')).toMatchObject({ role: 'member' })
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s as a name, a version and a tag is only a name',
    async (word) => {
      for (const path of [word, `owned/${word}`, `-/package/${word}/dist-tags`, `${word}/-/${word}-1.0.0.tgz`]) {
        expect([400, 404]).toContain((await ask(registry.url + path)).status)
      }
    },
  )

  test('JSON that is too deep or too large is refused, and the server goes on', async () => {
    const { url, token } = registry
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    expect((await ask(`${url}-/npm/v1/tokens`, { method: 'POST', token, body: deep })).status).toBe(400)
    expect((await ask(`${url}deep`, { method: 'PUT', token, body: `{"name":"deep","x":${deep}}` })).status).toBe(400)
    expect(
      (await ask(`${url}-/npm/v1/tokens`, { method: 'POST', token, body: `"${'x'.repeat(11 * 1024 * 1024)}"` })).status,
    ).toBe(413)
    expect((await ask(`${url}-/ping`)).status).toBe(200)
  })

  test.each(['1.0.0', '^1', 'a/b', '../x', 'a%0d%0ab', ' ', 'latest\u0000'])(
    'the tag %j cannot be made',
    async (tag) => {
      const { url, token } = registry
      const body = JSON.parse(publishBodyOf('tagged-badly 1.0.0:', url))
      body['dist-tags'] = { [tag]: '1.0.0' }
      expect((await ask(`${url}tagged-badly`, { method: 'PUT', token, body })).status).toBe(400)
    },
  )

  test('two lengths, or a length and chunks, are refused by the parser', async () => {
    const smuggled = (headers: string) =>
      raw(
        `POST /-/npm/v1/tokens HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n0\r\n\r\nGET /-/whoami HTTP/1.1\r\nHost: x\r\n\r\n`,
      )
    expect(await smuggled('Content-Length: 5\r\nTransfer-Encoding: chunked')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await smuggled('Content-Length: 5\r\nContent-Length: 6')).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('what people write comes back as JSON, never as a header or as HTML', async () => {
    const { url, token } = registry
    const script = '<script>alert(1)</script>\r\nset-cookie: x=1'
    const body = JSON.parse(publishBodyOf('scripted 1.0.0:', url))
    await ask(`${url}scripted`, { method: 'PUT', token, body })
    await ask(`${url}scripted`, {
      method: 'PUT',
      token,
      body: { name: 'scripted', versions: { '1.0.0': { deprecated: script } } },
    })
    const answer = await ask(`${url}scripted`)
    expect(answer.json.versions['1.0.0'].deprecated).toBe(script)
    expect([answer.headers.get('content-type'), answer.headers.get('set-cookie')]).toEqual([
      'application/json; charset=utf-8',
      null,
    ])
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const missing = await ask(`${url}${encodeURIComponent('<script>')}`)
    expect([missing.status, missing.headers.get('content-type')]).toEqual([400, 'application/json; charset=utf-8'])
  })

  test('a client that goes away in the middle of a publish leaves nothing behind, in the log of errors neither', async () => {
    const printed = vi.spyOn(process.stderr, 'write')
    const body = publishBodyOf('half 1.0.0:', registry.url)
    const head = `PUT /half HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${registry.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`
    for (const part of [0, 0.1, 0.5, 0.9]) {
      const socket = net.connect(registry.port, '127.0.0.1')
      socket.write(head)
      // "100 Continue": the request has begun.
      await new Promise((resolve) => socket.once('data', resolve))
      await new Promise((resolve) => socket.write(body.slice(0, body.length * part), resolve))
      socket.destroy()
    }
    const requests = await registry.requests()
    const gone = requests.filter(({ name, kind }) => name === 'half' && kind === 'publish')
    expect(gone.map(({ status, aborted }) => [status, aborted])).toEqual(Array.from({ length: 4 }, () => [499, true]))
    expect((await ask(`${registry.url}half`)).status).toBe(404)
    expect(printed.mock.calls).toEqual([])
    printed.mockRestore()
  })
})

describe('hostile connections', () => {
  test('200 clients that never finish their request keep nobody waiting', async () => {
    const sockets = Array.from({ length: 200 }, () => net.connect(registry.port, '127.0.0.1'))
    await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<void>((resolve, reject) => {
            socket.on('error', reject)
            socket.write('GET /-/ping HTTP/1.1\r\nHost: x\r\nX-Slow: ', () => resolve())
          }),
      ),
    )
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(`${registry.url}-/ping`)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    for (const socket of sockets) socket.destroy()
  })

  test.each([
    ['a line break in a header', 'GET /-/ping HTTP/1.1\r\nHost: x\r\nX-A: b\nc\r\n\r\n'],
    ['a header of 20 kB', `GET /-/ping HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['a length that is no number', 'POST /-/npm/v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n'],
    [
      'chunks of a negative length',
      'POST /-/npm/v1/tokens HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n',
    ],
    [
      'a coding hidden behind another',
      'POST /-/npm/v1/tokens HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    ],
  ])('%s is refused', async (_what, request) => {
    expect(await raw(request)).toMatch(/^HTTP\/1\.1 4\d\d /)
  })

  test('the Host header reaches no address in a document', async () => {
    const body = publishBodyOf('hosted 1.0.0:', registry.url)
    await ask(`${registry.url}hosted`, { method: 'PUT', token: registry.token, body })
    const request = (host: string) =>
      `GET /hosted HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: ${host}\r\nConnection: close\r\n\r\n`
    const answers = [await raw(request('evil.example')), await raw(request('other.example'))]
    for (const answer of answers) expect(answer).not.toMatch(/(evil|other)\.example/)
    expect(answers[0]).toContain(`${registry.url}hosted/-/hosted-1.0.0.tgz`)
  })
})

describe('an upstream that points elsewhere', () => {
  /** A machine that only the registry could reach, and that nobody may be led to. */
  async function canary(): Promise<{ readonly url: string; readonly asked: string[] } & AsyncDisposable> {
    const asked: string[] = []
    const server = http.createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('secret')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`,
      asked,
      [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
    }
  }

  type Tarball = (urls: { readonly canary: string; readonly upstream: string }) => string

  test.each<[string, Tarball]>([
    ['another port of the same machine', ({ canary }) => `${canary}secret.tgz`],
    ['the upstream as a user name', ({ canary, upstream }) => canary.replace('//', `//${new URL(upstream).host}@`)],
    ['a file', () => 'file:///etc/passwd'],
    ['the metadata service of a cloud', () => 'http://169.254.169.254/latest/meta-data/'],
    ['no address at all', () => '//'],
    ['a port of another protocol', ({ upstream }) => upstream.replace('http:', 'https:')],
  ])('by dist.tarball to %s is not followed', async (_what, tarball) => {
    await using hidden = await canary()
    const faults: Record<string, Fault> = {}
    await using upstream = await faultyRegistry({ faults })
    const dist = { tarball: tarball({ canary: hidden.url, upstream: upstream.url }), shasum: '0'.repeat(40) }
    const document = {
      name: 'a',
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': { name: 'a', version: '1.0.0', dist } },
    }
    faults['/a'] = { kind: 'body', body: JSON.stringify(document) }
    await using registry = await startRegistry({ upstream: upstream.url })
    const answer = await ask(`${registry.url}a/-/a-1.0.0.tgz`)
    expect(answer.status).toBe(502)
    expect(answer.json.error).toMatch(
      /^the upstream points to .*, which is neither its own host nor one listed for it$/,
    )
    expect(hidden.asked).toEqual([])
    expect(upstream.requests).toEqual(['GET /a'])
  })

  test('by a redirect of a tarball is not followed either', async () => {
    await using hidden = await canary()
    await using origin = await startRegistry({ packages: 'a 1.0.0:' })
    const redirect: Fault = { kind: 'status', status: 302, headers: { location: `${hidden.url}a.tgz` } }
    await using upstream = await faultyRegistry({ upstream: origin.url, faults: { '*.tgz': redirect } })
    await using registry = await startRegistry({ upstream: upstream.url })
    expect((await ask(`${registry.url}a/-/a-1.0.0.tgz`)).status).toBe(502)
    expect(hidden.asked).toEqual([])
  })
})

describe('limits on tries', () => {
  test('more publishes in a minute than an account may make are refused before they are read, until the minute is over', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using limited = await startRegistry({ flags: { 'publishes-per-minute': '2' }, now: () => now })
    const put = (version: string) =>
      ask(`${limited.url}limited`, {
        method: 'PUT',
        token: limited.token,
        body: publishBodyOf(`limited ${version}:`, limited.url),
      })
    expect([(await put('1.0.0')).status, (await put('1.1.0')).status]).toEqual([201, 201])
    now += 20_000
    const refused = await put('1.2.0')
    expect([refused.status, refused.headers.get('retry-after'), refused.json.error]).toEqual([
      429,
      '40',
      'too many publishes: try again in 40 seconds',
    ])
    now += 40_000
    expect((await put('1.2.0')).status).toBe(201)
  })
})

/** What the server answers to these bytes before it closes the connection. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(registry.port, '127.0.0.1', () => socket.end(request))
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

import { describe, expect, test } from 'vitest'
import { failureOf, fakeRegistry, homeFor } from './fake-registry.ts'
import type { FakeRegistry } from './fake-registry.ts'

/** Answers by request line; what is not in the table is 404. */
function answers(
  registry: FakeRegistry,
  table: Record<string, [status: number, body: unknown, headers?: Record<string, string>][]>,
): void {
  registry.answer = (line, response) => {
    const next = table[line]?.shift()
    if (next === undefined) return false
    const [status, body, headers] = next
    response.writeHead(status, headers ?? {}).end(JSON.stringify(body))
    return true
  }
}

describe('logging in by password', () => {
  test('sends what npm sends, and gives the token', async () => {
    const registry = await fakeRegistry()
    answers(registry, { 'PUT /-/user/org.couchdb.user:bob': [[201, { ok: true, token: 'npm_t' }]] })
    const client = await homeFor(registry).open({ now: () => 0 })
    expect(await client.login('bob', 'pässword', { email: 'bob@example.org', otp: '123456' })).toBe('npm_t')
    expect(registry.asked[0]?.body).toEqual({
      _id: 'org.couchdb.user:bob',
      name: 'bob',
      password: 'pässword',
      email: 'bob@example.org',
      type: 'user',
      roles: [],
      date: '1970-01-01T00:00:00.000Z',
    })
    expect(registry.asked[0]?.headers['npm-otp']).toBe('123456')
  })

  test('proves an existing account to a CouchDB', async () => {
    const registry = await fakeRegistry()
    answers(registry, {
      'PUT /-/user/org.couchdb.user:bob': [[409, { error: 'conflict' }]],
      'GET /-/user/org.couchdb.user:bob?write=true': [[200, { _rev: '3-x', keep: 1 }]],
      'PUT /-/user/org.couchdb.user:bob/-rev/3-x': [[201, { token: 't' }]],
    })
    expect(await (await homeFor(registry).open()).login('bob', 'pw')).toBe('t')
    expect(registry.asked[2]).toMatchObject({ body: { keep: 1, _rev: '3-x', password: 'pw' } })
    expect(registry.asked[2]?.headers.authorization).toBe('Basic Ym9iOnB3')
  })

  test.each([
    [[401, { error: 'no' }], 'LOGIN_REFUSED', 'does not accept this name and password'],
    [
      [401, { error: 'one-time pass' }, { 'www-authenticate': 'OTP' }],
      'REGISTRY_OTP_NEEDED',
      'answered 401: one-time pass',
    ],
    [[201, { ok: true }], 'REGISTRY_NONSENSE', 'answered without a token'],
    [[403, { error: 'closed' }], 'REGISTRY_FORBIDDEN', 'answered 403: closed'],
  ] as const)('%j', async (answer, code, what) => {
    const registry = await fakeRegistry()
    answers(registry, { 'PUT /-/user/org.couchdb.user:bob': [[...answer] as [number, unknown]] })
    const failure = await failureOf((await homeFor(registry).open()).login('bob', 'pw'))
    expect([failure.code, failure.message]).toEqual([
      code,
      `cannot log in as bob: ${registry.url.slice(0, -1)} ${what}`,
    ])
  })
})

describe('logging in by browser', () => {
  test('shows the page and waits as long as the registry says', async () => {
    const registry = await fakeRegistry()
    answers(registry, {
      'POST /-/v1/login': [[200, { loginUrl: `${registry.url}page`, doneUrl: `${registry.url}done` }]],
      'GET /done': [
        [202, {}, { 'retry-after': '3' }],
        [202, {}],
        [202, {}, { 'retry-after': '9999' }],
        [200, { token: 't' }],
      ],
    })
    const { open, pauses } = homeFor(registry)
    const shown: string[] = []
    expect(await (await open()).webLogin((url) => void shown.push(url))).toBe('t')
    expect([shown, pauses]).toEqual([[`${registry.url}page`], [3000, 1000, 30_000]])
  })

  test.each([404, 401, 500])('%i says that there is no such page', async (status) => {
    const registry = await fakeRegistry()
    answers(registry, { 'POST /-/v1/login': [[status, {}]] })
    const client = await homeFor(registry).open()
    expect(await client.webLogin(() => expect.unreachable('there is no page'))).toBeUndefined()
  })

  test('a page that is no address is never opened', async () => {
    const registry = await fakeRegistry()
    answers(registry, {
      'POST /-/v1/login': [[200, { loginUrl: 'javascript:alert(1)', doneUrl: `${registry.url}done` }]],
    })
    const client = await homeFor(registry).open()
    const failure = await failureOf(client.webLogin(() => expect.unreachable('it must not be opened')))
    expect(failure.message).toBe(`cannot log in by browser: ${registry.url.slice(0, -1)} named no page to log in on`)
  })

  test('ends when nobody confirms', async () => {
    const registry = await fakeRegistry()
    registry.answer = (line, response) => {
      const body = line.startsWith('POST') ? { loginUrl: registry.url, doneUrl: `${registry.url}done` } : {}
      return Boolean(
        response.writeHead(line.startsWith('POST') ? 200 : 202, { 'retry-after': '30' }).end(JSON.stringify(body)),
      )
    }
    expect(await failureOf((await homeFor(registry).open()).webLogin(() => undefined))).toEqual({
      code: 'LOGIN_EXPIRED',
      message: `cannot log in by browser: nobody confirmed on the page of ${registry.url.slice(0, -1)}`,
      hint: 'run the command again and confirm in the browser',
    })
    expect(registry.asked.length).toBe(21)
  })
})

describe('being logged in', () => {
  test('whoami and ping', async () => {
    const registry = await fakeRegistry()
    answers(registry, {
      'GET /-/whoami': [
        [200, { username: 'bob' }],
        [200, {}],
      ],
      'GET /-/ping': [[200, {}]],
    })
    const client = await homeFor(registry).open()
    expect(await client.whoami()).toBe('bob')
    expect((await failureOf(client.whoami())).message).toMatch(/^cannot ask who is logged in: .* named nobody$/)
    await client.ping()
    expect(await failureOf(client.whoami({ registry: `${registry.url}other` }))).toEqual({
      code: 'REGISTRY_NOT_FOUND',
      message: `cannot ask who is logged in: ${registry.url.slice(0, -1)} answered 404: not found`,
      hint: 'check the name, and that it is the registry which has it',
    })
    expect(registry.lines().at(-1)).toBe('GET /other/-/whoami')
  })

  test('logout revokes the token, which stands in no error', async () => {
    const registry = await fakeRegistry()
    answers(registry, {
      'DELETE /-/user/token/npm_secret': [
        [200, {}],
        [404, {}],
        [500, {}],
      ],
    })
    const { open } = homeFor(registry, `${registry.url.replace('http:', '')}:_authToken=npm_secret`)
    const client = await open()
    await client.logout()
    await client.logout()
    const failure = await failureOf(client.logout())
    expect(failure.message).toBe(`cannot log out: ${registry.url.slice(0, -1)} answered 500`)
    const stranger = await homeFor(registry).open()
    await stranger.logout()
    expect(registry.lines().length).toBe(3)
  })

  test('tokens are listed page by page, made and revoked', async () => {
    const registry = await fakeRegistry()
    answers(registry, {
      'GET /-/npm/v1/tokens': [[200, { objects: [{ key: 'a' }], urls: { next: '/-/npm/v1/tokens?page=1' } }]],
      'GET /-/npm/v1/tokens?page=1': [[200, { objects: [{ key: 'b' }], urls: {} }]],
      'POST /-/npm/v1/tokens': [[201, { token: 't', key: 'c' }]],
      'DELETE /-/npm/v1/tokens/token/a%2F1': [[204, undefined]],
    })
    const client = await homeFor(registry).open()
    expect(await client.tokens()).toEqual([{ key: 'a' }, { key: 'b' }])
    expect(await client.createToken({ password: 'pw', readonly: true })).toEqual({ token: 't', key: 'c' })
    await client.revokeToken('a/1')
    expect(registry.asked[2]?.body).toEqual({ password: 'pw', readonly: true })
  })
})

test('search gives what can be shown of each', async () => {
  const registry = await fakeRegistry()
  answers(registry, {
    'GET /-/v1/search?text=left+pad&size=2': [
      [
        200,
        {
          total: 7,
          objects: [{ package: { name: 'a', version: '1.0.0', keywords: ['k', 1] } }, { package: { name: 'b' } }],
        },
      ],
      [200, {}],
    ],
  })
  const client = await homeFor(registry).open()
  expect(await client.search('left pad', { size: 2 })).toEqual({
    total: 7,
    packages: [{ name: 'a', version: '1.0.0', description: '', keywords: ['k'], date: undefined }],
  })
  const failure = await failureOf(client.search('left pad', { size: 2 }))
  expect(failure.message).toBe(`cannot search for "left pad": ${registry.url.slice(0, -1)} answered no list`)
})

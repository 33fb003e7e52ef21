import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, formTokenIn } from './browser.ts'
import { ask, login, publish } from './registry-requests.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

async function signedIn(): Promise<Browser> {
  const browser = new Browser(registry.url)
  await browser.signIn('tester', 'secret')
  return browser
}

describe('sessions', () => {
  test('signing in, being known, signing out', async () => {
    const browser = new Browser(registry.url)
    const wrong = await browser.submit('-/web/login', { name: 'tester', password: 'wrong' })
    expect([wrong.status, wrong.text.includes('The name or the password is wrong.')]).toEqual([401, true])
    const unknown = await browser.submit('-/web/login', { name: 'nobody', password: 'wrong' })
    expect(unknown.text.replace('nobody', 'tester')).toBe(wrong.text)
    const right = await browser.submit('-/web/login', { name: 'tester', password: 'secret' })
    expect([right.status, right.headers.get('location')]).toEqual([303, '/'])
    const [session] = right.headers.getSetCookie()
    expect(session).toMatch(/^alkahest-session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/)
    expect((await browser.get('')).text).toContain('Tokens of <bdi>tester</bdi>')
    expect((await registry.requests()).at(-1)).toMatchObject({ path: '/-/web/', account: 'tester' })
    const before = browser.cookies
    const out = await browser.submit('-/web/tokens', {}, '-/web/logout')
    expect([out.status, out.headers.get('location'), browser.cookies]).toEqual([303, '/', ''])
    browser.cookies = before
    expect((await browser.get('-/web/tokens')).status).toBe(303)
  })

  test('on https the cookie is only for this host and only for https', async () => {
    await using own = await startRegistry({ flags: { 'public-url': 'https://registry.example/' } })
    const { headers } = await ask(`http://127.0.0.1:${own.port}/-/web/login`)
    expect(headers.get('set-cookie')).toMatch(
      /^__Host-alkahest-form=[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/,
    )
  })

  test('behind a path, everything stays behind it', async () => {
    await using own = await startRegistry({ flags: { 'public-url': 'http://registry.example/npm/' } })
    const answer = await ask(`http://127.0.0.1:${own.port}/-/web/tokens`)
    expect(answer.headers.get('location')).toBe('/npm/-/web/login?next=%2F-%2Fweb%2Ftokens')
    const page = await ask(`http://127.0.0.1:${own.port}/-/web/login`)
    expect(page.headers.get('set-cookie')).toContain('; Path=/npm/;')
    expect(page.text).not.toMatch(/(?:href|src|action)="\/(?!npm\/)/)
  })

  test('a session ends after its time, and with another password', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using own = await startRegistry({ now: () => now })
    const browser = new Browser(own.url)
    await browser.signIn('tester', 'secret')
    expect((await browser.get('-/web/tokens')).status).toBe(200)
    now += 12 * 60 * 60 * 1000
    expect((await browser.get('-/web/tokens')).status).toBe(303)
    await browser.signIn('tester', 'secret')
    const change = { password: { old: 'secret', new: 'better' } }
    await ask(`${own.url}-/npm/v1/user`, { method: 'POST', token: own.token, body: change })
    expect((await browser.get('-/web/tokens')).status).toBe(303)
  })

  test('no cookie opens the API, and no session can be chosen for somebody', async () => {
    const browser = await signedIn()
    const asked = await ask(`${registry.url}-/whoami`, { headers: { cookie: browser.cookies } })
    expect(asked.status).toBe(401)
    const secret = browser.cookies.replace('alkahest-session=', '')
    expect((await ask(`${registry.url}-/whoami`, { token: secret })).status).toBe(401)
    const victim = new Browser(registry.url)
    victim.cookies = `alkahest-session=${'A'.repeat(43)}`
    await victim.signIn('tester', 'secret')
    expect(victim.cookies).not.toContain('AAAA')
  })

  test('failed logins count together with those of the API', async () => {
    await using own = await startRegistry()
    const browser = new Browser(own.url)
    for (let count = 0; count < 10; count++) {
      await login(own, { name: 'tester', password: 'wrong' })
      await browser.submit('-/web/login', { name: 'tester', password: 'wrong' })
    }
    const refused = await browser.submit('-/web/login', { name: 'tester', password: 'secret' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)])
    expect(refused.text).toContain('Too many failed logins')
    expect((await login(own, { name: 'tester', password: 'secret' })).status).toBe(429)
  })
})

describe('forms of other sites', () => {
  const forged = 'this form is too old, or was not sent from a page of this registry'
  const forms = [
    '-/web/login',
    '-/web/sign-up',
    '-/web/logout',
    '-/web/tokens',
    '-/web/tokens/revoke',
    '-/web/confirm/x',
  ]

  test.each(forms)('/%s needs the token of a page of ours', async (path) => {
    const browser = await signedIn()
    const form = formTokenIn((await browser.get('-/web/tokens')).text)
    const other = formTokenIn((await new Browser(registry.url).get('-/web/login')).text)
    for (const wrong of ['', 'x', other, form.toLowerCase()]) {
      const { status, text } = await browser.post(path, { form: wrong, name: 'eve', password: 'secret' })
      expect([status, text.includes(forged)]).toEqual([403, true])
    }
    for (const site of ['cross-site', 'same-site']) {
      const { status } = await browser.post(path, { form }, { 'sec-fetch-site': site })
      expect(status).toBe(403)
    }
  })

  test('a login without the cookie of its page is refused', async () => {
    const form = formTokenIn((await new Browser(registry.url).get('-/web/login')).text)
    const { status } = await new Browser(registry.url).post('-/web/login', { form, name: 'tester', password: 'secret' })
    expect(status).toBe(403)
  })

  test('a body that is no form, or too large a one', async () => {
    const browser = await signedIn()
    expect((await browser.post('-/web/tokens', {}, { 'content-type': 'application/json' })).status).toBe(415)
    expect((await browser.post('-/web/tokens', { name: 'x'.repeat(20_000) })).status).toBe(413)
  })
})

test.each([
  ['/-/web/npm/left-pad?tab=versions', '/-/web/npm/left-pad?tab=versions'],
  ['//evil.example/', '/'],
  ['https://evil.example/', '/'],
  ['/-/web//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/-/web/x\r\nset-cookie: a=b', '/'],
  ['javascript:alert(1)', '/'],
])('a login that should go on to %j goes to %j', async (next, location) => {
  const path = `-/web/login?${new URLSearchParams({ next }).toString()}`
  const { status, headers } = await new Browser(registry.url).submit(path, { name: 'tester', password: 'secret' })
  expect([status, headers.get('location'), headers.getSetCookie().length]).toEqual([303, location, 2])
})

describe('sign-up', () => {
  test('makes an account and signs it in', async () => {
    const browser = new Browser(registry.url)
    const bad = await browser.submit('-/web/sign-up', { name: 'a b', password: 'secret' })
    expect([bad.status, bad.text.includes('An account&#39;s name is at most 100 letters')]).toEqual([400, true])
    const taken = await browser.submit('-/web/sign-up', { name: 'tester', password: 'secret' })
    expect([taken.status, taken.text.includes('The name tester is taken.')]).toEqual([409, true])
    const made = await browser.submit('-/web/sign-up', { name: 'ann', email: 'ann@example.com', password: 'secret' })
    expect(made.status).toBe(303)
    expect((await browser.get('-/web/tokens')).text).toContain('Tokens of <bdi>ann</bdi>')
    expect(await registry.running.registry.index.account('ann')).toMatchObject({
      email: 'ann@example.com',
      role: 'member',
    })
  })

  test('where it is closed there is none', async () => {
    await using own = await startRegistry({ flags: { 'sign-up': 'closed' } })
    const browser = new Browser(own.url)
    const { text } = await browser.get('-/web/login')
    expect(text).not.toContain('sign-up')
    expect((await browser.get('-/web/sign-up')).status).toBe(403)
    const form = formTokenIn(text)
    expect((await browser.post('-/web/sign-up', { form, name: 'eve', password: 'secret' })).status).toBe(403)
    expect(await own.running.registry.index.account('eve')).toBeUndefined()
  })
})

describe('tokens', () => {
  const wish = { name: 'ci', access: 'write', packages: 'left-pad, @team', expires: '7', password: 'secret' }

  test('made with the password, shown once, used, revoked', async () => {
    const browser = await signedIn()
    const made = await browser.submit('-/web/tokens', wish)
    expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const token = /alk_[0-9A-Za-z]{39}/.exec(made.text)?.[0] ?? ''
    expect((await publish({ url: registry.url, token }, '@team/by-token 1.0.0:')).status).toBe(201)
    expect((await publish({ url: registry.url, token }, 'by-token 1.0.0:')).status).toBe(403)
    const listed = (await browser.get('-/web/tokens')).text
    expect(listed).not.toContain(token)
    expect(listed).toContain('left-pad, @team/*')
    const record = (await registry.running.registry.accounts.tokensOf('tester')).find(({ name }) => name === 'ci')!
    expect(Date.parse(record.expiresAt!) - Date.parse(record.createdAt)).toBeGreaterThan(6 * 24 * 60 * 60 * 1000)
    const revoked = await browser.submit('-/web/tokens', { key: record.key }, '-/web/tokens/revoke')
    expect([revoked.status, revoked.headers.get('location')]).toEqual([303, '/-/web/tokens'])
    expect((await ask(`${registry.url}-/whoami`, { token })).status).toBe(401)
  })

  test('one that may only read', async () => {
    const browser = await signedIn()
    const made = await browser.submit('-/web/tokens', { ...wish, access: 'read', packages: '', expires: 'never' })
    const token = /alk_[0-9A-Za-z]{39}/.exec(made.text)?.[0] ?? ''
    expect((await ask(`${registry.url}-/whoami`, { token })).json).toEqual({ username: 'tester' })
    expect((await publish({ url: registry.url, token }, 'unwritten 1.0.0:')).status).toBe(403)
  })

  test.each([
    [{ password: 'wrong' }, 403, 'The password is wrong.'],
    [{ name: ' ' }, 400, 'a token needs a name'],
    [{ expires: '8' }, 400, 'choose when it expires'],
    [{ packages: 'left-pad <b>' }, 400, '&quot;&lt;b&gt;&quot; is neither a package&#39;s name nor a scope'],
  ])('not made: %j', async (change, status, sentence) => {
    const browser = await signedIn()
    const before = await registry.running.registry.accounts.tokensOf('tester')
    const answer = await browser.submit('-/web/tokens', { ...wish, ...change })
    expect([answer.status, answer.text.includes(sentence)]).toEqual([status, true])
    expect(await registry.running.registry.accounts.tokensOf('tester')).toEqual(before)
  })

  test("nobody revokes another's", async () => {
    const [token] = await registry.running.registry.accounts.tokensOf('tester')
    await login(registry, { name: 'bob', password: 'secret' })
    const browser = new Browser(registry.url)
    await browser.signIn('bob', 'secret')
    await browser.submit('-/web/tokens', { key: token!.key }, '-/web/tokens/revoke')
    expect(await registry.running.registry.accounts.tokensOf('tester')).toContainEqual(token)
  })

  test('the name of a token is only text', async () => {
    const browser = await signedIn()
    const { text } = await browser.submit('-/web/tokens', { ...wish, name: '"><script>alert(1)</script>' })
    expect(text).toContain('&lt;script&gt;')
    expect(text).not.toContain('<script')
  })
})

describe('the web login of command lines', () => {
  type Begun = { readonly page: string; readonly doneUrl: string; readonly code: string }

  async function begin(from: TestRegistry = registry): Promise<Begun> {
    const headers = { 'user-agent': 'npm/11.19.1 node/v24 <script>' }
    const answer = await ask(`${from.url}-/v1/login`, { method: 'POST', body: {}, headers })
    const { loginUrl, doneUrl } = answer.json
    const code = /[A-Z]{4}-[A-Z]{4}/.exec(answer.headers.get('npm-notice') ?? '')?.[0] ?? ''
    return { page: loginUrl.replace(from.url, ''), doneUrl, code }
  }

  test('waits, shows its code, is approved, gives one token once', async () => {
    const { page, doneUrl, code } = await begin()
    const waiting = await ask(doneUrl)
    expect([waiting.status, waiting.headers.get('retry-after'), waiting.json]).toEqual([202, '1', {}])
    const browser = new Browser(registry.url)
    const away = await browser.get(page)
    expect([away.status, away.headers.get('location')]).toEqual([
      303,
      `/-/web/login?next=${encodeURIComponent(`/${page}`)}`,
    ])
    const back = await browser.submit(away.headers.get('location')!, { name: 'tester', password: 'secret' })
    expect(back.headers.get('location')).toBe(`/${page}`)
    const shown = (await browser.get(page)).text
    expect(shown).toContain(code)
    expect(shown).toContain('npm/11.19.1 node/v24 &lt;script&gt;')
    expect((await ask(doneUrl)).status).toBe(202)
    expect((await browser.submit(page, { answer: 'approve' })).text).toContain('Approved')
    expect((await browser.get(page)).status).toBe(404)
    const answers = await Promise.all([ask(doneUrl), ask(doneUrl)])
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 404])
    const { token } = answers.find(({ status }) => status === 200)!.json
    expect((await ask(`${registry.url}-/whoami`, { token })).json).toEqual({ username: 'tester' })
    const tokens = await registry.running.registry.accounts.tokensOf('tester')
    expect(tokens.at(-1)).toMatchObject({ name: 'web login npm/11.19.1', readOnly: false })
  })

  test('what is refused in the browser is over', async () => {
    const { page, doneUrl } = await begin()
    const browser = await signedIn()
    expect((await browser.submit(page, { answer: 'refuse' })).text).toContain('Nobody was let in.')
    const { status, json } = await ask(doneUrl)
    expect([status, json.error]).toEqual([
      404,
      'this login has expired, was refused in the browser, or is done: begin again',
    ])
  })

  test('one secret does not do for the other, and nothing without a button', async () => {
    const { page, doneUrl } = await begin()
    const browser = await signedIn()
    await browser.get(page)
    const pageSecret = page.split('/').at(-1)!
    expect((await ask(`${registry.url}-/v1/login/done/${pageSecret}`)).status).toBe(404)
    expect((await browser.get(`-/web/confirm/${doneUrl.split('/').at(-1)!}`)).status).toBe(404)
    expect((await ask(doneUrl)).status).toBe(202)
  })

  test('it expires after five minutes, approved or not', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using own = await startRegistry({ now: () => now })
    const browser = new Browser(own.url)
    await browser.signIn('tester', 'secret')
    const [left, approved] = [await begin(own), await begin(own)]
    await browser.submit(approved.page, { answer: 'approve' })
    now += 5 * 60 * 1000
    expect((await ask(left.doneUrl)).status).toBe(404)
    expect((await ask(approved.doneUrl)).status).toBe(404)
    expect((await browser.get(left.page)).status).toBe(404)
  })

  test('one address begins sixty in a minute', async () => {
    await using own = await startRegistry()
    for (let count = 0; count < 60; count++) await begin(own)
    const refused = await ask(`${own.url}-/v1/login`, { method: 'POST', body: {} })
    expect([refused.status, refused.json.error]).toEqual([429, expect.stringMatching(/^too many logins at once/)])
  })

  test('no secret stands in the access log', async () => {
    const { page, doneUrl } = await begin()
    await ask(doneUrl)
    const browser = await signedIn()
    await browser.get(page)
    await new Browser(registry.url).get(page)
    const log = JSON.stringify(await registry.requests())
    for (const secret of [page, doneUrl, browser.cookies].map((text) => text.split(/[/=]/).at(-1)!))
      expect(log).not.toContain(secret)
  })
})

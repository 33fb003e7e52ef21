/** `mix hex.user auth` as the current Hex client asks for it, and the page where its code is typed. */
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, formTokenIn } from './browser.ts'
import { askHex, publishHex } from './hex-requests.ts'
import type { HexAnswer } from './hex-requests.ts'
import { ask, login } from './registry-requests.ts'

const CLIENT = '78ea6566-89fd-481e-a1d6-7d9d78eacca8'
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const DAY_MS = 24 * 60 * 60 * 1000

let registry: TestRegistry
let clock = Date.UTC(2026, 0, 1)

beforeAll(async () => {
  registry = await startRegistry({ now: () => clock })
})
afterAll(() => registry.close())

const begin = async (scope = 'api repositories') =>
  (
    await askHex(registry, 'api/oauth/device_authorization', {
      method: 'POST',
      body: { client_id: CLIENT, scope, name: 'laptop' },
    })
  ).value

const confirmPath = (begun: { readonly user_code: string }): string =>
  `-/web/confirm/${begun.user_code.replace(/.{4}/, '$&-')}`

const poll = (deviceCode: string): Promise<HexAnswer> =>
  askHex(registry, 'api/oauth/token', {
    method: 'POST',
    body: { grant_type: DEVICE_GRANT, device_code: deviceCode, client_id: CLIENT },
  })

async function signedIn(name = 'tester'): Promise<Browser> {
  const browser = new Browser(registry.url)
  await browser.signIn(name, 'secret')
  return browser
}

describe('the login of a device', () => {
  test('waits for the browser, and gives a key for what was asked', async () => {
    const begun = await begin()
    expect(begun).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      // mix shows it with a dash in the middle, whether there is one or not.
      user_code: expect.stringMatching(/^[B-Z]{8}$/),
      verification_uri: `${registry.url}-/web/device`,
      verification_uri_complete: `${registry.url}${confirmPath(begun)}`,
      expires_in: 300,
      interval: 2,
    })
    const waiting = await poll(begun.device_code)
    expect([waiting.status, waiting.value.error]).toEqual([400, 'authorization_pending'])

    const browser = await signedIn()
    const typed = begun.user_code.toLowerCase().replace(/.{4}/, '$& ')
    const sent = await browser.get(`-/web/device?code=${encodeURIComponent(typed)}`)
    const confirm = confirmPath(begun)
    expect([sent.status, sent.headers.get('location')]).toEqual([303, `/${confirm}`])
    const shown = (await browser.get(confirm)).text
    for (const fact of [confirm.slice(-9), 'hex laptop', 'api repositories']) expect(shown).toContain(fact)
    expect((await browser.submit(confirm, { answer: 'approve' })).text).toContain('<h1>Approved</h1>')

    const given = await poll(begun.device_code)
    expect([given.status, given.value]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^alk_/),
        token_type: 'bearer',
        expires_in: 30 * 24 * 60 * 60,
        scope: 'api repositories',
      },
    ])
    const key = `Bearer ${given.value.access_token}`
    expect((await askHex(registry, 'api/users/me', { key })).value.username).toBe('tester')
    expect((await publishHex(registry, { name: 'by_device', version: '1.0.0' }, { key })).status).toBe(201)
    // On npm's side it is nobody's.
    expect((await ask(`${registry.url}-/whoami`, { token: given.value.access_token })).status).toBe(403)
    const again = await poll(begun.device_code)
    expect([again.status, again.value.error]).toEqual([400, 'access_denied'])

    const listed = (await askHex(registry, 'api/keys', { key })).value
    // Both were made in one moment of this clock: in which order they stand is not said.
    expect(listed.find(({ name }: { name: string }) => name === 'hex laptop')?.permissions).toMatchObject([
      { domain: 'api' },
      { domain: 'repositories' },
    ])
    await askHex(registry, 'api/oauth/revoke', {
      method: 'POST',
      body: { token: given.value.access_token, client_id: CLIENT },
    })
    expect((await askHex(registry, 'api/users/me', { key })).status).toBe(401)
  })

  test('ends after a month, and with five minutes when nobody approves it', async () => {
    const [approved, forgotten] = [await begin('api:read'), await begin()]
    const browser = await signedIn()
    await browser.submit(confirmPath(approved), { answer: 'approve' })
    const key = (await poll(approved.device_code)).value.access_token
    expect((await publishHex(registry, { name: 'reads_only', version: '1.0.0' }, { key })).status).toBe(401)
    clock += 6 * 60_000
    expect((await browser.get(confirmPath(forgotten))).status).toBe(404)
    expect((await poll(forgotten.device_code)).value.error).toBe('access_denied')
    clock += 31 * DAY_MS
    expect((await askHex(registry, 'api/users/me', { key })).status).toBe(401)
  })

  test('can be refused', async () => {
    const begun = await begin()
    const browser = await signedIn()
    const refused = await browser.submit(confirmPath(begun), { answer: 'refuse' })
    expect(refused.text).toContain('<h1>Refused</h1>')
    expect((await poll(begun.device_code)).value.error).toBe('access_denied')
  })

  test("is no login of npm's, nor the other way round", async () => {
    const begun = await begin('api:read')
    const browser = await signedIn()
    await browser.submit(confirmPath(begun), { answer: 'approve' })
    expect((await ask(`${registry.url}-/v1/login/done/${begun.device_code}`)).status).toBe(404)
    expect((await poll(begun.device_code)).status).toBe(200)
    const npm = (await ask(`${registry.url}-/v1/login`, { method: 'POST', body: {} })).json
    await browser.submit(new URL(npm.loginUrl).pathname.slice(1), { answer: 'approve' })
    expect((await poll(new URL(npm.doneUrl).pathname.split('/').at(-1) ?? '')).value.error).toBe('access_denied')
  })

  test('asks for a scope that there is', async () => {
    const refused = await askHex(registry, 'api/oauth/device_authorization', {
      method: 'POST',
      body: { client_id: CLIENT, scope: 'everything', name: 'x' },
    })
    expect([refused.status, refused.value]).toEqual([
      400,
      {
        error: 'invalid_scope',
        error_description: 'the scope is none that can be given',
        status: 400,
        message: 'the scope is none that can be given',
      },
    ])
  })
})

describe('the page for codes', () => {
  test('is for those who are signed in, and says what no code is', async () => {
    const nobody = await new Browser(registry.url).get('-/web/device')
    expect([nobody.status, nobody.headers.get('location')]).toEqual([303, '/-/web/login?next=%2F-%2Fweb%2Fdevice'])
    const browser = await signedIn()
    expect((await browser.get('-/web/device')).text).toContain('<label for="code">Code</label>')
    expect((await browser.get('-/web/device?code=%3Cscript%3E')).text).toContain('That is no code')
  })

  test('stops whoever tries codes', async () => {
    await login(registry, { name: 'guesser', password: 'secret' })
    const guesser = await signedIn('guesser')
    const begun = await begin()
    const form = formTokenIn((await guesser.get(confirmPath(begun))).text)
    for (let count = 0; count < 20; count++) expect((await guesser.get('-/web/confirm/BBBB-CCCC')).status).toBe(404)
    expect((await guesser.get(confirmPath(begun))).status).toBe(429)
    expect((await guesser.post(confirmPath(begun), { form, answer: 'approve' })).status).toBe(429)
    expect((await (await signedIn()).get(confirmPath(begun))).status).toBe(200)
  })
})

describe('a key in exchange', () => {
  const exchange = (secret: string, scope: string) =>
    askHex(registry, 'api/oauth/token', {
      method: 'POST',
      body: { grant_type: 'client_credentials', client_id: CLIENT, client_secret: secret, scope },
    })

  test('is a token for what the key is for, until when the key is', async () => {
    const made = await askHex(registry, 'api/keys', {
      method: 'POST',
      key: registry.token,
      body: {
        name: 'ci',
        permissions: [{ domain: 'repositories' }],
        revoke_at: new Date(clock + DAY_MS).toISOString(),
      },
    })
    const { secret } = made.value
    const given = await exchange(secret, 'repositories')
    expect([given.status, given.value]).toMatchObject([200, { access_token: secret, expires_in: 24 * 60 * 60 }])
    expect((await exchange(secret, 'api')).value.error).toBe('invalid_scope')
    const wrong = await exchange('alk_nothing', 'repositories')
    expect([wrong.status, wrong.value.error]).toEqual([401, 'invalid_client'])
  })

  test.each([
    ['refresh_token', 'invalid_grant'],
    ['password', 'unsupported_grant_type'],
  ])('%s is %s', async (grant, error) => {
    const answer = await askHex(registry, 'api/oauth/token', { method: 'POST', body: { grant_type: grant } })
    expect([answer.status, answer.value.error]).toEqual([400, error])
  })
})

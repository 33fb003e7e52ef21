import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, login, publish } from './registry-requests.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

test('sign-up, login, whoami, logout', async () => {
  const made = await login(registry, { name: 'alice', password: 'secret' })
  expect([made.status, made.json.ok]).toEqual([201, 'the account alice was made'])
  expect(made.json.token).toMatch(/^alk_[0-9A-Za-z]{39}$/)
  const again = await login(registry, { name: 'alice', password: 'secret' })
  expect([again.status, again.json.ok]).toEqual([201, 'you are signed in as alice'])
  const { token } = again.json
  expect((await ask(`${registry.url}-/whoami`, { token })).json).toEqual({ username: 'alice' })
  expect((await ask(`${registry.url}-/user/token/${token}`, { method: 'DELETE', token })).status).toBe(200)
  expect((await ask(`${registry.url}-/whoami`, { token })).status).toBe(401)
  expect((await ask(`${registry.url}-/whoami`, { token: made.json.token })).json).toEqual({ username: 'alice' })
})

test('a wrong password, a bad name, a bad password', async () => {
  expect((await login(registry, { name: 'tester', password: 'wrong' })).status).toBe(401)
  expect((await login(registry, { name: 'a b', password: 'secret' })).status).toBe(400)
  expect((await login(registry, { name: 'carol', password: 'x' })).json.error).toBe(
    'a password has 3 to 1024 characters',
  )
})

test('the first account is the administrator, and sign-up can be closed', async () => {
  await using closed = await startRegistry({ flags: { 'sign-up': 'closed' } })
  expect(await closed.running.registry.index.account('tester')).toMatchObject({ role: 'administrator' })
  const { status, json } = await login(closed, { name: 'eve', password: 'secret' })
  expect([status, json.error]).toEqual([
    403,
    'sign-up is closed on this registry: ask its operator for an account (`alk registry user add NAME`)',
  ])
  expect((await login(closed, { name: 'tester', password: 'secret' })).status).toBe(201)
})

test('a name and a password do as well as a token', async () => {
  const basic = (text: string) => ({ headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` } })
  expect((await ask(`${registry.url}-/whoami`, basic('tester:secret'))).json).toEqual({ username: 'tester' })
  expect((await ask(`${registry.url}-/whoami`, basic('tester:secret'))).json).toEqual({ username: 'tester' })
  expect((await ask(`${registry.url}-/whoami`, basic('tester:wrong'))).status).toBe(401)
})

test('an unknown token is refused also for what anyone may read', async () => {
  await publish(registry, 'readable 1.0.0:')
  expect((await ask(`${registry.url}readable`)).status).toBe(200)
  expect((await ask(`${registry.url}readable`, { token: 'nonsense' })).status).toBe(401)
})

test('tokens: made with the password, listed without their text, limited, revoked', async () => {
  const { url, token } = registry
  const tokens = `${url}-/npm/v1/tokens`
  expect((await ask(tokens, { method: 'POST', token, body: { password: 'wrong' } })).status).toBe(401)
  const readOnly = (
    await ask(tokens, { method: 'POST', token, body: { password: 'secret', readonly: true, cidr_whitelist: [] } })
  ).json
  const scoped = (
    await ask(tokens, {
      method: 'POST',
      token,
      body: { password: 'secret', name: 'ci', scopes: ['@team'], expires: 7 },
    })
  ).json
  const listed = (await ask(tokens, { token })).json
  expect(listed.urls).toEqual({})
  expect(listed.total).toBe(listed.objects.length)
  expect(JSON.stringify(listed)).not.toContain(readOnly.token)
  expect(listed.objects.find((entry: { name: string }) => entry.name === 'ci')).toMatchObject({
    packages: ['@team/*'],
    readonly: false,
  })

  const refused = await publish({ url, token: readOnly.token }, 'unread 1.0.0:')
  expect([refused.status, refused.json.error]).toEqual([
    403,
    'this token can only read: publishing unread needs one that can write',
  ])
  expect((await publish({ url, token: scoped.token }, 'unscoped 1.0.0:')).json.error).toBe(
    'this token is not for unscoped',
  )
  expect((await publish({ url, token: scoped.token }, '@team/x 1.0.0:')).status).toBe(201)

  expect((await ask(`${tokens}/token/${scoped.key}`, { method: 'DELETE', token })).status).toBe(204)
  expect((await ask(`${url}-/whoami`, { token: scoped.token })).status).toBe(401)
  expect((await ask(`${tokens}/token/${scoped.key}`, { method: 'DELETE', token })).status).toBe(404)
})

test('a token ends when it expires', async () => {
  let now = Date.UTC(2026, 0, 1)
  await using own = await startRegistry({ now: () => now })
  const { token } = (
    await ask(`${own.url}-/npm/v1/tokens`, {
      method: 'POST',
      token: own.token,
      body: { password: 'secret', expires: 1 },
    })
  ).json
  expect((await ask(`${own.url}-/whoami`, { token })).status).toBe(200)
  now += 25 * 60 * 60 * 1000
  expect((await ask(`${own.url}-/whoami`, { token })).status).toBe(401)
})

test('a restricted package is not there for those who are not signed in', async () => {
  await publish(registry, '@team/secret 1.0.0:', (body) => void (body.access = 'restricted'))
  for (const path of [
    '@team/secret',
    '@team/secret/latest',
    '@team/secret/-/secret-1.0.0.tgz',
    '-/package/@team%2fsecret/dist-tags',
  ]) {
    const without = await ask(registry.url + path)
    const signedIn = await ask(registry.url + path, { token: registry.token })
    expect([path, without.status, signedIn.status]).toEqual([path, 404, 200])
  }
  expect((await ask(`${registry.url}-/v1/search?text=secret`)).json.total).toBe(0)
  expect((await ask(`${registry.url}-/v1/search?text=secret`, { token: registry.token })).json.total).toBe(1)
})

test('a token for some packages reads those that are restricted and among them, and all public ones', async () => {
  await using own = await startRegistry({ packages: 'open 1.0.0:' })
  for (const name of ['@team/one', '@team/two', '@other/three'])
    await publish(own, `${name} 1.0.0:`, (body) => void (body.access = 'restricted'))
  const tokenFor = async (limits: object): Promise<string> =>
    (
      await ask(`${own.url}-/npm/v1/tokens`, {
        method: 'POST',
        token: own.token,
        body: { password: 'secret', ...limits },
      })
    ).json.token
  const token = await tokenFor({ scopes: ['@team'], readonly: true })
  const one = await tokenFor({ packages: ['@team/one'] })
  const paths = (name: string): string[] => [
    name,
    `${name}/latest`,
    `${name}/-/${name.split('/').at(-1)}-1.0.0.tgz`,
    `-/package/${name.replace('/', '%2f')}/dist-tags`,
    `-/package/${name.replace('/', '%2f')}/collaborators`,
    `-/alkahest/explain/${name}`,
    `-/web/npm/${name}`,
  ]
  const statuses = async (name: string, with_: string): Promise<number[]> =>
    Promise.all(paths(name).map(async (path) => (await ask(own.url + path, { token: with_ })).status))
  const all = (status: number): number[] => paths('').map(() => status)
  expect(await statuses('@team/one', token)).toEqual(all(200))
  expect(await statuses('@team/one', one)).toEqual(all(200))
  expect(await statuses('@team/two', one)).toEqual(all(404))
  expect(await statuses('@other/three', token)).toEqual(all(404))
  expect(await statuses('@other/three', own.token)).toEqual(all(200))
  expect(await statuses('open', one)).toEqual(all(200))
  const found = async (with_: string): Promise<number> =>
    (await ask(`${own.url}-/v1/search?text=`, { token: with_ })).json.total
  expect([await found(own.token), await found(one)]).toEqual([4, 1])
})

test('the password is changed', async () => {
  const { token } = (await login(registry, { name: 'dave', password: 'secret' })).json
  const change = (old: string) =>
    ask(`${registry.url}-/npm/v1/user`, { method: 'POST', token, body: { password: { old, new: 'better' } } })
  expect((await change('wrong')).status).toBe(403)
  expect((await change('secret')).json).toMatchObject({ name: 'dave', tfa: false })
  expect((await login(registry, { name: 'dave', password: 'secret' })).status).toBe(401)
  expect((await login(registry, { name: 'dave', password: 'better' })).status).toBe(201)
})

test('no token stands in the access log', async () => {
  const { token } = (await login(registry, { name: 'frank', password: 'secret' })).json
  await ask(`${registry.url}-/user/token/${token}`, { method: 'DELETE', token })
  expect(JSON.stringify(await registry.requests())).not.toContain(token)
})

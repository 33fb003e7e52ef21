import { gzipSync } from 'node:zlib'
import { faultyRegistry, startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from './registry-process.ts'
import { ask, login, publish } from './registry-requests.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: '@s/a 1.0.0:' })
})
afterAll(() => registry.close())

test('who may see a package, and who owns it', async () => {
  const { url, token } = registry
  const about = `${url}-/package/@s%2fa`
  expect((await ask(`${about}/visibility`)).json).toEqual({ public: true })
  expect((await ask(`${about}/collaborators`)).json).toEqual({ tester: 'write' })
  expect((await ask(`${about}/access`, { method: 'POST', token, body: { access: 'private' } })).status).toBe(200)
  expect((await ask(`${about}/visibility`)).status).toBe(404)
  expect((await ask(`${about}/visibility`, { token })).json).toEqual({ public: false })
  expect((await ask(`${about}/access`, { method: 'POST', token, body: { access: 'secret' } })).status).toBe(400)
  expect((await ask(`${about}/access`, { method: 'POST', token, body: { access: 'public' } })).status).toBe(200)
  const { token: other } = (await login(registry, { name: 'mallory', password: 'secret' })).json
  expect((await ask(`${about}/access`, { method: 'POST', token: other, body: { access: 'private' } })).status).toBe(403)
})

test('provenance is kept as it came and served where npm looks for it', async () => {
  const bundle = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope: { payload: 'eyJ9' } }
  const attach = (data: string) =>
    publish(registry, '@s/proven 1.0.0:', (body) => {
      body._attachments['@s/proven-1.0.0.sigstore'] = { content_type: bundle.mediaType, data, length: data.length }
    })
  expect((await attach('nonsense')).status).toBe(400)
  expect((await attach(JSON.stringify(bundle))).status).toBe(201)
  const { dist } = (await ask(`${registry.url}@s/proven/1.0.0`)).json
  expect(dist.attestations).toEqual({
    url: `${registry.url}-/npm/v1/attestations/@s%2fproven@1.0.0`,
    provenance: { predicateType: 'https://slsa.dev/provenance/v1' },
  })
  expect((await ask(dist.attestations.url)).json).toEqual({
    attestations: [{ predicateType: 'https://slsa.dev/provenance/v1', bundle }],
  })
  expect((await ask(`${registry.url}-/npm/v1/attestations/@s%2fa@1.0.0`)).status).toBe(404)
})

describe('an audit', () => {
  test('asks the upstream, and never about names that are ours', async () => {
    const advisory = { id: 1, url: 'http://x', title: 't', severity: 'high', vulnerable_versions: '<2' }
    const asked: string[] = []
    await using upstream = await faultyRegistry({
      faults: { '/-/npm/v1/security/advisories/bulk': { kind: 'body', body: JSON.stringify({ left: [advisory] }) } },
      onBody: (_path, body) => void asked.push(body),
    })
    await using own = await startRegistry({ upstream: upstream.url, flags: { claims: '@secret' } })
    await own.running.registry.index.claim('internal', new Date(0).toISOString())
    const body = gzipSync(
      JSON.stringify({ left: ['1.0.0'], '@secret/lib': ['1.0.0'], internal: ['2.0.0'], '../evil': ['1.0.0'] }),
    )
    const response = await fetch(`${own.url}-/npm/v1/security/advisories/bulk`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    })
    expect(await response.json()).toEqual({ left: [advisory] })
    expect(asked.map((text) => JSON.parse(text))).toEqual([{ left: ['1.0.0'] }])
  })

  test.each([404, 405, 410, 501])(
    'of an upstream that answers %d is told that there are no advisories',
    async (status) => {
      await using upstream = await faultyRegistry({
        faults: { '/-/npm/v1/security/advisories/bulk': { kind: 'status', status } },
      })
      await using own = await startRegistry({ upstream: upstream.url })
      const answer = await ask(`${own.url}-/npm/v1/security/advisories/bulk`, {
        method: 'POST',
        body: { a: ['1.0.0'] },
      })
      expect([answer.status, answer.json.error]).toEqual([
        404,
        `the upstream ${upstream.url} has no security advisories: it answered ${status}`,
      ])
    },
  )

  test('without an upstream finds nothing', async () => {
    const { status, json } = await ask(`${registry.url}-/npm/v1/security/advisories/bulk`, {
      method: 'POST',
      body: { a: ['1.0.0'] },
    })
    expect([status, json]).toEqual([200, {}])
  })
})

describe('limits', () => {
  test('a body that unpacks to too much, or is not what it says', async () => {
    const post = (body: Uint8Array, coding: string) =>
      fetch(`${registry.url}-/npm/v1/security/advisories/bulk`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-encoding': coding },
      })
    expect((await post(gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')), 'gzip')).status).toBe(413)
    expect((await post(Buffer.from('nonsense'), 'gzip')).status).toBe(400)
    expect((await post(Buffer.from('{}'), 'br')).status).toBe(415)
  })

  test('failed logins: twenty a minute, by account and by address', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using own = await startRegistry({ now: () => now })
    for (let index = 0; index < 20; index++)
      expect((await login(own, { name: 'tester', password: `wrong${index}` })).status).toBe(401)
    const refused = await login(own, { name: 'tester', password: 'secret' })
    expect([refused.status, refused.headers.get('retry-after'), refused.json.error]).toEqual([
      429,
      '60',
      'too many failed logins: try again in 60 seconds',
    ])
    now += 61_000
    expect((await login(own, { name: 'tester', password: 'secret' })).status).toBe(201)
  })

  test('new accounts: fifty an hour from one address', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using own = await startRegistry({ now: () => now })
    const address = '127.0.0.1'
    const account = { email: '', password: '' }
    for (let index = 0; index < 50; index++)
      await expect(own.running.registry.accounts.signUp({ ...account, name: `a${index}` }, address)).rejects.toThrow(
        'a password has 3 to 1024 characters',
      )
    const refused = await login(own, { name: 'late', password: 'secret' })
    expect([refused.status, refused.json.error]).toEqual([
      429,
      'too many new accounts from this address: try again in 3600 seconds',
    ])
    expect((await login(own, { name: 'tester', password: 'secret' })).status).toBe(201)
    now += 61 * 60_000
    expect((await login(own, { name: 'late', password: 'secret' })).status).toBe(201)
  })

  test('what proxies say about who asks is believed of those that are configured, and of nobody else', async () => {
    const seen = async (trustProxy: string, forwarded: string): Promise<readonly string[]> => {
      const flags: Record<string, string> = trustProxy === '' ? {} : { 'trust-proxy': trustProxy }
      await using own = await startRegistry({ packages: 'a 1.0.0:', flags })
      // The second answer is a hot one.
      for (let count = 0; count < 2; count++)
        await ask(`${own.url}a`, { headers: { 'x-forwarded-for': forwarded, 'x-forwarded-host': 'evil.example' } })
      const requests = await own.requests()
      const { json } = await ask(`${own.url}a/latest`, { headers: { 'x-forwarded-host': 'evil.example' } })
      expect(json.dist.tarball).toContain(own.url)
      return requests.filter(({ path }) => path === '/a').map(({ address }) => address)
    }
    expect(await seen('', '1.2.3.4')).toEqual(['127.0.0.1', '127.0.0.1'])
    expect(await seen('10.0.0.0/8', '1.2.3.4')).toEqual(['127.0.0.1', '127.0.0.1'])
    expect(await seen('127.0.0.1', '1.2.3.4')).toEqual(['1.2.3.4', '1.2.3.4'])
    // What stands before the first stranger anybody may have written.
    expect(await seen('127.0.0.0/8, 10.0.0.0/8', '6.6.6.6, 1.2.3.4, 10.0.0.7')).toEqual(['1.2.3.4', '1.2.3.4'])
  })

  test('a token that is limited to addresses', async () => {
    const { url, token } = registry
    const create = (cidr: string[]) =>
      ask(`${url}-/npm/v1/tokens`, { method: 'POST', token, body: { password: 'secret', cidr_whitelist: cidr } })
    const whoami = async (cidr: string[]) => ask(`${url}-/whoami`, { token: (await create(cidr)).json.token })
    expect((await whoami(['127.0.0.0/8'])).status).toBe(200)
    const elsewhere = await whoami(['10.0.0.0/8', '::1'])
    expect([elsewhere.status, elsewhere.headers.get('www-authenticate'), elsewhere.json.error]).toEqual([
      401,
      'ipaddress',
      'this token may not be used from 127.0.0.1',
    ])
    expect((await create(['10.0.0.0/99'])).json.error).toBe('"10.0.0.0/99" is neither an address nor a CIDR range')
  })
})

describe('whose a name is', () => {
  test('explained to people and programs', async () => {
    await using upstream = await startRegistry()
    await using own = await startRegistry({
      upstream: upstream.url,
      flags: { claims: '@team' },
      packages: 'ours 1.0.0:',
    })
    const explain = async (name: string) => (await ask(`${own.url}-/alkahest/explain/${name}`)).json
    expect(await explain('ours')).toEqual({
      name: 'ours',
      standing: 'local',
      because: 'ours was published here and belongs to tester: no upstream is asked about it',
    })
    expect((await explain('@team/x')).because).toBe(
      '@team/x is claimed by @team, and nothing was published under it: no upstream is asked about it',
    )
    expect((await explain('react')).because).toBe(
      `react comes from ${upstream.url}, which is asked about every other name`,
    )
    const args = ['explain', 'react', '--data', own.data, '--upstream', 'none']
    expect((await run(args, { cwd: own.data })).stdout).toBe(
      'react was not published here, and no upstream is configured for it\n',
    )
  })

  test('upstreams by name, each with its own token', async () => {
    await using one = await startRegistry({ packages: '@one/a 1.0.0:' })
    await using two = await startRegistry({ packages: '@one/a 9.0.0:\nother 1.0.0:' })
    const upstreams = JSON.stringify([{ url: one.url, names: ['@one/*'], token: one.token }])
    await using own = await startRegistry({ upstream: two.url, flags: { upstreams } })
    expect(Object.keys((await ask(`${own.url}@one/a`)).json.versions)).toEqual(['1.0.0'])
    expect((await ask(`${own.url}other`)).status).toBe(200)
    expect((await one.requests())[0]).toMatchObject({ account: 'tester' })
    expect((await two.requests())[0]).not.toHaveProperty('account')
  })
})

test('health, readiness and metrics', async () => {
  expect((await ask(`${registry.url}-/health`)).json).toEqual({ ok: true })
  expect((await ask(`${registry.url}-/ready`)).json).toEqual({ ok: true })
  await registry.requests()
  const { text } = await ask(`${registry.url}-/metrics`)
  expect(text).toMatch(/^alkahest_registry_requests_total\{kind="other",status="200",source="none"\} \d+$/m)
  expect(text).toMatch(/^alkahest_registry_packages \d+$/m)
  for (const line of text.trim().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_0-9]+(\{[^}]*\})? [0-9.e+-]+)$/)
})

test('check-config says what counts, without secrets', async () => {
  const env = { ALKAHEST_REGISTRY_UPSTREAMS: '[{"url":"http://one.example","names":["@one/*"],"token":"very-secret"}]' }
  const { code, stdout } = await run(['check-config', '--port', '1', '--json'], { cwd: registry.data, env })
  expect([code, JSON.parse(stdout).configuration]).toMatchObject([
    0,
    { port: 1, upstreams: [{ url: 'http://one.example/', token: '***' }] },
  ])
  expect(stdout).not.toContain('very-secret')
})

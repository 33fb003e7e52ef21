/** What is answered before routing must be what routing would have answered, and never older. */
import { startRegistry } from '@alkahest/test-support'
import { describe, expect, test } from 'vitest'
import { ABBREVIATED, ask, login, publish } from './registry-requests.ts'
import type { Answer } from './registry-requests.ts'

/** All that a client sees of it, but for the second in which it was sent. */
function seen({ status, headers, text }: Answer): unknown {
  return { status, text, headers: Object.fromEntries([...headers].filter(([name]) => name !== 'date')) }
}

describe('a packument that is asked for again', () => {
  test.each([
    ['full', {}],
    ['abbreviated and compressed', { accept: ABBREVIATED, 'accept-encoding': 'gzip' }],
  ])('%s, is answered as the first time, and counted and logged like it', async (_what, headers) => {
    await using registry = await startRegistry({ packages: 'a 1.0.0: b ^1' })
    const first = await ask(`${registry.url}a`, { headers })
    const second = await ask(`${registry.url}a`, { headers })
    expect(seen(second)).toEqual(seen(first))
    const known = { ...headers, 'if-none-match': first.headers.get('etag')! }
    const unchanged = await ask(`${registry.url}a`, { headers: known })
    expect([unchanged.status, unchanged.text, unchanged.headers.get('etag')]).toEqual([
      304,
      '',
      first.headers.get('etag'),
    ])
    const [one, two, three] = await registry.requests()
    expect(two).toMatchObject({ kind: 'packument', name: 'a', source: 'local', status: 200, bytes: one!.bytes })
    expect(three).toMatchObject({ kind: 'packument', name: 'a', status: 304, bytes: 0 })
  })

  test('shows a publish as soon as it was answered, and a change of who may see it', async () => {
    await using registry = await startRegistry({ packages: 'a 1.0.0:' })
    const { url, token } = registry
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      await ask(`${url}a`)
      await ask(`${url}a`)
      await publish(registry, `a ${version}:`)
      expect((await ask(`${url}a`)).json['dist-tags']).toEqual({ latest: version })
    }
    await ask(`${url}-/package/a/access`, { method: 'POST', token, body: { access: 'restricted' } })
    expect((await ask(`${url}a`)).status).toBe(404)
    expect((await ask(`${url}a`, { token })).status).toBe(200)
    expect((await ask(`${url}a`)).status).toBe(404)
  })

  test('with a wrong token is refused as the first time', async () => {
    await using registry = await startRegistry({ packages: 'a 1.0.0:' })
    await ask(`${registry.url}a`)
    expect((await ask(`${registry.url}a`, { token: 'alk_wrong' })).status).toBe(401)
    const { token } = (await login(registry, { name: 'alice', password: 'secret' })).json
    expect((await ask(`${registry.url}a`, { token })).status).toBe(200)
  })

  test('with a token is answered and logged as its account, until the token is gone, expired or used from elsewhere', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using registry = await startRegistry({ packages: 'a 1.0.0:', now: () => now })
    const { url } = registry
    const tokens = `${url}-/npm/v1/tokens`
    const make = async (limits: object): Promise<{ token: string; key: string }> =>
      (await ask(tokens, { method: 'POST', token: registry.token, body: { password: 'secret', ...limits } })).json
    const statuses = async (token: string): Promise<readonly number[]> => [
      (await ask(`${url}a`, { token })).status,
      (await ask(`${url}a`, { token })).status,
    ]
    const [one, short, elsewhere] = [
      await make({}),
      await make({ expires: 1 }),
      await make({ cidr_whitelist: ['::1'] }),
    ]
    const asked = (await registry.requests()).length
    for (const { token } of [one, short]) expect(await statuses(token)).toEqual([200, 200])
    expect(await statuses(elsewhere.token)).toEqual([401, 401])
    expect((await registry.requests()).slice(asked, asked + 4).map(({ account }) => account)).toEqual(
      Array.from({ length: 4 }, () => 'tester'),
    )
    now += 25 * 60 * 60 * 1000
    expect(await statuses(short.token)).toEqual([401, 401])
    expect(await statuses(one.token)).toEqual([200, 200])
    await ask(`${tokens}/token/${one.key}`, { method: 'DELETE', token: registry.token })
    expect(await statuses(one.token)).toEqual([401, 401])
  })

  test('of the upstream is asked for there again when it is no longer fresh', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using origin = await startRegistry({ packages: 'a 1.0.0:' })
    await using registry = await startRegistry({ upstream: origin.url, now: () => now })
    const asked = async () => (await origin.requests()).length
    await ask(`${registry.url}a`)
    await ask(`${registry.url}a`)
    await ask(`${registry.url}a`)
    expect(await asked()).toBe(1)
    now += 301_000
    await ask(`${registry.url}a`)
    // Refreshed behind that answer: the next publish waits for the same flight.
    await registry.running.registry.packuments.get('a' as never, 'full')
    expect(await asked()).toBe(2)
  })
})

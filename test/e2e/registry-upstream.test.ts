import { createHash } from 'node:crypto'
import { digestTree, faultyRegistry, listTree, startRegistry } from '@alkahest/test-support'
import type { Fault } from '@alkahest/test-support'
import { describe, expect, test } from 'vitest'
import { ABBREVIATED, ask, publish } from './registry-requests.ts'

/** 100 kB that do not compress: larger than what is held back until the whole is verified. */
const noise = Array.from({ length: 3200 }, (_, index) => createHash('sha256').update(String(index)).digest('hex')).join(
  '',
)

/** A registry behind one that misbehaves, behind a real one with a universe. */
async function world(
  packages: string,
  faults: Readonly<Record<string, Fault | readonly Fault[]>> = {},
  flags: Readonly<Record<string, string>> = {},
) {
  const origin = await startRegistry({ packages })
  const faulty = await faultyRegistry({ upstream: origin.url, faults })
  const registry = await startRegistry({ upstream: faulty.url, flags })
  return {
    origin,
    faulty,
    registry,
    async [Symbol.asyncDispose]() {
      await registry.close()
      await faulty.close()
      await origin.close()
    },
  }
}

describe('packages of the upstream', () => {
  test('come through, are kept, and have our addresses and our signature', async () => {
    await using w = await world('a 1.0.0: b ^1\na 1.1.0:')
    const { status, json } = await ask(`${w.registry.url}a`, { headers: { accept: ABBREVIATED } })
    expect([status, json['dist-tags']]).toEqual([200, { latest: '1.1.0' }])
    expect(json.versions['1.0.0'].dist.tarball).toBe(`${w.registry.url}a/-/a-1.0.0.tgz`)
    const [key] = (await ask(`${w.registry.url}-/npm/v1/keys`)).json.keys
    expect(json.versions['1.0.0'].dist.signatures).toMatchObject([{ keyid: key.keyid }])
    const { bytes } = await ask(json.versions['1.0.0'].dist.tarball)
    expect(`sha512-${createHash('sha512').update(bytes).digest('base64')}`).toBe(json.versions['1.0.0'].dist.integrity)
    await ask(json.versions['1.0.0'].dist.tarball)
    await ask(`${w.registry.url}a`)
    expect(w.faulty.requests).toEqual(['GET /a', 'GET /a/-/a-1.0.0.tgz'])
    const requests = await w.registry.requests()
    expect(requests.filter(({ kind }) => kind === 'tarball').map(({ source }) => source)).toEqual(['upstream', 'cache'])
  })

  test('versions, tags and dist-tags are answered from what is kept', async () => {
    await using w = await world('a 1.0.0: b ^1\na 2.0.0: tag:next')
    expect((await ask(`${w.registry.url}a/1.0.0`)).json).toMatchObject({
      name: 'a',
      version: '1.0.0',
      dependencies: { b: '^1' },
    })
    expect((await ask(`${w.registry.url}a/next`)).json.version).toBe('2.0.0')
    expect((await ask(`${w.registry.url}-/package/a/dist-tags`)).json).toEqual({ latest: '1.0.0', next: '2.0.0' })
    expect((await ask(`${w.registry.url}a/9.0.0`)).status).toBe(404)
    expect(w.faulty.requests).toEqual(['GET /a'])
  })

  test('20 clients at once make one request for a document and one for a tarball', async () => {
    await using w = await world('a 1.0.0:')
    await Promise.all(Array.from({ length: 20 }, () => ask(`${w.registry.url}a`)))
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(`${w.registry.url}a/-/a-1.0.0.tgz`)))
    expect(new Set(answers.map(({ bytes }) => bytes.toString('hex'))).size).toBe(1)
    expect(w.faulty.requests).toEqual(['GET /a', 'GET /a/-/a-1.0.0.tgz'])
  })

  test('a large tarball reaches 20 clients while it arrives, and keeps its bytes', async () => {
    await using w = await world('')
    await w.origin.publishFiles({ 'package.json': '{"name":"large","version":"1.0.0"}', noise })
    const { json } = await ask(`${w.registry.url}large/1.0.0`)
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(json.dist.tarball)))
    for (const { bytes } of answers)
      expect(`sha512-${createHash('sha512').update(bytes).digest('base64')}`).toBe(json.dist.integrity)
    expect(w.faulty.requests.filter((request) => request.endsWith('.tgz'))).toHaveLength(1)
  })

  test('"not found" is remembered, for as long as it is configured', async () => {
    await using w = await world('')
    expect((await ask(`${w.registry.url}nothing`)).status).toBe(404)
    expect((await ask(`${w.registry.url}nothing`)).status).toBe(404)
    expect(w.faulty.requests).toEqual(['GET /nothing'])
    await using forgetful = await world('', {}, { 'upstream-negative-max-age': '0' })
    await ask(`${forgetful.registry.url}late`)
    await forgetful.origin.publish('late 1.0.0:')
    expect((await ask(`${forgetful.registry.url}late`)).status).toBe(200)
  })

  test('new versions come after the age that is configured', async () => {
    await using w = await world('a 1.0.0:', {}, { 'upstream-max-age': '0' })
    await ask(`${w.registry.url}a`)
    await w.origin.publish('a 1.1.0:')
    expect((await ask(`${w.registry.url}a`)).json['dist-tags']).toEqual({ latest: '1.1.0' })
  })
})

describe('an upstream that fails', () => {
  test.each<[Fault, number, string]>([
    [{ kind: 'status', status: 500 }, 502, 'the upstream answered 500 to a'],
    [{ kind: 'status', status: 403 }, 403, 'the upstream refuses a with 403'],
    [
      { kind: 'nonsense' },
      502,
      "the upstream's answer about a cannot be used: the upstream's document on a is not valid JSON",
    ],
    [
      { kind: 'body', body: '{"name":"b","versions":{}}' },
      502,
      'the upstream\'s answer about a cannot be used: the upstream\'s document on a is not a document about it: it is about "b"',
    ],
    [{ kind: 'close' }, 502, 'the upstream failed: '],
    [{ kind: 'cut', after: 20 }, 502, 'the upstream failed: '],
    [
      { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:1/a' } },
      502,
      'the upstream points to 127.0.0.1:1, which is neither its own host nor one listed for it',
    ],
  ])('%j', async (fault, status, message) => {
    await using w = await world('a 1.0.0:', { '/a': fault })
    const answer = await ask(`${w.registry.url}a`)
    expect([answer.status, answer.json.error.slice(0, message.length)]).toEqual([status, message])
    expect(answer.json.message).toBe(answer.json.error)
  })

  test('or says nothing keeps nobody waiting for what is kept, however old, and is asked once', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using origin = await startRegistry({ packages: 'a 1.0.0:' })
    await using faulty = await faultyRegistry({
      upstream: origin.url,
      faults: { '/a': [{ kind: 'pass' }, { kind: 'hang' }] },
    })
    await using registry = await startRegistry({ upstream: faulty.url, now: () => now })
    const before = await ask(`${registry.url}a`)
    now += 24 * 60 * 60_000
    const answers = await Promise.all([ask(`${registry.url}a`), ask(`${registry.url}a`)])
    expect(answers.map(({ text }) => text)).toEqual([before.text, before.text])
    expect((await ask(`${registry.url}a`)).text).toBe(before.text)
    expect(faulty.requests).toEqual(['GET /a', 'GET /a'])
  })

  test('is not noticed by those who ask for what is kept', async () => {
    await using w = await world('a 1.0.0:', {}, { 'upstream-max-age': '0' })
    const before = await ask(`${w.registry.url}a`)
    const { bytes } = await ask(`${w.registry.url}a/-/a-1.0.0.tgz`)
    await w.faulty.close()
    const after = await ask(`${w.registry.url}a`)
    expect([after.status, after.text]).toEqual([200, before.text])
    expect(after.headers.get('warning')).toBe('110 - "the upstream cannot be reached; this is what it said last"')
    expect((await ask(`${w.registry.url}a/-/a-1.0.0.tgz`)).bytes.equals(bytes)).toBe(true)
    expect((await ask(`${w.registry.url}b`)).status).toBe(502)
  })

  test.each<[string, Fault]>([
    ['other bytes', { kind: 'wrong-bytes' }],
    ['half of them', { kind: 'cut', after: 100 }],
  ])('sends %s for a small tarball: nothing is delivered, nothing is kept', async (_what, fault) => {
    await using w = await world('a 1.0.0:', { '*.tgz': [fault] })
    await ask(`${w.registry.url}a`)
    const before = await digestTree(`${w.registry.data}/blobs`)
    const failed = await ask(`${w.registry.url}a/-/a-1.0.0.tgz`)
    expect([failed.status, failed.headers.get('content-type')]).toEqual([502, 'application/json; charset=utf-8'])
    expect(await digestTree(`${w.registry.data}/blobs`)).toBe(before)
    expect((await ask(`${w.registry.url}a/-/a-1.0.0.tgz`)).status).toBe(200)
  })

  test.each<[string, Fault]>([
    ['other bytes', { kind: 'wrong-bytes' }],
    ['half of them', { kind: 'cut', after: 90_000 }],
  ])('sends %s for a large tarball: nobody takes it for complete, nothing is kept', async (_what, fault) => {
    await using w = await world('', { '*.tgz': [fault] })
    await w.origin.publishFiles({ 'package.json': '{"name":"large","version":"1.0.0"}', noise })
    const { json } = await ask(`${w.registry.url}large/1.0.0`)
    // Broken, or refused when the failure came before the first byte; never a whole answer.
    const outcome = await ask(json.dist.tarball).then(({ status }) => status, String)
    expect([502, 'TypeError: terminated']).toContain(outcome)
    expect((await listTree(`${w.registry.data}/blobs/writing`)).length).toBe(1)
    expect((await ask(json.dist.tarball)).status).toBe(200)
  })
})

describe('whose a name is', () => {
  test('what was published here never comes from the upstream', async () => {
    await using w = await world('taken 9.9.9:')
    await publish(w.registry, 'ours 1.0.0:')
    await w.origin.publish('ours 9.9.9:')
    expect(Object.keys((await ask(`${w.registry.url}ours`)).json.versions)).toEqual(['1.0.0'])
    expect((await ask(`${w.registry.url}ours/-/ours-9.9.9.tgz`)).status).toBe(404)
  })

  test('what exists upstream is published here only under a claim', async () => {
    await using w = await world('taken 9.9.9:\n@team/lib 9.9.9:', {}, { claims: '@team' })
    const refused = await publish(w.registry, 'taken 1.0.0:')
    expect([refused.status, refused.json.error]).toEqual([
      403,
      'taken exists upstream, and a package here would take its place: to allow it, claim the name (`alk registry claim taken`, or its @scope)',
    ])
    expect((await ask(`${w.registry.url}@team%2flib`)).status).toBe(404)
    expect((await publish(w.registry, '@team/lib 1.0.0:')).status).toBe(201)
    expect(Object.keys((await ask(`${w.registry.url}@team%2flib`)).json.versions)).toEqual(['1.0.0'])
    expect(w.faulty.requests).toEqual(['GET /taken'])
  })

  test('nothing is published while the upstream cannot be asked', async () => {
    await using w = await world('', { '*': { kind: 'status', status: 503 } })
    expect((await publish(w.registry, 'new 1.0.0:')).status).toBe(502)
    expect(await w.registry.running.registry.index.counts()).toEqual({ packages: 0, versions: 0 })
  })

  test('an upstream cannot mark its packages as ours', async () => {
    const body = JSON.stringify({ name: 'a', _alkahest: { local: true }, 'dist-tags': {}, versions: {} })
    await using w = await world('', { '/a': { kind: 'body', body } })
    expect((await ask(`${w.registry.url}a`)).json).not.toHaveProperty('_alkahest')
  })
})

test('the registry goes to no other host than the upstream for a tarball', async () => {
  const dist = { integrity: `sha512-${'A'.repeat(86)}==`, tarball: 'http://127.0.0.1:1/internal' }
  const body = JSON.stringify({
    name: 'a',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': { name: 'a', version: '1.0.0', dist } },
  })
  await using w = await world('', { '/a': { kind: 'body', body } })
  const { status, json } = await ask(`${w.registry.url}a/-/a-1.0.0.tgz`)
  expect([status, json.error]).toEqual([
    502,
    'the upstream points to 127.0.0.1:1, which is neither its own host nor one listed for it',
  ])
})

describe('what the upstream withdraws', () => {
  test('is hidden at the next refresh, its kept tarball as well, and people are told', async () => {
    await using w = await world('a 1.0.0:\na 1.1.0:', {}, { 'upstream-max-age': '0' })
    const { url } = w.registry
    await ask(`${url}a/-/a-1.1.0.tgz`)
    const document = (await ask(`${w.origin.url}a?write=true`)).json
    delete document.versions['1.1.0']
    await ask(`${w.origin.url}a/-rev/${document._rev}`, { method: 'PUT', token: w.origin.token, body: document })
    const after = await ask(`${url}a`)
    expect([Object.keys(after.json.versions), after.json['dist-tags']]).toEqual([['1.0.0'], { latest: '1.0.0' }])
    expect(after.headers.get('npm-notice')).toBe('a: withdrawn by the upstream: 1.1.0')
    const tarball = await ask(`${url}a/-/a-1.1.0.tgz`)
    expect([tarball.status, tarball.json.error.replace(/\d{4}-\d\d-\d\d/, '<day>')]).toEqual([
      404,
      'a@1.1.0 not found: the upstream withdrew it (seen on <day>)',
    ])
  })

  test('whole: the name is not found, its tarballs neither', async () => {
    await using w = await world(
      'a 1.0.0:',
      { '/a': [{ kind: 'pass' }, { kind: 'status', status: 404 }] },
      { 'upstream-max-age': '0', 'upstream-negative-max-age': '60' },
    )
    expect((await ask(`${w.registry.url}a`)).status).toBe(200)
    expect((await ask(`${w.registry.url}a`)).status).toBe(404)
    expect((await ask(`${w.registry.url}a/-/a-1.0.0.tgz`)).json.error).toBe('a not found: the upstream has it no more')
  })
})

describe('policy', () => {
  test('young versions are held back until they are old enough', async () => {
    let now = Date.UTC(2026, 0, 10)
    await using origin = await startRegistry({ packages: 'a 1.0.0: at:2026-01-01\na 1.1.0: at:2026-01-09T23:30' })
    await using registry = await startRegistry({
      upstream: origin.url,
      flags: { 'upstream-quarantine': '60' },
      now: () => now,
    })
    const held = await ask(`${registry.url}a`)
    expect([Object.keys(held.json.versions), held.json['dist-tags'], Object.keys(held.json.time)]).toEqual([
      ['1.0.0'],
      { latest: '1.0.0' },
      ['created', 'modified', '1.0.0'],
    ])
    expect(held.headers.get('npm-notice')).toBe('a: held back by this registry: 1.1.0 until 2026-01-10T00:30:00.000Z')
    const tarball = await ask(`${registry.url}a/-/a-1.1.0.tgz`)
    expect([tarball.status, tarball.json.error]).toEqual([
      403,
      'a@1.1.0 is held back by this registry until 2026-01-10T00:30:00.000Z',
    ])
    now += 31 * 60_000
    expect((await ask(`${registry.url}a`)).json['dist-tags']).toEqual({ latest: '1.1.0' })
    expect((await ask(`${registry.url}a/-/a-1.1.0.tgz`)).status).toBe(200)
  })

  test('names and versions are denied, or only some are allowed: 403 with the reason', async () => {
    await using w = await world(
      'bad 1.0.0:\n@evil/x 1.0.0:\na 1.0.0:\na 1.1.0:',
      {},
      { 'upstream-deny': 'bad,@evil/*,a@1.1.0' },
    )
    const { url } = w.registry
    const refusal = async (path: string) => {
      const { status, json } = await ask(url + path)
      return [status, json.error]
    }
    expect(await refusal('bad')).toEqual([403, 'bad is denied on this registry'])
    expect(await refusal('@evil/x')).toEqual([403, '@evil/x is denied on this registry'])
    expect(Object.keys((await ask(`${url}a`)).json.versions)).toEqual(['1.0.0'])
    expect(await refusal('a/-/a-1.1.0.tgz')).toEqual([403, 'a@1.1.0 is held back by this registry'])
    await using strict = await world('a 1.0.0:\nb 1.0.0:', {}, { 'upstream-allow': 'a' })
    expect((await ask(`${strict.registry.url}a`)).status).toBe(200)
    expect((await ask(`${strict.registry.url}b`)).json.error).toBe(
      "b is not on this registry's list of allowed packages",
    )
  })
})

test('an upstream that fails five times in a row is left alone for ten seconds', async () => {
  let now = Date.UTC(2026, 0, 1)
  const faulty = await faultyRegistry()
  await using registry = await startRegistry({ upstream: faulty.url, now: () => now })
  await faulty.close()
  for (let index = 0; index < 5; index++) expect((await ask(`${registry.url}broken-${index}`)).status).toBe(502)
  const refused = await ask(`${registry.url}another`)
  expect([refused.status, refused.headers.get('retry-after'), refused.json.error]).toEqual([
    502,
    '10',
    'the upstream failed 5 times in a row: it is asked again in 10 seconds',
  ])
  now += 11_000
  expect((await ask(`${registry.url}another`)).json.error).toMatch(/^the upstream failed: /)
})

test('a document that is a little old is served at once and refreshed behind it', async () => {
  let now = Date.UTC(2026, 0, 1)
  await using origin = await startRegistry({ packages: 'a 1.0.0:' })
  await using registry = await startRegistry({ upstream: origin.url, now: () => now })
  await ask(`${registry.url}a`)
  await origin.publish('a 1.1.0:')
  now += 301_000
  expect((await ask(`${registry.url}a`)).json['dist-tags']).toEqual({ latest: '1.0.0' })
  while ((await ask(`${registry.url}a`)).json['dist-tags'].latest !== '1.1.0')
    await new Promise((resolve) => setImmediate(resolve))
  expect((await origin.requests()).length).toBe(2)
})

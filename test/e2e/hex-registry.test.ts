/** The registry as Hex clients see it. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hexTarball, tar } from '../../apps/registry/test/hex/hex-tarballs.ts'
import { askHex, publishHex, readRecord } from './hex-requests.ts'
import { ask, login, publish } from './registry-requests.ts'

let registry: TestRegistry
let bob: string

beforeAll(async () => {
  registry = await startRegistry()
  bob = (await login(registry, { name: 'bob', password: 'secret' })).json.token
})
afterAll(() => registry.close())

describe('a publish', () => {
  test('by either route is in the record, signed, with both checksums and its requirements', async () => {
    const tarball = hexTarball({ name: 'bar', version: '1.0.0', requirements: { foo: '~> 1.0' } })
    const first = await askHex(registry, 'api/publish?replace=false', {
      method: 'POST',
      key: registry.token,
      body: tarball,
    })
    expect([first.status, first.headers.get('location')]).toEqual([
      201,
      `${registry.url}api/packages/bar/releases/1.0.0`,
    ])
    const outer = createHash('sha256').update(tarball).digest('hex')
    expect(first.value).toMatchObject({
      version: '1.0.0',
      checksum: outer,
      has_docs: false,
      requirements: { foo: { app: 'foo', requirement: '~> 1.0', optional: false } },
      configs: { 'mix.exs': '{:bar, "~> 1.0", repo: "alkahest"}', 'rebar.config': '{bar, "1.0.0"}' },
      publisher: { username: 'tester' },
      retirement: null,
    })
    expect((await publishHex(registry, { name: 'bar', version: '1.10.0' })).status).toBe(201)
    expect((await publishHex(registry, { name: 'bar', version: '1.9.0' })).status).toBe(201)
    const record = await readRecord(registry, 'repo/packages/bar')
    expect(record).toMatchObject({
      name: 'bar',
      repository: 'alkahest',
      releases: [
        {
          version: '1.0.0',
          outerChecksum: outer,
          dependencies: [{ package: 'foo', requirement: '~> 1.0', optional: false }],
        },
        { version: '1.9.0' },
        { version: '1.10.0' },
      ],
    })
    const served = await askHex(registry, 'repo/tarballs/bar-1.0.0.tar')
    expect(served.bytes.equals(tarball)).toBe(true)
  })

  test('is repeated with the same bytes, refused with others, also with replace', async () => {
    const wanted = { name: 'again', version: '1.0.0' }
    expect((await publishHex(registry, wanted)).status).toBe(201)
    expect((await publishHex(registry, wanted)).status).toBe(201)
    const other = { ...wanted, requirements: { foo: '~> 2.0' } }
    expect((await publishHex(registry, other)).value).toEqual({
      status: 422,
      message: 'Validation error(s)',
      errors: { inserted_at: 'is published already, and a published version never changes here: publish another one' },
    })
    const replaced = await askHex(registry, 'api/publish?replace=true', {
      method: 'POST',
      key: registry.token,
      body: hexTarball(other),
    })
    expect([replaced.status, replaced.value.errors.version]).toEqual([
      422,
      'is published, and a published version never changes here: publish another one',
    ])
  })

  test('of one version 20 times at once has one winner, whose bytes are served', async () => {
    const tarballs = Array.from({ length: 20 }, (_, entry) =>
      hexTarball({ name: 'raced', version: '1.0.0', requirements: { [`dep_${entry}`]: '~> 1.0' } }),
    )
    const answers = await Promise.all(
      tarballs.map((body) => askHex(registry, 'api/publish', { method: 'POST', key: registry.token, body })),
    )
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(19)
    const winner = answers.findIndex(({ status }) => status === 201)
    const { bytes } = await askHex(registry, 'repo/tarballs/raced-1.0.0.tar')
    expect(bytes.equals(tarballs[winner]!)).toBe(true)
    expect(await readRecord(registry, 'repo/packages/raced')).toMatchObject({
      releases: [
        {
          outerChecksum: createHash('sha256').update(bytes).digest('hex'),
          dependencies: [{ package: `dep_${winner}` }],
        },
      ],
    })
  })

  test('of 50 versions at once leaves all of them', async () => {
    const versions = Array.from({ length: 50 }, (_, patch) => `1.0.${patch}`)
    const answers = await Promise.all(versions.map((version) => publishHex(registry, { name: 'many', version })))
    expect(answers.map(({ status }) => status)).toEqual(versions.map(() => 201))
    const record = await readRecord(registry, 'repo/packages/many')
    expect(typeof record === 'number' ? record : record.releases.map(({ version }) => version)).toEqual(versions)
  })

  test('is refused for what is wrong with it, in words that clients print', async () => {
    const told = async (wanted: Parameters<typeof hexTarball>[0], path = 'api/publish') => {
      const { status, value } = await askHex(registry, path, {
        method: 'POST',
        key: registry.token,
        body: hexTarball(wanted),
      })
      return [status, value.errors]
    }
    expect(await told({ name: 'Bad', version: '1.0.0' })).toEqual([
      422,
      { name: 'name in metadata.config of the tarball: "Bad" is not a name (letters a to z, digits, underscores)' },
    ])
    expect(await told({ name: 'other', version: '1.0.0' }, 'api/packages/bar/releases')).toEqual([
      422,
      { name: 'the tarball is of other, not of bar' },
    ])
    expect((await told({ name: 'bar', version: '2.0.0', checksum: 'AA' }))[0]).toBe(422)
    const hostile = { name: 'hostile', version: '1.0.0', contents: gzipSync(tar([{ path: '../x', content: '' }])) }
    expect(await told(hostile)).toEqual([
      422,
      { tar: 'the tarball is not a Hex package: "../x": its path leaves the package' },
    ])
    const empty = await askHex(registry, 'api/publish', { method: 'POST', key: registry.token, body: new Uint8Array() })
    expect([empty.status, empty.value.errors]).toEqual([
      422,
      { tar: 'the tarball is not a Hex package: the archive is damaged (Unrecognized archive format)' },
    ])
    expect(await readRecord(registry, 'repo/packages/hostile')).toBe(404)
  })

  test('needs a key that may, of an account that owns the package', async () => {
    const wanted = { name: 'owned', version: '1.0.0' }
    expect((await publishHex({ url: registry.url }, wanted)).value).toEqual({
      status: 401,
      message: 'missing authentication information',
    })
    expect((await publishHex(registry, wanted, { key: 'nonsense' })).value).toEqual({
      status: 401,
      message: 'invalid API key',
    })
    expect((await publishHex(registry, wanted, { key: bob })).status).toBe(201)
    await login(registry, { name: 'carol', password: 'secret' })
    const carol = (await login(registry, { name: 'carol', password: 'secret' })).json.token
    expect((await publishHex(registry, { ...wanted, version: '1.1.0' }, { key: carol })).value).toEqual({
      status: 403,
      message: 'account not authorized for this action',
    })
    // The administrator may.
    expect((await publishHex(registry, { ...wanted, version: '1.1.0' })).status).toBe(201)
  })

  test('of a name that npm has too is another package', async () => {
    await publish(registry, 'both 1.0.0:')
    expect((await publishHex(registry, { name: 'both', version: '1.0.0' }, { key: bob })).status).toBe(201)
    expect((await ask(`${registry.url}both/1.0.0`)).json._npmUser.name).toBe('tester')
    expect((await askHex(registry, 'api/packages/both')).value.owners).toEqual([
      { username: 'bob', email: null, level: 'full' },
    ])
  })
})

describe('the repository', () => {
  test('answers everything with an ETag, and 304 to who has it', async () => {
    await publishHex(registry, { name: 'tagged', version: '1.0.0' })
    for (const path of ['names', 'versions', 'packages/tagged', 'tarballs/tagged-1.0.0.tar', 'public_key']) {
      const first = await askHex(registry, `repo/${path}`)
      const etag = first.headers.get('etag') ?? ''
      expect([path, first.status, etag]).toEqual([path, 200, expect.stringMatching(/^"[0-9a-f]{32}"$/)])
      // What rebar3 sends the first time.
      expect((await askHex(registry, `repo/${path}`, { headers: { 'if-none-match': '' } })).status).toBe(200)
      const second = await askHex(registry, `repo/${path}`, { headers: { 'if-none-match': etag } })
      expect([path, second.status, second.bytes.length]).toEqual([path, 304, 0])
    }
    const before = (await askHex(registry, 'repo/packages/tagged')).headers.get('etag')
    await publishHex(registry, { name: 'tagged', version: '1.1.0' })
    const after = await askHex(registry, 'repo/packages/tagged', { headers: { 'if-none-match': before ?? '' } })
    expect(after.status).toBe(200)
  })

  test('is found with two slashes, and says 404 for what it has not', async () => {
    await publishHex(registry, { name: 'slashes', version: '1.0.0' })
    expect((await askHex(registry, 'repo//packages/slashes')).status).toBe(200)
    const missing = [
      'packages/nothing',
      'packages/Nothing',
      'tarballs/nothing-1.0.0.tar',
      'tarballs/slashes-9.0.0.tar',
      'tarballs/x',
      'docs/slashes-1.0.0.tar.gz',
    ]
    for (const path of missing) expect([path, (await askHex(registry, `repo/${path}`)).status]).toEqual([path, 404])
    expect((await askHex(registry, 'repo/repos/nothing/packages/x')).status).toBe(401)
    expect((await askHex(registry, 'repo/repos/nothing/packages/x', { key: registry.token })).status).toBe(404)
  })
})

describe('what is published', () => {
  test('is retired and brought back', async () => {
    await publishHex(registry, { name: 'old', version: '1.0.0' })
    const retire = 'api/packages/old/releases/1.0.0/retire'
    const wrong = await askHex(registry, retire, { method: 'POST', key: registry.token, body: { reason: 'bored' } })
    expect(wrong.value.errors).toEqual({ reason: 'is none of other, invalid, security, deprecated, renamed' })
    const body = { reason: 'security', message: 'it leaks' }
    expect((await askHex(registry, retire, { method: 'POST', key: bob, body })).status).toBe(403)
    expect((await askHex(registry, retire, { method: 'POST', key: registry.token, body })).status).toBe(204)
    expect(await readRecord(registry, 'repo/packages/old')).toMatchObject({ releases: [{ retirement: body }] })
    expect((await askHex(registry, 'api/packages/old')).value.retirements).toEqual({ '1.0.0': body })
    expect((await askHex(registry, retire, { method: 'DELETE', key: registry.token })).status).toBe(204)
    expect((await askHex(registry, 'api/packages/old')).value.retirements).toEqual({})
    const logs = (await askHex(registry, 'api/packages/old/audit-logs')).value
    expect(logs.map(({ action }: { action: string }) => action)).toEqual(['unretired', 'retired', 'published'])
  })

  test('is reverted for ever', async () => {
    await publishHex(registry, { name: 'gone', version: '1.0.0' })
    const path = 'api/packages/gone/releases/1.0.0'
    expect((await askHex(registry, path, { method: 'DELETE', key: bob })).status).toBe(403)
    expect((await askHex(registry, path, { method: 'DELETE', key: registry.token })).status).toBe(204)
    expect(await readRecord(registry, 'repo/packages/gone')).toBe(404)
    expect((await askHex(registry, 'repo/tarballs/gone-1.0.0.tar')).status).toBe(404)
    expect((await askHex(registry, path, { method: 'DELETE', key: registry.token })).status).toBe(404)
    expect((await publishHex(registry, { name: 'gone', version: '1.0.0' })).value.errors).toEqual({
      version: "was reverted, and a version's number is never used again",
    })
  })

  test('has owners with levels, one full at least', async () => {
    await publishHex(registry, { name: 'shared', version: '1.0.0' }, { key: bob })
    const put = (user: string, body: object, key = bob) =>
      askHex(registry, `api/packages/shared/owners/${user}`, { method: 'PUT', key, body })
    expect((await put('nobody', { level: 'full' })).status).toBe(404)
    expect((await put('bob', { level: 'maintainer' })).value.errors).toEqual({
      owners: 'a package keeps at least one full owner',
    })
    expect((await put('carol@example.com', { level: 'maintainer' })).status).toBe(204)
    const carol = (await login(registry, { name: 'carol', password: 'secret' })).json.token
    expect((await publishHex(registry, { name: 'shared', version: '1.1.0' }, { key: carol })).status).toBe(201)
    expect((await put('tester', { level: 'full' }, carol)).status).toBe(403)
    const owners = (await askHex(registry, 'api/packages/shared/owners', { key: bob })).value
    expect(owners.map(({ username, level }: Record<string, string>) => `${username} ${level}`)).toEqual([
      'bob full',
      'carol maintainer',
    ])
    expect((await put('carol', { level: 'full', transfer: true })).status).toBe(204)
    expect((await askHex(registry, 'api/packages/shared/owners/bob', { key: carol })).status).toBe(404)
    const last = await askHex(registry, 'api/packages/shared/owners/carol', { method: 'DELETE', key: carol })
    expect(last.status).toBe(422)
  })

  test('is searched and described, in terms and in JSON', async () => {
    await publishHex(registry, { name: 'needle_one', version: '0.3.1' })
    await publishHex(registry, { name: 'needle_one', version: '1.0.0-rc.1' })
    const found = (await askHex(registry, 'api/packages?search=needle&sort=downloads', { json: true })).value
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      name: 'needle_one',
      latest_version: '1.0.0-rc.1',
      latest_stable_version: '0.3.1',
      configs: { 'mix.exs': '{:needle_one, "~> 0.3.1", repo: "alkahest"}' },
      meta: {
        description: 'the package needle_one',
        licenses: ['MIT'],
        links: { Home: 'https://example.com/needle_one' },
      },
    })
    expect((await askHex(registry, 'api/packages?search=needle')).value).toEqual(found)
    expect((await askHex(registry, 'api/repos/hexpm/packages/needle_one')).value).toEqual(found[0])
    expect((await askHex(registry, 'api/packages/nothing')).value).toEqual({ status: 404, message: 'Page not found' })
  })
})

describe('documentation', () => {
  const docs = (files: Record<string, string>) =>
    gzipSync(tar(Object.entries(files).map(([path, content]) => ({ path, content }))))

  test('is published, served as pages in a sandbox, and removed', async () => {
    await publishHex(registry, { name: 'documented', version: '1.0.0' })
    const path = 'api/packages/documented/releases/1.0.0/docs'
    const archive = docs({ 'index.html': '<h1>Hello</h1>', 'dist/app.js': 'let a' })
    const sent = await askHex(registry, path, { method: 'POST', key: registry.token, body: archive })
    const page = 'http://x/-/hex/docs/alkahest/documented/1.0.0/index.html'.replace('http://x/', registry.url)
    expect([sent.status, sent.headers.get('location')]).toEqual([201, page])
    expect((await askHex(registry, 'repo/docs/documented-1.0.0.tar.gz')).bytes.equals(archive)).toBe(true)
    const shown = await ask(page)
    expect([shown.text, shown.headers.get('content-type')]).toEqual(['<h1>Hello</h1>', 'text/html; charset=utf-8'])
    expect(shown.headers.get('content-security-policy')).toMatch(/^sandbox allow-scripts/)
    expect((await ask(page.replace('index.html', 'dist/app.js'))).text).toBe('let a')
    expect((await ask(page.replace('index.html', 'nothing.html'))).status).toBe(404)
    const redirect = await askHex(registry, path)
    expect([redirect.status, redirect.headers.get('location')]).toEqual([
      302,
      `${registry.url}repo/docs/documented-1.0.0.tar.gz`,
    ])
    expect((await askHex(registry, path, { method: 'DELETE', key: registry.token })).status).toBe(204)
    expect((await ask(page)).status).toBe(404)
  })

  test('needs a first page, and no folder like a version', async () => {
    await publishHex(registry, { name: 'half', version: '1.0.0' })
    const send = async (body: Uint8Array) =>
      (await askHex(registry, 'api/packages/half/releases/1.0.0/docs', { method: 'POST', key: registry.token, body }))
        .value.errors
    expect(await send(docs({ 'a.html': '' }))).toEqual({ tar: 'holds no index.html at its root' })
    expect(await send(docs({ 'index.html': '', '1.2.3/index.html': '' }))).toEqual({
      tar: 'holds 1.2.3 at its root, which looks like a version',
    })
    expect((await send(Buffer.from('x'))).tar).toMatch('the documentation of half 1.0.0')
  })
})

describe('accounts and keys', () => {
  const keys = (key: string, body: object) => askHex(registry, 'api/keys', { method: 'POST', key, body })

  test('are those of npm, made by either side', async () => {
    const body = { username: 'dave', email: 'dave@example.com', password: 'secret' }
    const made = await askHex(registry, 'api/users', { method: 'POST', body })
    expect([made.status, made.value.username]).toEqual([201, 'dave'])
    const again = await askHex(registry, 'api/users', { method: 'POST', body })
    expect([again.status, again.value.errors]).toEqual([422, { username: 'has already been taken' }])
    expect((await login(registry, { name: 'dave', password: 'secret' })).status).toBe(201)
    const basic = `Basic ${Buffer.from('dave:secret').toString('base64')}`
    const key = (await keys(basic, { name: 'laptop' })).value
    expect(key).toMatchObject({ name: 'laptop', permissions: [{ domain: 'api', resource: null }] })
    expect((await keys(basic, { name: 'laptop' })).value.name).toBe('laptop-2')
    expect((await publishHex(registry, { name: 'of_dave', version: '1.0.0' }, { key: key.secret })).status).toBe(201)
    const me = (await askHex(registry, 'api/users/me', { key: key.secret })).value
    expect(me).toMatchObject({
      username: 'dave',
      email: 'dave@example.com',
      owned_packages: { of_dave: `${registry.url}api/packages/of_dave` },
    })
    expect((await askHex(registry, 'api/users/dave')).value).toMatchObject({ username: 'dave', email: null })
    const wrong = `Basic ${Buffer.from('dave:wrong').toString('base64')}`
    expect((await keys(wrong, { name: 'x' })).value.message).toBe('invalid username and password combination')
  })

  test('do what they say and nothing else, on this side and on the other', async () => {
    const make = async (permissions: object[]) =>
      (await keys(registry.token, { name: 'k', permissions })).value.secret as string
    const reading = await make([{ domain: 'api', resource: 'read' }])
    expect((await askHex(registry, 'api/users/me', { key: reading })).status).toBe(200)
    const refused = await publishHex(registry, { name: 'never', version: '1.0.0' }, { key: reading })
    expect([refused.status, refused.value.message]).toEqual([401, 'key not authorized for this action'])
    expect((await keys(reading, { name: 'more' })).status).toBe(401)
    const one = await make([{ domain: 'package', resource: 'alkahest/only_this' }])
    expect((await publishHex(registry, { name: 'only_this', version: '1.0.0' }, { key: one })).status).toBe(201)
    expect((await publishHex(registry, { name: 'not_this', version: '1.0.0' }, { key: one })).status).toBe(401)
    expect((await keys(one, { name: 'more', permissions: [{ domain: 'api' }] })).status).toBe(401)
    const whole = await make([{ domain: 'api' }])
    expect((await publish({ url: registry.url, token: whole }, 'from-hex 1.0.0:')).status).toBe(403)
    const auth = async (key: string, query: string) => (await askHex(registry, `api/auth?${query}`, { key })).status
    expect([await auth(whole, 'domain=api&resource=write'), await auth(reading, 'domain=api&resource=write')]).toEqual([
      204, 401,
    ])
    expect([await auth(reading, 'domain=repositories'), await auth(registry.token, 'domain=repositories')]).toEqual([
      401, 204,
    ])
    const names = (await askHex(registry, 'api/keys', { key: reading })).value.map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(['k', 'k-2', 'k-3']))
    expect((await askHex(registry, 'api/keys/k', { method: 'DELETE', key: whole })).value).toMatchObject({
      name: 'k',
      authing_key: false,
    })
    expect((await askHex(registry, 'api/users/me', { key: reading })).value).toEqual({
      status: 401,
      message: 'invalid API key',
    })
  })
})

describe('an organisation', () => {
  test('is seen, read and published to by its members', async () => {
    const made = await askHex(registry, 'api/orgs', { method: 'POST', key: registry.token, body: { name: 'team' } })
    expect(made.status).toBe(201)
    expect((await askHex(registry, 'api/orgs', { method: 'POST', key: bob, body: { name: 'mine' } })).status).toBe(403)
    const secret = { name: 'secret', version: '1.0.0', requirements: { both: '~> 1.0', secret_too: '~> 1.0' } }
    expect((await publishHex(registry, secret, { key: bob, organisation: 'team' })).status).toBe(404)
    const member = (role: string) =>
      askHex(registry, 'api/orgs/team/members', { method: 'POST', key: registry.token, body: { name: 'bob', role } })
    await member('read')
    expect((await publishHex(registry, secret, { key: bob, organisation: 'team' })).status).toBe(403)
    await member('write')
    expect(
      (await publishHex(registry, { name: 'secret_too', version: '1.0.0' }, { key: bob, organisation: 'team' })).status,
    ).toBe(201)
    expect((await publishHex(registry, secret, { key: bob, organisation: 'team' })).status).toBe(201)
    expect(await readRecord(registry, 'repo/repos/team/packages/secret', bob)).toMatchObject({
      repository: 'team',
      releases: [{ dependencies: [{ package: 'both', repository: 'alkahest' }, { package: 'secret_too' }] }],
    })
    expect(await readRecord(registry, 'repo/repos/team/packages/secret')).toBe(401)
    const carol = (await login(registry, { name: 'carol', password: 'secret' })).json.token
    expect(await readRecord(registry, 'repo/repos/team/packages/secret', carol)).toBe(404)
    expect(await readRecord(registry, 'repo/packages/secret', bob)).toBe(404)
    const search = async (key: string) => (await askHex(registry, 'api/packages?search=secret', { key })).value.length
    expect([await search(bob), await search(carol)]).toEqual([2, 0])
    const reader = (await askHex(registry, 'api/orgs/team/keys', { method: 'POST', key: bob, body: { name: 'ci' } }))
      .value
    expect(reader.permissions).toEqual([{ domain: 'repository', resource: 'team' }])
    expect((await askHex(registry, 'repo/repos/team/tarballs/secret-1.0.0.tar', { key: reader.secret })).status).toBe(
      200,
    )
    expect((await askHex(registry, 'api/users/me', { key: reader.secret })).status).toBe(401)
    const { headers } = await askHex(registry, 'repo/repos/team/tarballs/secret-1.0.0.tar', { key: bob })
    expect(headers.get('cache-control')).toMatch('private')
    const removed = await askHex(registry, 'api/orgs/team/members/bob', { method: 'DELETE', key: registry.token })
    expect([removed.status, await readRecord(registry, 'repo/repos/team/packages/secret', bob)]).toEqual([204, 404])
  })
})

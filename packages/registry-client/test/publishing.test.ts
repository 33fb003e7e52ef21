import { asVersion, parsePackageName } from '@alkahest/core'
import { describe, expect, test } from 'vitest'
import { failureOf, fakeRegistry, homeFor, packument } from './fake-registry.ts'
import type { FakeRegistry } from './fake-registry.ts'

const name = parsePackageName('@team/lib')
const version = (text: string) => asVersion(text)!

/** A registry that has `@team/lib` and says yes to every change. */
async function willing(): Promise<FakeRegistry> {
  const registry = await fakeRegistry()
  const document = packument(registry, '@team/lib', { '1.0.0': {}, '1.1.0': {}, '2.0.0-rc.1': {} })
  registry.documents.set('@team/lib', {
    ...document,
    _rev: '7-abc',
    maintainers: [{ name: 'ann', email: 'ann@example.org' }, { name: 'bob' }],
    'dist-tags': { latest: '1.1.0', next: '2.0.0-rc.1' },
  })
  registry.features.cacheControl = 'max-age=300'
  registry.answer = (line, response) => {
    if (line.startsWith('GET')) return false
    response.writeHead(201).end('created')
    return true
  }
  return registry
}

test('publish sends the body, and what was known of the name is forgotten', async () => {
  const registry = await willing()
  const { open } = homeFor(registry)
  const client = await open()
  await client.packageVersions(name)
  const body = { name: '@team/lib', versions: { '3.0.0': {} }, _attachments: {} }
  await client.publish(body, { otp: '123456' })
  expect(registry.asked[1]).toMatchObject({
    line: 'PUT /@team%2flib',
    body,
    headers: { 'npm-command': 'publish', 'npm-otp': '123456', 'content-type': 'application/json' },
  })
  await client.packageVersions(name)
  await (await open()).packageVersions(name)
  expect(registry.lines()).toEqual(['GET /@team%2flib', 'PUT /@team%2flib', 'GET /@team%2flib'])
})

describe('a refused publish', () => {
  const hints = {
    REGISTRY_UNAUTHORIZED: 'log in with `alk login`, or put a valid token into .npmrc',
    REGISTRY_OTP_NEEDED: 'give the one-time password of your authenticator with --otp',
    REGISTRY_FORBIDDEN: 'ask the owner of the package or the operator of the registry',
    REGISTRY_CONFLICT: 'a published version never changes; publish under a new version',
    REGISTRY_ERROR: 'try again later; the log of the registry says more',
  }

  test.each([
    ['REGISTRY_UNAUTHORIZED', 401, {}, 'You must be logged in'],
    ['REGISTRY_OTP_NEEDED', 401, { 'www-authenticate': 'OTP' }, 'one-time pass'],
    ['REGISTRY_FORBIDDEN', 403, {}, 'this scope is not claimed'],
    ['REGISTRY_CONFLICT', 409, {}, 'You cannot publish over the previously published versions: 1.0.0.'],
    ['REGISTRY_ERROR', 503, {}, 'read-only'],
  ] as const)('%s', async (...row) => {
    const [code, status, headers, error] = row
    const registry = await fakeRegistry()
    registry.answer = (_line, response) => Boolean(response.writeHead(status, headers).end(JSON.stringify({ error })))
    const client = await homeFor(registry).open()
    expect(await failureOf(client.publish({ name: '@team/lib', versions: { '1.0.0': {} } }))).toEqual({
      code,
      message: `cannot publish @team/lib@1.0.0: ${registry.url.slice(0, -1)} answered ${status}: ${error}`,
      hint: hints[code],
    })
    expect(registry.lines()).toEqual(['PUT /@team%2flib'])
  })
})

describe('deprecating', () => {
  test('changes the versions named and sends no attachments', async () => {
    const registry = await willing()
    const client = await homeFor(registry).open()
    await client.deprecate(name, [version('1.0.0')], { message: 'use 2' })
    const sent = registry.asked[1]
    expect([registry.lines()[0], sent?.line]).toEqual(['GET /@team%2flib?write=true', 'PUT /@team%2flib'])
    expect(sent?.headers['npm-command']).toBe('deprecate')
    expect([sent?.body._rev, sent?.body._attachments]).toEqual(['7-abc', undefined])
    const messages = Object.entries(sent?.body.versions as Record<string, { deprecated?: string }>)
    expect(messages.map(([each, { deprecated }]) => [each, deprecated])).toEqual([
      ['1.0.0', 'use 2'],
      ['1.1.0', undefined],
      ['2.0.0-rc.1', undefined],
    ])
  })

  test('a version that is not there is an error', async () => {
    const registry = await willing()
    const client = await homeFor(registry).open()
    expect(await failureOf(client.deprecate(name, [version('9.0.0')], { message: '' }))).toEqual({
      code: 'REGISTRY_NOT_FOUND',
      message: '@team/lib has no version 9.0.0',
      hint: '`alk info @team/lib` lists its versions',
    })
  })
})

describe('unpublishing', () => {
  test('a version takes it out of the document, then its file', async () => {
    const registry = await willing()
    const client = await homeFor(registry).open()
    await client.unpublish(name, version('1.1.0'))
    expect(registry.lines()).toEqual([
      'GET /@team%2flib?write=true',
      'PUT /@team%2flib/-rev/7-abc',
      'GET /@team%2flib?write=true',
      'DELETE /@team%2flib/-/lib-1.1.0.tgz/-rev/7-abc',
    ])
    const { body } = registry.asked[1]!
    expect([Object.keys(body.versions), body['dist-tags']]).toEqual([
      ['1.0.0', '2.0.0-rc.1'],
      { latest: '1.0.0', next: '2.0.0-rc.1' },
    ])
  })

  test('everything is one request', async () => {
    const registry = await willing()
    await (await homeFor(registry).open()).unpublish(name)
    expect(registry.lines()).toEqual(['GET /@team%2flib?write=true', 'DELETE /@team%2flib/-rev/7-abc'])
  })

  test('the only version is everything', async () => {
    const registry = await willing()
    packument(registry, 'one', { '1.0.0': {} })
    await (await homeFor(registry).open()).unpublish(parsePackageName('one'), version('1.0.0'))
    expect(registry.lines().at(-1)).toBe('DELETE /one/-rev/undefined')
  })
})

test('dist-tags are read, set and removed', async () => {
  const registry = await willing()
  const { answer } = registry
  registry.answer = (line, response, asked) =>
    line === 'GET /-/package/@team%2flib/dist-tags'
      ? Boolean(response.end('{"latest":"1.0.0","_etag":"x"}'))
      : answer(line, response, asked)
  const client = await homeFor(registry).open()
  expect(await client.distTags(name)).toEqual({ latest: '1.0.0' })
  await client.setDistTag(name, 'next', { version: version('1.0.0') })
  await client.removeDistTag(name, 'next')
  expect(registry.asked.map(({ line, body }) => [line, body]).slice(1)).toEqual([
    ['PUT /-/package/@team%2flib/dist-tags/next', '1.0.0'],
    ['DELETE /-/package/@team%2flib/dist-tags/next', undefined],
  ])
})

describe('owners', () => {
  test('are read, added with what the registry knows of them, and removed', async () => {
    const registry = await willing()
    const { answer } = registry
    registry.answer = (line, response, asked) =>
      line.startsWith('GET /-/user/')
        ? Boolean(response.end('{"name":"eve","email":"eve@example.org"}'))
        : answer(line, response, asked)
    const client = await homeFor(registry).open()
    const [ann, bob] = [{ name: 'ann', email: 'ann@example.org' }, { name: 'bob' }]
    expect(await client.owners(name)).toEqual([ann, { name: 'bob', email: undefined }])
    await client.addOwner(name, 'eve')
    await client.removeOwner(name, 'bob')
    const sent = registry.asked.filter(({ line }) => line.startsWith('PUT'))
    expect(sent.map(({ line, body }) => [line, body])).toEqual([
      [
        'PUT /@team%2flib/-rev/7-abc',
        { _id: '@team/lib', _rev: '7-abc', maintainers: [ann, bob, { name: 'eve', email: 'eve@example.org' }] },
      ],
      ['PUT /@team%2flib/-rev/7-abc', { _id: '@team/lib', _rev: '7-abc', maintainers: [ann] }],
    ])
  })

  test('one always stays', async () => {
    const registry = await willing()
    registry.documents.set('a', { ...packument(registry, 'a', { '1.0.0': {} }), maintainers: [{ name: 'ann' }] })
    const client = await homeFor(registry).open()
    expect(await failureOf(client.removeOwner(parsePackageName('a'), 'ann'))).toEqual({
      code: 'REGISTRY_FORBIDDEN',
      message: 'cannot remove ann from the owners of a: a package needs an owner',
      hint: 'add another owner first',
    })
  })
})

test('access is set, collaborators are read', async () => {
  const registry = await willing()
  const { answer } = registry
  registry.answer = (line, response, asked) =>
    line.endsWith('/collaborators') ? Boolean(response.end('{"ann":"read-write"}')) : answer(line, response, asked)
  const client = await homeFor(registry).open()
  await client.setAccess(name, 'restricted')
  expect(registry.asked[0]).toMatchObject({
    line: 'POST /-/package/@team%2flib/access',
    body: { access: 'restricted' },
  })
  expect(await client.collaborators(name)).toEqual({ ann: 'read-write' })
})

test('the full document, for people', async () => {
  const registry = await willing()
  const client = await homeFor(registry).open()
  expect(await client.document(name)).toMatchObject({ name: '@team/lib', _rev: '7-abc' })
  expect(await client.document(parsePackageName('gone'))).toBe('missing')
})

import type { PackageName } from '@alkahest/core'
import { expect, test } from 'vitest'
import { revisionOf } from '../src/closure-document.ts'
import { fakeRegistry, homeFor, packument } from './fake-registry.ts'
import type { FakeRegistry } from './fake-registry.ts'

const a = 'a' as PackageName
const wanted = [{ name: a, alias: 'a', specifier: '^1' }]
const options = { onLacking: () => undefined }

/** Answers closures of `a` and of a name that is not its own. */
function offer(registry: FakeRegistry, names: readonly string[]): void {
  const lines = [
    { closure: 2, tarballs: registry.url },
    ...names.map((name) => ({ name, tags: {}, versions: '1.0.0' })),
  ].map((line) => `${JSON.stringify(line)}\n`)
  const before = Buffer.from(lines.join(''))
  const revision = revisionOf(before)
  const body = `${before.toString()}${JSON.stringify({ revision, packages: names.length, versions: 0 })}\n`
  registry.answer = (line, response, { headers }) => {
    if (line === 'POST /-/alkahest/closure') {
      if (headers['if-none-match'] === `"${revision}"`) response.writeHead(304).end()
      else response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(body)
      return true
    }
    if (line.startsWith('GET ')) response.setHeader('alkahest-closure', '2')
    return false
  }
}

test('a registry that never said that it has closures is asked for none, not even whether it has them', async () => {
  const registry = await fakeRegistry()
  packument(registry, 'a', { '1.0.0': {} })
  const client = await homeFor(registry).open()
  await client.packageVersions(a)
  expect(client.mayHaveClosure(a)).toBe(false)
  expect(await client.closure(wanted, options)).toEqual({ packages: new Map(), notes: [] })
  expect(registry.lines()).toEqual(['GET /a'])
})

test('one that said so is asked once, by the next process with what it said before', async () => {
  const registry = await fakeRegistry()
  packument(registry, 'a', { '1.0.0': {} })
  offer(registry, ['a'])
  const world = homeFor(registry)
  const client = await world.open()
  await client.packageVersions(a)
  expect(client.mayHaveClosure(a)).toBe(true)
  for (let count = 0; count < 2; count++)
    expect([...(await client.closure(wanted, options)).packages.keys()]).toEqual([a])
  const next = await world.open()
  expect([...(await next.closure(wanted, { ...options, publishedAfter: 1000 })).packages.keys()]).toEqual([a])
  expect(registry.lines()).toEqual(['GET /a', 'POST /-/alkahest/closure', 'POST /-/alkahest/closure'])
  const [, first, second] = registry.asked
  expect([first?.body, first?.headers['if-none-match']]).toEqual([{ requirements: { a: ['^1'] } }, undefined])
  expect(second?.body).toEqual({ requirements: { a: ['^1'] }, publishedBefore: '1970-01-01T00:00:01.000Z' })
  expect(second?.headers['if-none-match']).toMatch(/^"[\w-]{32}"$/)
})

test('the attack: a registry speaks about a name that another one is configured for, and is not heard', async () => {
  const [registry, own] = [await fakeRegistry(), await fakeRegistry()]
  packument(registry, 'a', { '1.0.0': {} })
  offer(registry, ['a', '@own/secret'])
  const client = await homeFor(registry, `@own:registry=${own.url}`).open()
  await client.packageVersions(a)
  expect([...(await client.closure(wanted, options)).packages.keys()]).toEqual([a])
  expect(own.lines()).toEqual([])
})

test('after a publish what was known is asked for again', async () => {
  const registry = await fakeRegistry()
  packument(registry, 'a', { '1.0.0': {} })
  offer(registry, ['a'])
  const client = await homeFor(registry).open()
  await client.packageVersions(a)
  await client.closure(wanted, options)
  const { answer } = registry
  registry.answer = (line, response, asked) => {
    if (!line.startsWith('PUT ')) return answer(line, response, asked)
    response.writeHead(201).end('{}')
    return true
  }
  await client.publish({ name: 'a', versions: {} })
  await client.closure(wanted, options)
  expect(registry.lines().filter((line) => line.startsWith('POST'))).toHaveLength(2)
})

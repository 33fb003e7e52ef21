import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { asVersion, parsePackageName } from '@alkahest/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { registryTarballUrl } from '../src/index.ts'
import { failureOf, fakeRegistry, homeFor, packument, readAll } from './fake-registry.ts'

const name = parsePackageName('@team/lib')
const version = asVersion('1.0.0')!
const target = { name, version }

describe('the address', () => {
  test('by the rule of the registry', () => {
    expect(registryTarballUrl('http://h/npm', name, version)).toBe('http://h/npm/@team/lib/-/lib-1.0.0.tgz')
    expect(registryTarballUrl('http://h/', parsePackageName('a'), version)).toBe('http://h/a/-/a-1.0.0.tgz')
  })

  const here = { url: 'http://here:1/npm/' }
  const elsewhere = 'http://elsewhere/path/@team/lib/-/lib-1.0.0.tgz?x=1'
  test.each([
    ['none given: the rule', [], undefined, 'http://here:1/npm/@team/lib/-/lib-1.0.0.tgz'],
    ['the registry’s own host', [], 'http://here:1/files/x.tgz', 'http://here:1/files/x.tgz'],
    ['another host', [], elsewhere, elsewhere],
    [
      'another host, always',
      ['replace-registry-host=always'],
      elsewhere,
      'http://here:1/npm/path/@team/lib/-/lib-1.0.0.tgz?x=1',
    ],
    [
      'that host',
      ['replace-registry-host=elsewhere'],
      elsewhere,
      'http://here:1/npm/path/@team/lib/-/lib-1.0.0.tgz?x=1',
    ],
    [
      'that address',
      ['replace-registry-host=http://elsewhere/path'],
      elsewhere,
      'http://here:1/npm/@team/lib/-/lib-1.0.0.tgz?x=1',
    ],
    ['a longer path', ['replace-registry-host=http://elsewhere/pa'], elsewhere, elsewhere],
    ['a third host', ['replace-registry-host=third'], elsewhere, elsewhere],
  ])('%s', async (...row) => {
    const [, lines, url, wanted] = row
    const client = await homeFor(here, ...lines).open()
    expect(await client.tarballUrl({ ...target, ...(url === undefined ? {} : { url }) })).toBe(wanted)
  })

  test('of npm’s public registry moves to the configured one, unless that is switched off', async () => {
    const { open } = homeFor(here)
    const client = await open()
    const { loadNpmConfig } = await import('@alkahest/npm-config')
    const publicRegistry = await (
      await loadNpmConfig({ cwd: '/nowhere', env: { npm_config_registry: here.url } })
    ).publicRegistry()
    const url = registryTarballUrl(publicRegistry, name, version)
    expect(await client.tarballUrl({ ...target, url })).toBe('http://here:1/npm/@team/lib/-/lib-1.0.0.tgz')
    const never = await homeFor(here, 'replace-registry-host=never').open()
    expect(await never.tarballUrl({ ...target, url })).toBe(url)
  })
})

describe('the bytes', () => {
  test('come from the address of the candidate, with the registry’s token, as they are', async () => {
    const registry = await fakeRegistry()
    packument(registry, '@team/lib', { '1.0.0': {} })
    registry.answer = (line, response) => line.endsWith('.tgz') && Boolean(response.end('bytes'))
    const client = await homeFor(registry, `${registry.url.replace('http:', '')}:_authToken=secret`).open()
    const versions = await client.packageVersions(name)
    const candidate = versions === 'missing' ? undefined : versions.candidate(version)
    expect(await readAll(client.tarball(candidate!))).toBe('bytes')
    expect(registry.asked[1]).toMatchObject({
      line: 'GET /@team/lib/-/lib-1.0.0.tgz',
      headers: { authorization: 'Bearer secret', 'accept-encoding': 'identity' },
    })
  })

  test('from another host get no token', async () => {
    const [registry, other] = [await fakeRegistry(), await fakeRegistry()]
    other.answer = (_line, response) => Boolean(response.end('bytes'))
    registry.answer = (_line, response) => Boolean(response.writeHead(302, { location: `${other.url}moved` }).end())
    const client = await homeFor(registry, `${registry.url.replace('http:', '')}:_authToken=secret`).open()
    await readAll(client.tarball({ ...target, url: `${other.url}x.tgz` }))
    await readAll(client.tarball(target))
    expect(registry.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret'])
    expect(other.asked.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
  })

  test('that break off are fetched again and continued', async () => {
    const whole = 'abcdefghij'
    const cuts = [3, 6, whole.length]
    let connections = 0
    const server = createServer((socket) => {
      socket.once('data', () => {
        const part = whole.slice(0, cuts[connections++])
        socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${whole.length}\r\n\r\n${part}`)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const { open } = homeFor({ url })
    expect(await readAll((await open()).tarball(target))).toBe(whole)
    expect(connections).toBe(3)

    connections = 0
    cuts.splice(0, 3, 3, 3, 3)
    expect(await failureOf(readAll((await open()).tarball(target)))).toEqual({
      code: 'REGISTRY_NONSENSE',
      message: `cannot get @team/lib@1.0.0: ${url.slice(0, -1)} broke off its answer after 3 of 10 bytes`,
      hint: 'check that the address is that of an npm registry, and what stands between it and this machine',
    })
  })

  test('that are missing are an error of their own', async () => {
    const registry = await fakeRegistry()
    const client = await homeFor(registry).open()
    const origin = registry.url.slice(0, -1)
    expect(await failureOf(readAll(client.tarball(target)))).toEqual({
      code: 'TARBALL_MISSING',
      message: `cannot get @team/lib@1.0.0: ${origin} lists it but has no tarball at /@team/lib/-/lib-1.0.0.tgz`,
      hint: 'ask the operator of the registry, or use another version',
    })
  })

  test('that are refused are refused in the words of the server', async () => {
    const registry = await fakeRegistry()
    registry.answer = (_line, response) => Boolean(response.writeHead(403).end('{"error":"blocked by policy"}'))
    const failure = await failureOf(readAll((await homeFor(registry).open()).tarball(target)))
    expect([failure.code, failure.message]).toEqual([
      'REGISTRY_FORBIDDEN',
      `cannot get @team/lib@1.0.0: ${registry.url.slice(0, -1)} answered 403: blocked by policy`,
    ])
  })

  test('are not fetched offline', async () => {
    const registry = await fakeRegistry()
    const client = await homeFor(registry).open({ offline: true })
    expect((await failureOf(readAll(client.tarball(target)))).message).toBe(
      'cannot get @team/lib@1.0.0: it is not in the cache, and the network must not be used',
    )
    expect(registry.lines()).toEqual([])
  })
})

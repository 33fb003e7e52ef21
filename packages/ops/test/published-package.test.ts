/** What becomes of a package after it was published, and who may do it: against a real registry. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import {
  createToken,
  deprecate,
  distTag,
  info,
  listTokens,
  owner,
  publish,
  publishWorkspace,
  revokeToken,
  search,
  unpublish,
} from '../src/index.ts'
import type { PublishReport } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World, WorldOptions } from './world.ts'

async function openLoggedIn(options: WorldOptions = {}): Promise<World> {
  const world = await openWorld({ flags: { claims: '@acme' }, ...options })
  const token = `//127.0.0.1:${world.registry.port}/:_authToken=${world.registry.token}\n`
  await world.tree.write({ 'home/.npmrc': `registry=${world.registry.url}\nfetch-retries=0\n${token}` })
  return world
}

const packages = ['left 1.0.0', 'left 1.1.0: right ^1', 'left 2.0.0-rc.1', 'right 1.0.0']

test('a version is deprecated, taken back, tagged and owned, and info tells it', async () => {
  await using world = await openLoggedIn({ packages })
  const there = world.at()
  const warned = await deprecate(there, { package: 'left@^1.0.0', message: 'use 2' })
  expect(warned).toEqual({
    name: 'left',
    registry: world.registry.url,
    versions: ['1.0.0', '1.1.0'],
    message: 'use 2',
  })
  await distTag(there, { package: 'left@1.0.0', change: { kind: 'add', tag: 'old' } })
  expect(await info(there, { package: 'left@old' })).toMatchObject({ version: '1.0.0', deprecated: 'use 2' })
  expect(await info(there, { package: 'left@^1' })).toMatchObject({
    version: '1.1.0',
    dependencies: { right: '^1' },
    owners: ['tester'],
    versions: ['1.0.0', '1.1.0', '2.0.0-rc.1'],
  })
  await deprecate(there, { package: 'left', message: '' })
  expect(await info(there, { package: 'left@1.0.0' })).toMatchObject({ deprecated: null })
  expect((await distTag(there, { package: 'left', change: { kind: 'remove', tag: 'old' } })).tags).not.toHaveProperty(
    'old',
  )
  expect(await owner(there, { package: 'left' })).toMatchObject({ owners: [{ name: 'tester' }] })
  expect(await unpublish(there, { package: 'left@1.0.0' })).toMatchObject({ name: 'left', version: '1.0.0' })
  expect((await info(there, { package: 'left' })).versions).toEqual(['1.1.0', '2.0.0-rc.1'])
  expect((await search(there, { text: 'right' })).packages.map(({ name }) => name)).toEqual(['right'])
})

test('another registry than the configured one is asked when it is named', async () => {
  await using world = await openLoggedIn({ packages: ['left 1.0.0', 'left 1.1.0'] })
  const { registry, tree } = world
  const token = `//127.0.0.1:${registry.port}/:_authToken=${registry.token}\n`
  await tree.write({ 'home/.npmrc': `registry=http://127.0.0.1:9/\nfetch-retries=0\n${token}` })
  const options = { package: 'left', registry: registry.url }
  expect(await info(world.at(), options)).toMatchObject({ version: '1.1.0', registry: registry.url })
  expect((await distTag(world.at(), options)).tags).toMatchObject({ latest: '1.1.0' })
  expect((await owner(world.at(), options)).owners).toMatchObject([{ name: 'tester' }])
  expect(await deprecate(world.at(), { ...options, message: 'old' })).toMatchObject({
    versions: ['1.0.0', '1.1.0'],
  })
})

test('what is not there is told, and changes need a login', async () => {
  await using world = await openLoggedIn({ packages })
  const there = world.at()
  expect(await wordsOf(info(there, { package: 'lost' }))).toBe(
    `PACKAGE_NOT_FOUND ${world.registry.url} has no package lost`,
  )
  expect(await wordsOf(deprecate(there, { package: 'left@^9', message: 'x' }))).toBe(
    'VERSION_NOT_FOUND left has no version ^9\nhint: see its versions with `alk info left`',
  )
  await world.tree.write({ 'home/.npmrc': `registry=${world.registry.url}\n` })
  expect(await wordsOf(owner(there, { package: 'left', change: { kind: 'add', user: 'grace' } }))).toBe(
    `NOT_LOGGED_IN changing the owners of left needs a login at ${world.registry.url}\nhint: log in with \`alk login\``,
  )
})

test('a token is made, listed and revoked', async () => {
  await using world = await openLoggedIn()
  const made = await createToken(world.at(), { password: 'secret', name: 'ci', readOnly: true, expires: 30 })
  expect(made).toMatchObject({ name: 'ci', readOnly: true, expires: expect.stringContaining('T') })
  const listed = async () => (await listTokens(world.at(), {})).tokens.filter(({ name }) => name === 'ci')
  const [entry] = await listed()
  expect(entry).toMatchObject({ key: made.key, readOnly: true })
  expect(JSON.stringify(entry)).not.toContain(made.token)
  await revokeToken(world.at(), { key: made.key })
  expect(await listed()).toEqual([])
})

const members = {
  manifest: { private: true, workspaces: ['packages/*'] },
  files: {
    'packages/a/package.json': {
      json: { name: '@acme/a', version: '1.0.0', dependencies: { '@acme/b': 'workspace:^' } },
    },
    'packages/b/package.json': { json: { name: '@acme/b', version: '2.0.0' } },
    'packages/c/package.json': { json: { name: '@acme/c', version: '1.0.0', private: true } },
  },
}

test('a workspace is published in the order of its needs, and a second run finds all of it there', async () => {
  await using world = await openLoggedIn(members)
  const asked: (readonly PublishReport[])[] = []
  const confirm = async (reports: readonly PublishReport[]) => asked.push(reports) > 1
  const no = await publishWorkspace(world.at(), { confirm })
  expect(no.packages.map(({ published }) => published)).toEqual([false, false])
  expect(await wordsOf(info(world.at(), { package: '@acme/b' }))).toMatch(/^PACKAGE_NOT_FOUND /)

  await publishWorkspace(world.at(), { filters: ['@acme/b'] })
  const { packages: sent } = await publishWorkspace(world.at('packages/a'), { confirm })
  expect(sent.map(({ name, present, published }) => [name, present, published])).toEqual([
    ['@acme/b', true, false],
    ['@acme/a', false, true],
  ])
  expect(asked.map((reports) => reports.map(({ name }) => name))).toEqual([['@acme/b', '@acme/a'], ['@acme/a']])
  expect((await info(world.at(), { package: '@acme/a' })).dependencies).toEqual({ '@acme/b': '^2.0.0' })
  const { packages: again } = await publishWorkspace(world.at(), {})
  expect(again.every(({ present }) => present)).toBe(true)
})

test('on our registry all members become visible together, and none when one is refused', async () => {
  await using world = await openLoggedIn(members)
  await publish(world.at('packages/a'), {})
  await unpublish(world.at(), { package: '@acme/a@1.0.0' })
  await world.asked()
  expect(await wordsOf(publishWorkspace(world.at(), {}))).toMatch(
    /^REGISTRY_CONFLICT .*@acme\/a@1\.0\.0 was unpublished/,
  )
  expect(await wordsOf(info(world.at(), { package: '@acme/b' }))).toMatch(/^PACKAGE_NOT_FOUND /)
  const next = { name: '@acme/a', version: '1.0.1', dependencies: { '@acme/b': 'workspace:^' } }
  await world.tree.write({ 'project/packages/a/package.json': { json: next } })
  const { packages: sent } = await publishWorkspace(world.at(), {})
  expect(sent.map(({ published }) => published)).toEqual([true, true])
  expect((await world.asked()).filter((path) => path === '-/alkahest/publish')).toHaveLength(2)
  expect(await info(world.at(), { package: '@acme/b' })).toMatchObject({ version: '2.0.0' })
})

test('another registry gets them one after another, and a run that broke off is run again', async () => {
  await using world = await openLoggedIn(members)
  await using other = await plainRegistry(world.registry.url, { refusedOnce: '@acme%2fa' })
  const token = `//${new URL(other.url).host}/:_authToken=${world.registry.token}\n`
  await world.tree.write({ 'home/.npmrc': `registry=${other.url}\nfetch-retries=0\n${token}` })
  expect(await wordsOf(publishWorkspace(world.at(), {}))).toMatch(/^REGISTRY_FORBIDDEN cannot publish @acme\/a@1\.0\.0/)
  expect(await info(world.at(), { package: '@acme/b' })).toMatchObject({ version: '2.0.0' })
  const { packages: again } = await publishWorkspace(world.at(), {})
  expect(again.map(({ name, present, published }) => [name, present, published])).toEqual([
    ['@acme/b', true, false],
    ['@acme/a', false, true],
  ])
})

/** Ours behind a door that knows nothing but npm's protocol, and refuses the first publish of one name. */
async function plainRegistry(
  upstream: string,
  { refusedOnce }: { readonly refusedOnce: string },
): Promise<AsyncDisposable & { readonly url: string }> {
  let refused = false
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const path = (request.url ?? '').slice(1)
    if (path.startsWith('-/alkahest')) return response.writeHead(404).end('{}')
    if (request.method === 'PUT' && path === refusedOnce && !refused) {
      refused = true
      request.resume()
      return response.writeHead(403).end('{"error":"not today"}')
    }
    const { authorization = '' } = request.headers
    const real = await fetch(upstream + path, {
      method: request.method ?? 'GET',
      headers: { authorization, 'content-type': 'application/json' },
      ...(request.method === 'PUT' ? { body: await text(request) } : {}),
    })
    return response.writeHead(real.status).end(await real.text())
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('a dry run of a workspace needs no login, and nothing to publish is told', async () => {
  await using world = await openWorld(members)
  const { packages: planned } = await publishWorkspace(world.at(), { dryRun: true })
  expect(planned.map(({ name, published }) => [name, published])).toEqual([
    ['@acme/b', false],
    ['@acme/a', false],
  ])
  expect(await wordsOf(publishWorkspace(world.at(), { filters: ['c'] }))).toBe(
    `PACKAGE_PRIVATE no package of the workspace in ${world.project} is there to be published\nhint: a package is published when it has a version and does not say "private": true`,
  )
})

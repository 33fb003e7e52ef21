/** `POST /-/alkahest/publish`: several packages become visible at one moment, or none does, whatever happens meanwhile. */
import { once } from 'node:events'
import http from 'node:http'
import { publishBodyOf, startRegistry, tempTree } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve } from './registry-process.ts'
import { ask, login } from './registry-requests.ts'
import type { Answer } from './registry-requests.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

type Target = { readonly url: string; readonly token: string }

function bodiesOf(lines: readonly string[], { url }: Target): string {
  return lines.map((line) => `${publishBodyOf(line, url)}\n`).join('')
}

function publishTogether(target: Target, lines: readonly string[]): Promise<Answer> {
  const headers = { 'content-type': 'application/x-ndjson' }
  return ask(`${target.url}-/alkahest/publish`, {
    method: 'POST',
    token: target.token,
    headers,
    body: bodiesOf(lines, target),
  })
}

async function visible({ url }: { readonly url: string }, names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(names.map(async (name) => (await ask(`${url}${name}`)).status === 200))
  return names.filter((_name, index) => found[index])
}

test('all of them are there, and again is the same; one that was there already is no obstacle', async () => {
  expect((await ask(`${registry.url}-/alkahest`)).json).toMatchObject({ publish: 1 })
  const lines = ['@t/a 1.0.0: @t/b ^1', '@t/b 1.0.0:']
  const { status, json } = await publishTogether(registry, lines)
  expect([status, json]).toEqual([201, { ok: true, published: ['@t/a@1.0.0', '@t/b@1.0.0'] }])
  expect((await publishTogether(registry, lines)).status).toBe(201)
  expect((await publishTogether(registry, ['@t/c 1.0.0:', ...lines])).status).toBe(201)
  expect(await visible(registry, ['@t/a', '@t/b', '@t/c'])).toEqual(['@t/a', '@t/b', '@t/c'])
})

test.each<[string, readonly string[], number, RegExp]>([
  [
    'a version that is taken',
    ['n1 1.0.0:', 'taken 1.0.0: other ^1', 'n2 1.0.0:'],
    409,
    /previously published versions: 1\.0\.0/,
  ],
  ['a name twice', ['n1 1.0.0:', 'n1 1.0.1:'], 400, /^n1 occurs twice$/],
  ['nothing', [], 400, /^a publish needs a package$/],
])('%s: none is there', async (_what, lines, status, words) => {
  if (!(await visible(registry, ['taken'])).includes('taken')) await registry.publish('taken 1.0.0:')
  const answer = await publishTogether(registry, lines)
  expect(answer.status).toBe(status)
  expect(answer.json.error).toMatch(words)
  expect(await visible(registry, ['n1', 'n2'])).toEqual([])
})

test('a token that is not for all of them publishes none; a bad line is told', async () => {
  const made = await ask(`${registry.url}-/npm/v1/tokens`, {
    method: 'POST',
    token: registry.token,
    body: { password: 'secret', readonly: false, packages: ['mine'] },
  })
  const { token } = made.json
  const { status, json } = await publishTogether({ url: registry.url, token }, ['mine 1.0.0:', 'yours 1.0.0:'])
  expect([status, json.error]).toEqual([403, 'this token is not for yours'])
  const bad = await ask(`${registry.url}-/alkahest/publish`, {
    method: 'POST',
    token: registry.token,
    body: `${publishBodyOf('mine 1.0.0:', registry.url)}\n{"name":`,
  })
  expect(bad.status).toBe(400)
  expect((await publishTogether({ url: registry.url, token: '' }, ['mine 1.0.0:'])).status).toBe(401)
  expect(await visible(registry, ['mine', 'yours'])).toEqual([])
})

test('whoever reads meanwhile sees all of them or none', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `@many/p${index}`)
  const sending = publishTogether(
    registry,
    names.map((name) => `${name} 1.0.0:`),
  )
  const state = { done: false }
  void sending.finally(() => (state.done = true))
  while (!state.done) {
    // The last name is read first: were they written one after another, it would be missing while the first is there.
    const last = await visible(registry, names.slice(-1))
    const first = await visible(registry, names.slice(0, 1))
    if (last.length > 0) expect(first).toHaveLength(1)
    const again = first.length > 0 ? await visible(registry, names) : names
    expect(again).toEqual(names)
  }
  expect((await sending).status).toBe(201)
})

test('a registry that is killed between two of them has none, and takes all when asked again', async () => {
  await using tree = await tempTree()
  const args = ['--data', 'data', '--upstream', 'none', '--access-log', 'none']
  const lines = ['x 1.0.0:', 'y 1.0.0:', 'z 1.0.0:']
  let token = ''
  {
    await using killed = await serve(args, { cwd: tree.path })
    token = String((await login(killed.ready, { name: 'alice', password: 'secret' })).json.token)
    const request = http.request(`${killed.ready.url}-/alkahest/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    })
    const broken = once(request, 'error')
    request.write(bodiesOf(lines.slice(0, 2), { url: killed.ready.url, token }))
    // An answer to another request says that the registry has read what was sent before.
    await ask(`${killed.ready.url}-/ping`)
    expect(await visible(killed.ready, ['x', 'y', 'z'])).toEqual([])
    await killed.end('SIGKILL')
    await broken
  }
  await using registry = await serve(args, { cwd: tree.path })
  expect(await visible(registry.ready, ['x', 'y', 'z'])).toEqual([])
  expect((await publishTogether({ url: registry.ready.url, token }, lines)).status).toBe(201)
  expect(await visible(registry.ready, ['x', 'y', 'z'])).toEqual(['x', 'y', 'z'])
})

/** What an install asks of a registry that has closures, and what it makes of one that lies. */
import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { faultyRegistry, startRegistry } from '@alkahest/test-support'
import type { Fault, FaultyRegistry, TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { install } from '../src/index.ts'
import { errorOf, openWorld } from './world.ts'
import type { World } from './world.ts'

const PACKAGES = `
  a 1.0.0: b ^1 @s/c *
  b 1.0.0: d ^1
  b 1.1.0: d ^1 deprecated:old
  @s/c 1.0.0: peer:e@^1 bin:c
  d 1.0.0: os:linux,darwin,win32 engines:>=18
  d 1.2.0: script:postinstall
  d 2.0.0:
  e 1.0.0:`

const MANIFEST = { dependencies: { a: '^1.0.0' } }

let registry: TestRegistry
beforeAll(async () => void (registry = await startRegistry({ packages: PACKAGES })))
afterAll(() => registry.close())

/** The lockfile, after as many installs without it. */
async function locked(world: World, times = 1): Promise<string> {
  for (let count = 0; count < times; count++) {
    await rm(world.tree.resolve('project/alkahest.lock'), { force: true })
    await install(world.at(), { lockfileOnly: true })
  }
  return world.read('alkahest.lock')
}

describe('a registry with closures', () => {
  it('is asked for documents until one of them says so, then once, and then says that nothing changed', async () => {
    await using world = await openWorld({ registry, manifest: MANIFEST })
    await locked(world)
    expect(await world.asked()).toEqual(['-/alkahest/closure', 'a'])
    await locked(world)
    expect(await world.asked()).toEqual(['-/alkahest/closure'])
    await locked(world)
    expect(await world.asked()).toEqual(['-/alkahest/closure'])
    const statuses = (await registry.requests()).slice(-2).map(({ path: asked, status }) => [asked, status])
    expect(statuses).toEqual([
      ['/-/alkahest/closure', 200],
      ['/-/alkahest/closure', 304],
    ])
  })

  it('gives the same lockfile as one without, which is asked for documents alone', async () => {
    await using front = await faultyRegistry({ upstream: registry.url })
    await using without = await openWorld({ registry, registryUrl: front.url, manifest: MANIFEST })
    await using world = await openWorld({ registry, manifest: MANIFEST })
    expect(await locked(world, 2)).toBe(await locked(without, 2))
    expect(front.requests.filter((request) => request.includes('alkahest'))).toEqual([])
  })

  it('is asked for nothing offline, where what it said before is enough', async () => {
    await using world = await openWorld({ registry, manifest: MANIFEST })
    const before = await locked(world, 2)
    await world.asked()
    await rm(world.tree.resolve('project/alkahest.lock'), { force: true })
    await install(world.at(), { lockfileOnly: true, offline: true })
    expect(await world.read('alkahest.lock')).toBe(before)
    await world.tree.write({ 'project/package.json': { json: { name: 'app', dependencies: { b: '^1.0.0', e: '*' } } } })
    await install(world.at(), { lockfileOnly: true, offline: true })
    expect(await world.asked()).toEqual([])
  })

  it('may stop having them, and is asked no more', async () => {
    await using front = await frontOf({ kind: 'status', status: 404 })
    await using world = await openWorld({ registry, registryUrl: front.url, manifest: MANIFEST })
    const without = await locked(world)
    expect(await locked(world)).toBe(without)
    expect(front.requests.filter((request) => request.startsWith('POST'))).toEqual(['POST /-/alkahest/closure'])
    expect(world.events.filter(({ kind }) => kind === 'note')).toEqual([])
  })
})

/** The registry behind a front whose first document offers closures, and which answers them with this. */
async function frontOf(fault: Fault): Promise<FaultyRegistry> {
  const body = await (await fetch(`${registry.url}a`)).text()
  const offer: Fault = { kind: 'body', body, headers: { 'alkahest-closure': '2' } }
  return faultyRegistry({ upstream: registry.url, faults: { '/a': [offer], '/-/alkahest/closure': fault } })
}

describe('a closure that cannot be used', () => {
  it.each([
    ['refused', { kind: 'status', status: 413 }, 'status 413'],
    ['nonsense', { kind: 'nonsense' }, 'line 1: it is cut off'],
    ['cut', { kind: 'body', body: '{"closure":2,"tarballs":"http://localhost/"}\n' }, 'it is cut off'],
    ['of another format', { kind: 'body', body: '{"closure":3}\n' }, 'line 1: it is not a closure of format 2'],
  ] as const)('because it is %s is said, and the lockfile is the same', async (_what, fault, reason) => {
    await using plain = await openWorld({ registry, manifest: MANIFEST })
    await using front = await frontOf(fault)
    await using world = await openWorld({ registry, registryUrl: front.url, manifest: MANIFEST })
    expect(await locked(world)).toBe(await locked(plain))
    const notes = world.events.flatMap((event) => (event.kind === 'note' ? [event.text] : []))
    const origin = front.url.slice(0, -1)
    expect(notes).toEqual([`${origin} gave no closure (${reason}); its documents are asked for one by one`])
  })

  it('because its hash is a lie installs nothing', async () => {
    await using world = await openWorld({ registry, manifest: MANIFEST })
    await locked(world, 2)
    // What was kept is read again: another hash in it, and the checksum made right.
    await changeKept(world, (text) =>
      text.replaceAll(/sha512-[\w+/=]+/g, `sha512-${Buffer.alloc(64).toString('base64')}`),
    )
    await rm(world.tree.resolve('project/alkahest.lock'), { force: true })
    expect((await errorOf(install(world.at(), { preferOffline: true }))).code).toBe('INTEGRITY_MISMATCH')
    expect(await readdir(world.project)).toEqual(['package.json'])
  })

  it('because what was kept is damaged is asked for again', async () => {
    await using world = await openWorld({ registry, manifest: MANIFEST })
    const before = await locked(world, 2)
    for (const file of await keptFiles(world))
      await world.tree.write({ [path.relative(world.tree.path, file)]: 'damaged' })
    expect(await locked(world)).toBe(before)
    expect((await registry.requests()).at(-1)).toMatchObject({ path: '/-/alkahest/closure', status: 200 })
  })
})

async function keptFiles(world: World): Promise<readonly string[]> {
  const folder = world.tree.resolve('alkahest/cache/closures-2')
  const files = await readdir(folder, { recursive: true })
  return files.filter((file) => file.endsWith('.ndjson')).map((file) => path.join(folder, file))
}

async function changeKept(world: World, change: (text: string) => string): Promise<void> {
  for (const file of await keptFiles(world)) {
    const lines = change(await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
    const before = Buffer.from(
      lines
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(''),
    )
    const last = {
      ...(JSON.parse(lines.at(-1) ?? '{}') as object),
      revision: createHash('sha256').update(before).digest('base64url').slice(0, 32),
    }
    await world.tree.write({ [path.relative(world.tree.path, file)]: `${before.toString()}${JSON.stringify(last)}\n` })
  }
}

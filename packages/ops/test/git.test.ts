import { rm } from 'node:fs/promises'
import { makeGitRepository, startRegistry } from '@alkahest/test-support'
import type { GitRepository, TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { add, install, update } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'

const DIGEST = /sha512-[A-Za-z0-9+/]+=*/

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: 'base 1.0.0' })
})

afterAll(() => registry[Symbol.asyncDispose]())

const manifest = (version: string, fields: object = {}): { readonly json: object } => ({
  json: { name: 'fork', version, ...fields },
})

/** Its head is 1.1.0; 1.0.0 is tagged. */
async function makeFork(): Promise<GitRepository & { readonly head: string }> {
  const repository = await makeGitRepository()
  const dependencies = { dependencies: { base: '^1.0.0' } }
  await repository.commit({ 'package.json': manifest('1.0.0', dependencies), 'index.js': 'module.exports = 0' })
  repository.git('tag', 'v1.0.0')
  const head = await repository.commit({ 'package.json': manifest('1.1.0', dependencies) })
  return { ...repository, head }
}

it('a branch is locked as its commit, and moves when it is updated and not before', async () => {
  await using fork = await makeFork()
  await using world = await openWorld({ registry, manifest: { dependencies: { fork: `git+${fork.url}#main` } } })
  await install(world.at(), {})
  expect(await world.installed('fork')).toBe('fork@1.1.0')
  const lockfile = await world.read('alkahest.lock')
  expect(lockfile.split('\n\n')[3]?.replace(DIGEST, '<digest>').trim()).toBe(
    `package fork 1.1.0
  source git ${fork.url}#${fork.head}
  integrity <digest>
  dependency base ^1.0.0 -> 1.0.0
`.trim(),
  )
  await fork.commit({ 'package.json': manifest('1.2.0') })
  await world.tree.write({
    'project/package.json': { json: { name: 'app', dependencies: { fork: `git+${fork.url}#main`, base: '*' } } },
  })
  await install(world.at(), {})
  expect(await world.installed('fork')).toBe('fork@1.1.0')
  expect(await update(world.at(), { names: ['fork'] })).toMatchObject({
    changed: [{ name: 'fork', from: '1.1.0', to: '1.2.0' }],
  })
  expect(await world.installed('fork')).toBe('fork@1.2.0')
})

it('another machine fetches the locked commit and gets the same bytes; a third needs the store alone', async () => {
  await using fork = await makeFork()
  const dependencies = { fork: `git+${fork.url}#semver:~1.0.0` }
  await using world = await openWorld({ registry, manifest: { dependencies } })
  await install(world.at(), {})
  expect(await world.installed('fork')).toBe('fork@1.0.0')
  await fork.commit({ 'package.json': manifest('2.0.0') })
  fork.git('tag', 'v1.0.1')
  await rm(world.tree.resolve('alkahest'), { recursive: true })
  await rm(world.tree.resolve('project/node_modules'), { recursive: true })
  await install(world.at(), { frozen: true })
  expect(await world.installed('fork')).toBe('fork@1.0.0')
  await rm(fork.tree.resolve('work'), { recursive: true })
  await rm(world.tree.resolve('alkahest/cache'), { recursive: true })
  await rm(world.tree.resolve('project/node_modules'), { recursive: true })
  await install(world.at(), { frozen: true, offline: true })
  expect(await world.installed('fork')).toBe('fork@1.0.0')
})

it('bytes that are not those of the lockfile are refused', async () => {
  await using fork = await makeFork()
  await using world = await openWorld({ registry, manifest: { dependencies: { fork: `git+${fork.url}` } } })
  await install(world.at(), { lockfileOnly: true })
  const [first, second = ''] = (await world.read('alkahest.lock')).split('source git')
  const wrong = second.replace(DIGEST, `sha512-${'A'.repeat(86)}==`)
  await world.tree.write({ 'project/alkahest.lock': `${first}source git${wrong}` })
  expect(await wordsOf(install(world.at(), { frozen: true }))).toMatch(/^INTEGRITY_MISMATCH fork@1\.1\.0 /)
})

it('add takes an address and asks the repository for the name; a script that would build it is named', async () => {
  await using fork = await makeFork()
  const head = await fork.commit({ 'package.json': manifest('1.3.0', { scripts: { prepare: 'exit 1' } }) })
  await using world = await openWorld({ registry })
  await add(world.at(), { packages: [`git+${fork.url}#main`] })
  expect((await world.manifest()).dependencies).toEqual({ fork: `git+${fork.url}#main` })
  expect(await world.installed('fork')).toBe('fork@1.3.0')
  const notes = world.events.flatMap((event) => (event.kind === 'note' ? [event.text] : []))
  expect(new Set(notes)).toEqual(
    new Set([
      `${fork.url}#${head.slice(0, 7)} has a script "prepare", which alk does not run for dependencies from git`,
    ]),
  )
})

it('a folder of a repository, and two of them side by side', async () => {
  await using repository = await makeGitRepository()
  await repository.commit({
    'packages/a/package.json': { json: { name: 'a', version: '1.0.0' } },
    'packages/b/package.json': { json: { name: 'b', version: '2.0.0' } },
  })
  const at = (name: string): string => `git+${repository.url}#main&path:/packages/${name}`
  await using world = await openWorld({ registry, manifest: { dependencies: { a: at('a'), b: at('b') } } })
  await install(world.at(), {})
  expect(await world.installed('a')).toBe('a@1.0.0')
  expect(await world.installed('b')).toBe('b@2.0.0')
  expect((await install(world.at(), {})).upToDate).toBe(true)
})

it('a package from git may not name a repository on this disk', async () => {
  await using fork = await makeFork()
  const evil = { dependencies: { fork: `git+${fork.url}` } }
  await using outer = await makeGitRepository()
  await outer.commit({ 'package.json': { json: { name: 'outer', version: '1.0.0', ...evil } } })
  await using world = await openWorld({ registry, manifest: { dependencies: { outer: `git+${outer.url}` } } })
  expect(await wordsOf(install(world.at(), {}))).toMatch(
    /^SPECIFIER_UNSUPPORTED Because .* which means nothing outside the project of its author/,
  )
})

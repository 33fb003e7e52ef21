/** Two branches that each moved a dependency, really merged by git: the next install keeps what both did. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { install, update } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

/** Neighbours in the lockfile, so that git cannot merge them by itself. */
const OLD = 'left 1.0.0: deep ^1.0.0\nright 1.0.0: deep ^1.0.0\ndeep 1.0.0'
const NEW = 'left 1.1.0: deep ^1.0.0\nright 1.1.0: deep ^1.0.0\nextra 1.0.0'

const run = promisify(execFile)

/** The exit code; nothing of the developer's own configuration counts. */
async function git(world: World, ...args: readonly string[]): Promise<number> {
  const env = {
    PATH: process.env.PATH,
    HOME: world.tree.resolve('home'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  }
  const done = run('git', args, { cwd: world.project, env })
  return done.then(
    () => 0,
    (error: unknown) => (error as { readonly code: number }).code,
  )
}

async function commitAll(world: World, message: string): Promise<void> {
  expect(await git(world, 'add', 'package.json', 'alkahest.lock')).toBe(0)
  expect(await git(world, 'commit', '-m', message)).toBe(0)
}

/** On `main` left was moved, on `branch` right; the merge stopped. */
async function openConflict(style: 'merge' | 'diff3'): Promise<World> {
  const world = await openWorld({ packages: OLD, manifest: { dependencies: { left: '^1.0.0', right: '^1.0.0' } } })
  await install(world.at(), {})
  expect(await git(world, 'init', '-b', 'main')).toBe(0)
  await commitAll(world, 'start')
  await world.registry.publish(NEW)
  expect(await git(world, 'checkout', '-b', 'branch')).toBe(0)
  await update(world.at(), { names: ['right'] })
  await commitAll(world, 'right')
  expect(await git(world, 'checkout', 'main')).toBe(0)
  await update(world.at(), { names: ['left'] })
  await commitAll(world, 'left')
  expect(await git(world, '-c', `merge.conflictStyle=${style}`, 'merge', 'branch')).toBe(1)
  expect(await world.read('alkahest.lock')).toContain('<<<<<<< HEAD\n')
  return world
}

it.each(['merge', 'diff3'] as const)(
  'a merge that stopped (conflict style %s) is finished by an install',
  async (style) => {
    await using world = await openConflict(style)
    await world.asked()
    expect(await install(world.at(), {})).toMatchObject({ lockfile: 'written', added: [] })
    const lockfile = await world.read('alkahest.lock')
    expect(lockfile).toContain('  dependency left ^1.0.0 -> 1.1.0\n  dependency right ^1.0.0 -> 1.1.0\n')
    expect(lockfile.match(/^package .*$/gm)).toEqual([
      'package deep 1.0.0',
      'package left 1.1.0',
      'package right 1.1.0',
    ])
    expect(await Promise.all([world.installed('left'), world.installed('right')])).toEqual([
      'left@1.1.0',
      'right@1.1.0',
    ])
    expect((await install(world.at(), {})).upToDate).toBe(true)
  },
)

it('a merge that stopped is refused where the lockfile may not be changed', async () => {
  await using world = await openConflict('merge')
  const before = await world.digests()
  expect(await wordsOf(install(world.at(), { frozen: true }))).toBe(
    'LOCKFILE_OUTDATED alkahest.lock does not answer for the manifests: it is a merge that stopped halfway, ' +
      'or lacks packages that it points at\nhint: run `alk install --no-frozen` where you may change it, and commit the result',
  )
  expect(await world.digests()).toEqual(before)
})

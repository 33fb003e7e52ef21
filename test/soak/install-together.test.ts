/** Installs at the same time, as processes: in one project, where nothing may be lost, and on one store. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digest, openCliWorld } from '../e2e/cli-world.ts'
import type { CliWorld } from '../e2e/cli-world.ts'

let world: CliWorld

beforeAll(async () => {
  world = await openCliWorld()
  await world.publish('base', '1.0.0', { bin: { base: './index.js' } })
  for (const name of ['left', 'right', 'third']) {
    await world.publish(name, '1.0.0', { dependencies: { base: '^1.0.0' } })
  }
})
afterAll(async () => world.close())

/** A machine that has nothing yet: a store and caches of its own. */
function freshHome(name: string): { readonly env: NodeJS.ProcessEnv } {
  return { env: { ALKAHEST_HOME: path.join(world.directory, name) } }
}

describe('at the same time', () => {
  it('adding to one project loses nothing of either', async () => {
    const cwd = world.newProject('shared', { name: 'shared', version: '1.0.0' })
    const options = { cwd, ...freshHome('home-shared') }
    const names = ['left', 'right', 'third']
    const ended = await Promise.all(names.map((name) => world.alk(['add', name], options)))
    expect(ended.map(({ exitCode }) => exitCode)).toEqual(names.map(() => 0))
    expect(JSON.parse(world.read('shared/package.json'))).toMatchObject({
      dependencies: { left: '^1.0.0', right: '^1.0.0', third: '^1.0.0' },
    })
    const script = 'console.log(require("left"), require("right"), require("third"))'
    expect(await world.alk(['exec', 'node', '-e', script], options)).toMatchObject({
      exitCode: 0,
      stdout: 'left 1.0.0 right 1.0.0 third 1.0.0\n',
    })
    expect(await world.alk(['install', '--frozen'], options)).toMatchObject({ exitCode: 0 })
  })

  it('installing one project twice leaves what once leaves', async () => {
    const manifest = { name: 'twice', version: '1.0.0', dependencies: { left: '*', right: '*' } }
    const once = world.newProject('once', manifest)
    expect(await world.alk(['install'], { cwd: once, ...freshHome('home-once') })).toMatchObject({ exitCode: 0 })
    const cwd = world.newProject('twice', manifest)
    const options = { cwd, ...freshHome('home-twice') }
    const ended = await Promise.all([world.alk(['install'], options), world.alk(['install'], options)])
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(digest(cwd)).toBe(digest(once))
  })

  it('several projects fill one empty store', async () => {
    const { env } = freshHome('home-several')
    const names = ['one', 'two', 'three', 'four']
    const folders = names.map((name) =>
      world.newProject(name, { name: 'same', version: '1.0.0', dependencies: { left: '*', right: '*', third: '*' } }),
    )
    const ended = await Promise.all(folders.map((cwd) => world.alk(['install'], { cwd, env })))
    expect(ended.map(({ exitCode }) => exitCode)).toEqual(names.map(() => 0))
    expect(new Set(folders.map((folder) => digest(folder)))).toHaveProperty('size', 1)
  })
})

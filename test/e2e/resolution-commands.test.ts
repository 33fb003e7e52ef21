/** The commands that answer for a resolution, as a person meets them: one project, exact texts. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonDocuments } from '../../packages/cli/src/json-shapes.ts'
import { shapeMistakes } from '../../packages/cli/test/reference/shape-mistakes.ts'
import { openCliWorld } from './cli-world.ts'
import type { CliWorld } from './cli-world.ts'

let world: CliWorld

beforeAll(async () => {
  world = await openCliWorld()
  for (const version of ['17.0.0', '18.0.0', '19.0.0']) await world.publish('react', version)
  await world.publish('dom', '18.0.0', { peerDependencies: { react: '^18' } })
  await world.publish('dom', '19.0.0', { peerDependencies: { react: '^19' } })
  await world.publish('old', '1.0.0', { peerDependencies: { react: '^17' } })
})
afterAll(async () => world.close())

/** Installs nothing: everything asked here is in the lockfile and the registry. */
async function project(name: string, dependencies: Record<string, string>): Promise<string> {
  const cwd = world.newProject(name, { name, version: '1.0.0', dependencies })
  expect(await world.alk(['install', '--lockfile-only'], { cwd })).toMatchObject({ exitCode: 0 })
  return cwd
}

it('outdated, why, why --not, peers', async () => {
  const cwd = await project('asking', { react: '^18.0.0', dom: '^18.0.0', old: '^1.0.0' })
  const said = async (...args: string[]): Promise<string> => (await world.alk(args, { cwd })).stdout
  expect(await said('outdated')).toBe(`  Package  Current  Wanted  Latest  Held by
  dom      18.0.0   18.0.0  19.0.0  package.json (^18.0.0)
  react    18.0.0   18.0.0  19.0.0  package.json (^18.0.0), dom@18.0.0 (peer ^18), old@1.0.0 (peer ^17)
`)
  expect(await said('hex.outdated', '--json')).toContain('"current":"18.0.0"')
  expect(await said('why', 'react')).toBe(`react 18.0.0
  asking -> react@18.0.0 (^18.0.0)

  asking asks for react ^18.0.0

  Why not 19.0.0:
    package.json asks for react ^18.0.0
    dom@18.0.0 wants its peer react to be ^18
    old@1.0.0 wants its peer react to be ^17
`)
  expect(await said('why', '--not', 'react@19')).toBe(`react 19.0.0 cannot be used
  package.json asks for react ^18.0.0, which does not allow 19.0.0.
`)
  expect(await said('peers')).toBe(`old@1.0.0 wants its peer react to be ^17 and gets react@18.0.0
  package.json asks for react ^18.0.0, which is react 18.0.0
`)
})

it('lock prints the lockfile, and --output writes it', async () => {
  const cwd = await project('locked', { react: '^18.0.0' })
  expect((await world.alk(['lock'], { cwd })).stdout).toBe(world.read('locked/alkahest.lock'))
  expect(await world.alk(['lock', '--output', 'copy.lock'], { cwd })).toMatchObject({
    exitCode: 0,
    stdout: `wrote ${cwd}/copy.lock\n`,
  })
  expect(world.read('locked/copy.lock')).toBe(world.read('locked/alkahest.lock'))
})

it('import takes the versions of package-lock.json over, once', async () => {
  const cwd = world.newProject('moving', { name: 'moving', version: '1.0.0', dependencies: { react: '>=17' } })
  const entries = { '': { dependencies: { react: '>=17' } }, 'node_modules/react': { version: '17.0.0' } }
  world.write('moving/package-lock.json', JSON.stringify({ lockfileVersion: 3, packages: entries }))
  const first = await world.alk(['import', '--json'], { cwd })
  const { shape } = jsonDocuments.find(({ title }) => title === 'Import')!
  expect(shapeMistakes(JSON.parse(first.stdout), shape)).toEqual([])
  expect(world.read('moving/alkahest.lock')).toContain('dependency react >=17 -> 17.0.0')
  expect(await world.alk(['import'], { cwd })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^error LOCKFILE_EXISTS /),
  })
})

it('dedupe --check passes on a fresh lockfile', async () => {
  const cwd = await project('fresh', { react: '^18.0.0', dom: '^18.0.0' })
  expect(await world.alk(['dedupe', '--check'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' })
})

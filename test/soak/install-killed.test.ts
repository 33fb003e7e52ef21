/**
 * `kill -9` of installs and updates, some two hundred times, spread over every phase from the first write to the last: the next run completes, and the
 * project is the one of an undisturbed run, in one digest over paths, kinds, modes, link targets and contents. `ALK_SOAK_KILLS` changes how many.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { digestTree, startRegistry, tempTree } from '@alkahest/test-support'
import type { TempTree, TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../packages/store/src/index.ts'
import { killedPhases } from './install-phases.ts'
import type { Phase } from './install-phases.ts'

const KILLS = Number(process.env.ALK_SOAK_KILLS ?? 200)

const command = path.resolve(import.meta.dirname, '../../packages/cli/src/main.ts')
const hook = path.resolve(import.meta.dirname, 'install-kill-hook.ts')

/** Two releases of one small world; the second moves, adds and removes packages. */
const universe = `
  app-one 1.0.0: shared ^1.0.0 only-old ^1.0.0 bin:one
  app-one 2.0.0: shared ^2.0.0 only-new ^1.0.0 bin:one bin:uno
  app-two 1.0.0: shared >=1 @scope/deep ^1.0.0 bin:two
  shared 1.0.0: leaf ^1.0.0
  shared 2.0.0: leaf ^2.0.0
  leaf 1.0.0:
  leaf 2.0.0:
  only-old 1.0.0: leaf ^1.0.0
  only-new 1.0.0: leaf ^2.0.0
  @scope/deep 1.0.0: peer:shared@*
`
const first = {
  name: 'project',
  version: '1.0.0',
  dependencies: { 'app-one': '^1.0.0', 'app-two': '^1.0.0', shared: '^1.0.0' },
}
const second = { ...first, dependencies: { 'app-one': '^2.0.0', 'app-two': '^1.0.0', shared: '^2.0.0' } }

type Place = { readonly project: string; readonly home: string }

let registry: TestRegistry
let tree: TempTree

beforeAll(async () => {
  registry = await startRegistry({ packages: universe })
  tree = await tempTree({ bases: null, places: null })
})
afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  await tree[Symbol.asyncDispose]()
})

function newPlace(name: string, manifest: object): Place {
  const folder = path.join(tree.path, 'places', name)
  rmSync(folder, { recursive: true, force: true })
  const place = { project: path.join(folder, 'project'), home: path.join(folder, 'alkahest') }
  mkdirSync(place.project, { recursive: true })
  writeFileSync(path.join(place.project, 'package.json'), JSON.stringify(manifest))
  writeFileSync(path.join(place.project, '.npmrc'), `registry=${registry.url}\n`)
  return place
}

/** How `alk install` ended: its exit code, or the signal that ended it. */
async function install(place: Place, env: NodeJS.ProcessEnv = {}): Promise<number | string> {
  const child = spawn(process.execPath, ['--import', hook, command, 'install', '--no-frozen'], {
    cwd: place.project,
    env: { PATH: process.env.PATH, HOME: place.home, ALKAHEST_HOME: place.home, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code !== null && code !== 0) throw new Error(`alk install failed: ${errors}`)
  return signal ?? code ?? 0
}

type Scenario = {
  readonly name: string
  /** The place as it is when the install that will be killed begins. */
  readonly begin: (name: string) => Promise<Place>
}

/** Everything is new: packuments, tarballs, links. */
const fresh: Scenario = { name: 'an install', begin: async (name) => newPlace(name, first) }

/** The first release is installed, the second asked for. */
const update: Scenario = {
  name: 'an update',
  async begin(name) {
    const base = path.join(tree.path, 'bases', 'first')
    if (!existsSync(base)) {
      const made = newPlace('base', first)
      await install(made)
      cpSync(path.dirname(made.project), base, { recursive: true, verbatimSymlinks: true })
    }
    const place = newPlace(name, second)
    cpSync(base, path.dirname(place.project), { recursive: true, verbatimSymlinks: true })
    writeFileSync(path.join(place.project, 'package.json'), JSON.stringify(second))
    return place
  },
}

/** Writes of an undisturbed run by phase, and what it leaves. */
async function undisturbed({ begin }: Scenario): Promise<{ counts: Record<Phase, number>; digest: string }> {
  const place = await begin('undisturbed')
  const file = path.join(place.home, '..', 'counts')
  await install(place, { ALK_KILL_COUNTS: file })
  const counts = JSON.parse(readFileSync(file, 'utf8')) as Record<Phase, number>
  return { counts, digest: await digestTree(place.project) }
}

/** So many places, spread evenly over all writes, in every phase at least one. */
function spread(
  counts: Record<Phase, number>,
  kills: number,
): readonly { readonly phase: Phase; readonly nth: number }[] {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return killedPhases.flatMap((phase) => {
    const share = Math.min(
      counts[phase],
      Math.max(counts[phase] === 0 ? 0 : 1, Math.round((kills * counts[phase]) / total)),
    )
    return Array.from({ length: share }, (_, index) => ({
      phase,
      nth: 1 + Math.floor((index * counts[phase]) / share),
    }))
  })
}

describe.each([fresh, update])('kill -9 of $name', (scenario) => {
  test('at any write: the next run ends as an undisturbed one', async () => {
    const { counts, digest } = await undisturbed(scenario)
    const killed: Record<Phase, number> = { fetch: 0, extract: 0, project: 0, link: 0, state: 0 }
    for (const { phase, nth } of spread(counts, KILLS / 2)) {
      const place = await scenario.begin('killed')
      // Threads and sockets come in another order each time, so the last few writes of a phase may not be reached.
      if ((await install(place, { ALK_KILL: `${phase}:${nth}` })) === 'SIGKILL') killed[phase]++
      await install(place)
      expect(await digestTree(place.project), `killed at write ${nth} of ${phase}`).toBe(digest)
      await using store = openStore({ directory: path.join(place.home, 'store', 'v2') })
      expect((await store.verify()).damaged, `killed at write ${nth} of ${phase}`).toStrictEqual([])
    }
    process.stdout.write(`kills of ${scenario.name}: ${JSON.stringify(killed)}; writes: ${JSON.stringify(counts)}\n`)
    const spared = killedPhases.filter((phase) => counts[phase] > 0 && killed[phase] === 0)
    expect(spared, 'phases in which nothing was killed').toStrictEqual([])
  })
})

describe('kill -9 of an update that is then taken back', () => {
  /** How many of twenty kills while linking leave another project than before the update, once the old files are back and installed. */
  async function harmOf(disarm: (place: Place) => void): Promise<number> {
    const { counts } = await undisturbed(update)
    const base = path.join(tree.path, 'bases', 'first', 'project')
    const digest = await digestTree(base)
    let harmed = 0
    for (const { phase, nth } of spread({ ...counts, fetch: 0, extract: 0, project: 0 }, 20)) {
      const place = await update.begin('taken-back')
      await install(place, { ALK_KILL: `${phase}:${nth}` })
      disarm(place)
      for (const name of ['package.json', 'alkahest.lock'])
        cpSync(path.join(base, name), path.join(place.project, name))
      await install(place)
      if ((await digestTree(place.project)) !== digest) harmed++
    }
    return harmed
  }

  test('does no harm', async () => {
    expect(await harmOf(() => undefined)).toBe(0)
  })

  test('does harm when what the killed install noted is taken away: these kills do hit', async () => {
    const notes = ['pending.json', 'state.json']
    const disarm = ({ project }: Place): void => {
      for (const name of notes) rmSync(path.join(project, 'node_modules/.alk', name), { force: true })
    }
    expect(await harmOf(disarm)).toBeGreaterThan(0)
  })
})

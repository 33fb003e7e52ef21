/** The measurements of one call: every installer's project and home, brought into the state that a scenario begins with, and timed. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { countFloor, listFloor, makeFloor } from './floor.ts'
import type { FloorCounts } from './floor.ts'
import { countInstalled } from './installed.ts'
import type { Installed } from './installed.ts'
import { cold } from './installers.ts'
import type { Installer, Scenario } from './installers.ts'
import { profileOptions } from './profile.ts'
import { ADDED_PACKAGES, readProjectTree } from './project-tree.ts'
import { timedRun } from './timed-run.ts'
import type { TimedRun } from './timed-run.ts'

/** How often the start of the command is measured in each run: it is short, so its median needs more of them. */
const STARTS = 10

export type BenchOptions = {
  /** For everything; absolute. */
  readonly folder: string
  readonly tree: string
  readonly registry: string
  /** On which all programs are found. */
  readonly path: string
  readonly installers: readonly Installer[]
  readonly scenarios: readonly Scenario[]
  readonly say: (text: string) => void
}

export type Results = {
  readonly installers: readonly string[]
  readonly scenarios: readonly string[]
  /** Medians. */
  readonly secondsOf: (scenario: string, installer: string) => number | undefined
  /** The highest of all installs of a scenario, in bytes. */
  readonly peakOf: (scenario: string, installer: string) => number | undefined
  readonly installed: ReadonlyMap<string, Installed>
  readonly floor: (FloorCounts & { readonly seconds: number }) | undefined
  readonly start: { readonly alk: number; readonly node: number } | undefined
  /** Installers that failed, and what they said. */
  readonly failed: ReadonlyMap<string, string>
}

type Times = Map<string, readonly number[]>

export class Bench {
  readonly #options: BenchOptions
  readonly #times: Times = new Map()
  readonly #peaks: Times = new Map()
  readonly #failed = new Map<string, string>()
  /** After a plain install, by installer. */
  readonly #lockfiles = new Map<string, string>()
  /** Installers whose node_modules are those of the plain tree. */
  readonly #whole = new Set<string>()
  readonly #installed = new Map<string, Installed>()
  #floor: FloorCounts | undefined

  constructor(options: BenchOptions) {
    this.#options = options
  }

  /** One uncounted install of each: the registry has everything afterwards, also what will be added. */
  async prepare(): Promise<void> {
    const { installers, say } = this.#options
    say(`warming the registry with one uncounted run of ${installers.map(({ name }) => name).join(', ')}`)
    for (const [index, installer] of installers.entries()) {
      if (index === 0) await this.#install(installer, cold, { added: ADDED_PACKAGES })
      await this.#install(installer, cold)
      this.#keepLockfile(installer)
      if (this.#failed.has(installer.name)) continue
      this.#installed.set(installer.name, countInstalled(this.#project(installer)))
    }
    const alk = installers.find(({ name }) => name === 'alk')
    if (alk === undefined) return
    const list = listFloor(path.join(this.#project(alk), 'node_modules'))
    writeFileSync(this.#floorFile(), JSON.stringify({ ...list, source: this.#keepFloorSource(alk) }))
    this.#floor = countFloor(list)
  }

  /** Every scenario once, the installers in turns. */
  async run(run: number): Promise<void> {
    for (const scenario of this.#options.scenarios) {
      for (const installer of this.#options.installers) {
        if (this.#failed.has(installer.name)) continue
        const added = scenario.adds === true ? ADDED_PACKAGES.slice((run - 1) % ADDED_PACKAGES.length).slice(0, 1) : []
        const { seconds, peakBytes } = await this.#install(installer, scenario, { added })
        if (this.#failed.has(installer.name)) continue
        this.#options.say(
          `run ${run}  ${scenario.name.padEnd(14)} ${installer.name.padEnd(12)} ${seconds.toFixed(3)} s`,
        )
        const key = keyOf(scenario.name, installer.name)
        note(this.#times, key, seconds)
        if (peakBytes !== undefined) note(this.#peaks, key, peakBytes)
      }
    }
    await this.#measureFloor()
    await this.#measureStart()
  }

  results(): Results {
    const { installers, scenarios } = this.#options
    const floor = median(this.#times.get('floor'))
    const [alk, node] = [median(this.#times.get('alk --version')), median(this.#times.get('node -e 0'))]
    return {
      installers: installers.map(({ name }) => name),
      scenarios: scenarios.map(({ name }) => name),
      secondsOf: (scenario, installer) => median(this.#times.get(keyOf(scenario, installer))),
      peakOf: (scenario, installer) => highest(this.#peaks.get(keyOf(scenario, installer))),
      installed: this.#installed,
      floor: this.#floor && floor !== undefined ? { ...this.#floor, seconds: floor } : undefined,
      start: alk === undefined || node === undefined ? undefined : { alk, node },
      failed: this.#failed,
    }
  }

  /** One more install by alk, with Node's profile of it in the folder. */
  async profile(scenario: Scenario, folder: string): Promise<void> {
    const alk = this.#options.installers.find(({ name }) => name === 'alk')
    if (alk === undefined) throw new Error('--profile is of alk, which --only leaves out')
    const added = scenario.adds === true ? ADDED_PACKAGES.slice(-1) : []
    await this.#install(alk, scenario, { added, env: { NODE_OPTIONS: profileOptions(folder) } })
  }

  async #install(
    installer: Installer,
    scenario: Scenario,
    { added = [], env = {} }: { readonly added?: typeof ADDED_PACKAGES; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<TimedRun> {
    const { name, program, args } = installer
    if (scenario.keeps.modules && !this.#whole.has(name)) await this.#installWhole(installer)
    const home = this.#prepareProject(installer, scenario, added)
    const options = { cwd: this.#project(installer), env: { ...this.#environment(installer, home), ...env } }
    const run = await timedRun([program, ...args(home)], options)
    if (added.length === 0) this.#whole.add(name)
    else this.#whole.delete(name)
    if (run.exitCode !== 0) this.#fail(installer, scenario, run)
    else this.#requireAdded(installer, added)
    return run
  }

  /** A time is worth something only when the work was done. */
  #requireAdded(installer: Installer, added: typeof ADDED_PACKAGES): void {
    const project = this.#project(installer)
    const folders = [project, path.join(project, 'packages', 'member-0')]
    for (const [name] of added) {
      if (folders.some((folder) => existsSync(path.join(folder, 'node_modules', name, 'package.json')))) continue
      throw new Error(`${installer.name} did not install ${name}`)
    }
  }

  /** Ours must never fail; a peer that does is named in the table. */
  #fail({ name }: Installer, { name: scenario }: Scenario, { exitCode, output }: TimedRun): void {
    const message = `${name} failed (${scenario}, exit code ${exitCode ?? 'none'}):\n${output}`
    if (name.startsWith('alk')) throw new Error(message)
    this.#options.say(message)
    const reason = output.split('\n').find((line) => /error|No candidates/i.test(line)) ?? ''
    this.#failed.set(name, `it failed (${scenario}): ${stripVTControlCharacters(reason).trim()}`)
  }

  async #installWhole(installer: Installer): Promise<void> {
    await this.#install(installer, { name: 'preparation', keeps: { lockfile: true, home: true, modules: false } })
  }

  /** @returns the installer's home */
  #prepareProject(installer: Installer, { keeps }: Scenario, added: typeof ADDED_PACKAGES): string {
    const { folder, tree, registry } = this.#options
    const project = this.#project(installer)
    const home = path.join(folder, `home-${fileName(installer)}`)
    const files = { ...readProjectTree(tree, { policy: installer.policy, added }), '.npmrc': `registry=${registry}\n` }
    for (const [file, text] of Object.entries(files)) writeUnlessSame(path.join(project, file), text)
    const lockfile = path.join(project, installer.lockfile)
    const locked = this.#lockfiles.get(installer.name)
    if (!keeps.lockfile || locked === undefined) rmSync(lockfile, { force: true })
    else writeUnlessSame(lockfile, locked)
    if (!keeps.modules) removeModules(project)
    if (!keeps.home) rmSync(home, { recursive: true, force: true })
    mkdirSync(home, { recursive: true })
    return home
  }

  #keepLockfile(installer: Installer): void {
    const file = path.join(this.#project(installer), installer.lockfile)
    if (existsSync(file)) this.#lockfiles.set(installer.name, readFileSync(file, 'utf8'))
  }

  /** Nothing of the user's configuration, no settings that npm handed to this process. */
  #environment(installer: Installer, home: string): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(([name]) => !/^(?:p?npm_|ALKAHEST_|YARN_|XDG_|CI$)/i.test(name))
    const own = installer.env?.(this.#options.registry) ?? {}
    const quiet = { npm_config_update_notifier: 'false', DO_NOT_TRACK: '1' }
    return { ...Object.fromEntries(kept), ...quiet, ...own, HOME: home, PATH: this.#options.path }
  }

  /** A copy of alk's tree, by links, that no later install takes away: the floor links from it. */
  #keepFloorSource(alk: Installer): string {
    const source = path.join(this.#options.folder, 'floor-source')
    const list = listFloor(path.join(this.#project(alk), 'node_modules'))
    makeFloor(list, source)
    return source
  }

  async #measureFloor(): Promise<void> {
    if (this.#floor === undefined) return
    const target = path.join(this.#options.folder, 'floor')
    const program = path.join(import.meta.dirname, 'floor.ts')
    const { seconds, exitCode, output } = await timedRun([process.execPath, program, this.#floorFile(), target], {
      cwd: this.#options.folder,
      env: process.env,
    })
    if (exitCode !== 0) throw new Error(`the floor could not be made:\n${output}`)
    rmSync(target, { recursive: true })
    this.#options.say(`floor ${seconds.toFixed(3)} s`)
    note(this.#times, 'floor', seconds)
  }

  /** In turns, like everything. */
  async #measureStart(): Promise<void> {
    const commands = { 'alk --version': ['alk', '--version'], 'node -e 0': ['node', '-e', '0'] }
    const { folder: cwd, path: searched } = this.#options
    for (let start = 0; start < STARTS; start++) {
      for (const [name, words] of Object.entries(commands)) {
        const { seconds } = await timedRun(words, { cwd, env: { ...process.env, PATH: searched } })
        note(this.#times, name, seconds)
      }
    }
  }

  #floorFile(): string {
    return path.join(this.#options.folder, 'floor.json')
  }

  #project(installer: Installer): string {
    return path.join(this.#options.folder, `project-${fileName(installer)}`)
  }
}

function fileName({ name }: Installer): string {
  return name.replaceAll(' ', '-')
}

function keyOf(scenario: string, installer: string): string {
  return `${scenario}: ${installer}`
}

function note(times: Times, key: string, value: number): void {
  times.set(key, [...(times.get(key) ?? []), value])
}

/** A manifest that is written again is one that may have changed: nobody's install would have nothing to do. */
function writeUnlessSame(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** Of the root and of every member. */
function removeModules(project: string): void {
  rmSync(path.join(project, 'node_modules'), { recursive: true, force: true })
  const members = path.join(project, 'packages')
  if (!existsSync(members)) return
  for (const member of readdirSync(members))
    rmSync(path.join(members, member, 'node_modules'), { recursive: true, force: true })
}

function median(numbers: readonly number[] = []): number | undefined {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)]
}

function highest(numbers: readonly number[] = []): number | undefined {
  return numbers.length === 0 ? undefined : Math.max(...numbers)
}

/**
 * `npm run bench`: alk, npm and pnpm install the same project through our own registry on this machine, in turns, each with a
 * home of its own; medians in seconds, and how many packages and copies each leaves. `-- --tree DIR --runs N --json`.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { countInstalled } from './installed.ts'
import { installers, scenarios } from './installers.ts'
import type { Installer } from './installers.ts'

const MILLISECONDS_PER_SECOND = 1000
const root = path.resolve(import.meta.dirname, '..', '..')

type Scenario = (typeof scenarios)[number]
type Bench = { readonly folder: string; readonly manifest: string; readonly registry: string; readonly path: string }

const { values } = parseArgs({
  options: {
    tree: { type: 'string', default: path.join(import.meta.dirname, 'trees', 'service') },
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1)
  throw new Error(`--runs takes a whole number of at least 1, not ${values.runs}`)

const folder = mkdtempSync(path.join(tmpdir(), 'alkahest-bench-'))
try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const commandPath = installCommand()
  const registry = await startRegistry(commandPath)
  try {
    const bench = { folder, manifest: readTree(values.tree), registry: registry.url, path: commandPath }
    say(`warming the registry with one uncounted run of ${installers.map(({ name }) => name).join(', ')}`)
    for (const installer of installers) measure(bench, installer, scenarios[0])
    const times = measureAll(bench)
    const counts = installers.map((installer) => ({ installer, ...countInstalled(projectOf(bench, installer)) }))
    report(times, counts)
  } finally {
    registry.child.kill('SIGTERM')
    await once(registry.child, 'exit')
  }
}

/** The packed command in a prefix of its own; returns the PATH on which it is found first. */
function installCommand(): string {
  execFileSync(process.execPath, [path.join(root, 'test', 'pack', 'main.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const prefix = path.join(folder, 'prefix')
  const options = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--prefix', prefix]
  execFileSync('npm', ['install', '--global', ...options, path.join(root, 'dist', 'alkahest.tgz')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return `${path.join(prefix, 'bin')}${path.delimiter}${process.env.PATH ?? ''}`
}

async function startRegistry(commandPath: string): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const words = ['registry', 'serve', '--json', '--port', '0', '--data', path.join(folder, 'registry')]
  const child = spawn('alk', words, {
    env: { ...process.env, PATH: commandPath },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { url: (JSON.parse(line) as { readonly url: string }).url, child }
}

/** The tree's package.json, with no waiting for age: pnpm is told the same, and npm never waits. */
function readTree(tree: string): string {
  const manifest = JSON.parse(readFileSync(path.join(tree, 'package.json'), 'utf8')) as object
  return JSON.stringify({ ...manifest, alkahest: { minimumReleaseAge: 0 } }, null, 2)
}

function measureAll(bench: Bench): ReadonlyMap<string, number[]> {
  const times = new Map<string, number[]>()
  for (let run = 1; run <= runs; run += 1) {
    for (const scenario of scenarios) {
      for (const installer of installers) {
        const seconds = measure(bench, installer, scenario)
        say(`run ${run}  ${scenario.name.padEnd(14)} ${installer.name.padEnd(5)} ${seconds.toFixed(2)} s`)
        const key = `${scenario.name} ${installer.name}`
        times.set(key, [...(times.get(key) ?? []), seconds])
      }
    }
  }
  return times
}

function measure(bench: Bench, installer: Installer, { keeps }: Scenario): number {
  const project = projectOf(bench, installer)
  const home = path.join(bench.folder, `home-${installer.name}`)
  mkdirSync(project, { recursive: true })
  writeFileSync(path.join(project, 'package.json'), bench.manifest)
  writeFileSync(path.join(project, '.npmrc'), `registry=${bench.registry}\n`)
  if (!keeps.lockfile) rmSync(path.join(project, installer.lockfile), { force: true })
  if (!keeps.nodeModules) rmSync(path.join(project, 'node_modules'), { recursive: true, force: true })
  if (!keeps.home) rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  const [program = '', ...args] = installer.command(home)
  const started = performance.now()
  const { status, stderr, stdout } = spawnSync(program, args, { cwd: project, env: environment(bench, home) })
  const seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND
  if (status !== 0) throw new Error(`${installer.name} failed (${status}):\n${stdout.toString()}${stderr.toString()}`)
  return seconds
}

function projectOf(bench: Bench, installer: Installer): string {
  return path.join(bench.folder, `project-${installer.name}`)
}

/** Nothing of the user's configuration, no settings that npm handed to this process. */
function environment(bench: Bench, home: string): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:p?npm_|ALKAHEST_|XDG_|CI$)/i.test(name))
  return { ...Object.fromEntries(kept), HOME: home, PATH: bench.path, npm_config_update_notifier: 'false' }
}

type Count = { readonly installer: Installer; readonly packages: number; readonly copies: number }

function report(times: ReadonlyMap<string, readonly number[]>, counts: readonly Count[]): void {
  const rows = scenarios.map(({ name }) => ({
    scenario: name,
    ...Object.fromEntries(installers.map((each) => [each.name, median(times.get(`${name} ${each.name}`) ?? [])])),
  }))
  const totals = Object.fromEntries(
    counts.map(({ installer, packages, copies }) => [installer.name, { packages, copies }]),
  )
  if (values.json) {
    console.log(JSON.stringify({ ok: true, seconds: rows, installed: totals }))
    return
  }
  const cell = (text: string): string => text.padStart(8)
  const line = (head: string, cells: readonly string[]): string => `${head.padEnd(16)}${cells.map(cell).join('')}`
  console.log(
    `\n${line(
      'seconds',
      installers.map(({ name }) => name),
    )}`,
  )
  for (const { name } of scenarios) {
    console.log(
      line(
        name,
        installers.map((each) => median(times.get(`${name} ${each.name}`) ?? []).toFixed(2)),
      ),
    )
  }
  console.log(
    line(
      'packages',
      counts.map(({ packages }) => String(packages)),
    ),
  )
  console.log(
    line(
      'copies',
      counts.map(({ copies }) => String(copies)),
    ),
  )
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Progress goes to stderr, so that stdout is the table or the document alone. */
function say(text: string): void {
  console.error(text)
}

/**
 * `npm run bench`: alk and its peers install the same project through our own registry on this machine, in turns, each with a
 * home of its own; medians in seconds, peak memory, how many packages and copies each leaves, the floor of a warm install, and
 * how that stands to our goals. A tool is only as fast as what it must do here: nothing else should be running.
 */
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess, ExecFileSyncOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { Bench } from './bench.ts'
import { installers, scenarios } from './installers.ts'
import { fetchPeers } from './peers.ts'
import { describeProfiles } from './profile.ts'
import { documentOf, tableOf } from './table.ts'

const USAGE = `Usage: npm run bench -- [--tree NAME|DIR] [--runs N] [--only LIST] [--scenarios LIST] [--data DIR] [--profile DIR] [--json]

  --tree NAME|DIR    service (220 packages), app (1,200), workspace (30 members), or a folder with a package.json
  --runs N           how often each is measured; the table has medians (3)
  --only LIST        of ${installers.map(({ name }) => name).join(', ')}
  --scenarios LIST   of ${scenarios.map(({ name }) => name).join(', ')}
  --data DIR         the registry's data, kept for the next call, which needs not fetch everything again
  --profile DIR      also profiles one alk install of each scenario, and names what took longest
  --json             one document on stdout
`

const root = path.resolve(import.meta.dirname, '..', '..')

const { values } = parseArgs({
  options: {
    tree: { type: 'string', default: 'service' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    scenarios: { type: 'string' },
    data: { type: 'string' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) process.stdout.write(USAGE)
else await main()

async function main(): Promise<void> {
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error(`--runs takes a whole number of at least 1, not ${values.runs}`)
  const wanted = chosen('--only', installers, values.only)
  const measured = chosen('--scenarios', scenarios, values.scenarios)
  const folder = mkdtempSync(path.join(tmpdir(), 'alkahest-bench-'))
  try {
    const command = installCommand(folder)
    const searched = process.env.PATH ?? ''
    const programs = new Set(wanted.map(({ program }) => program).filter((program) => program !== 'alk'))
    const { bin, absent } = fetchPeers(path.join(folder, 'peers'), programs)
    const registry = await startRegistry(command, values.data ?? path.join(folder, 'registry'))
    try {
      const bench = new Bench({
        folder,
        tree: values.tree,
        registry: registry.url,
        path: [command, bin, searched].join(path.delimiter),
        installers: wanted.filter(({ program }) => !absent.has(program)),
        scenarios: measured,
        say,
      })
      await bench.prepare()
      for (let run = 1; run <= runs; run++) await bench.run(run)
      const results = bench.results()
      if (values.json) console.log(JSON.stringify(documentOf({ tree: values.tree, runs, results, absent })))
      else console.log(tableOf({ tree: values.tree, runs, results, absent }))
      if (values.profile !== undefined) await profile(bench, path.resolve(values.profile))
    } finally {
      registry.child.kill('SIGTERM')
      await once(registry.child, 'exit')
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function chosen<Named extends { readonly name: string }>(
  option: string,
  all: readonly Named[],
  list: string | undefined,
): readonly Named[] {
  if (list === undefined) return all
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !all.some((each) => each.name === name))
  if (unknown !== undefined)
    throw new Error(`${option} has no ${unknown}; there are ${all.map(({ name }) => name).join(', ')}`)
  return all.filter(({ name }) => names.includes(name))
}

/** The packed command in a prefix of its own; returns the folder with `alk`. */
function installCommand(folder: string): string {
  const quiet: ExecFileSyncOptions = { stdio: ['ignore', 'ignore', 'inherit'] }
  execFileSync(process.execPath, [path.join(root, 'test', 'pack', 'main.ts')], quiet)
  const prefix = path.join(folder, 'prefix')
  const options = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--prefix', prefix]
  execFileSync('npm', ['install', '--global', ...options, path.join(root, 'dist', 'alkahest.tgz')], quiet)
  return path.join(prefix, 'bin')
}

type RunningRegistry = { readonly url: string; readonly child: ChildProcess }

/** With the user's own environment: its upstream is what npm is configured for on this machine. */
async function startRegistry(command: string, data: string): Promise<RunningRegistry> {
  mkdirSync(data, { recursive: true })
  const words = ['registry', 'serve', '--json', '--port', '0', '--data', path.resolve(data)]
  const child = spawn(path.join(command, 'alk'), words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { url: (JSON.parse(line) as { readonly url: string }).url, child }
}

async function profile(bench: Bench, target: string): Promise<void> {
  for (const scenario of scenarios) {
    const folder = path.join(target, scenario.name.replaceAll(' ', '-'))
    mkdirSync(folder, { recursive: true })
    await bench.profile(scenario, folder)
    say(`\n${scenario.name}, profiled (${folder}):\n${describeProfiles(folder).join('\n')}`)
  }
}

/** Progress goes to stderr, so that stdout is the table or the document alone. */
function say(text: string): void {
  console.error(text)
}

/**
 * `npm run bench:release`: what a release of the scaffolded service costs beside the bare program. Medians: seconds to make it with
 * the runtime cached, milliseconds to the first answer, memory (proportional set size) when idle, milliseconds for an `rpc`.
 * `-- --runs N --json`. The program that is compared runs on the same Node, from the same files.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

/** Issue 6, point 9. */
const GOALS = { buildSeconds: 3, bootExtraMs: 150, memoryExtraMb: 45, rpcMs: 120 } as const
type Measure = keyof typeof GOALS

const BOOT_MS_MAX = 30_000
const POLL_MS = 2
/** What is allocated while starting has been given back by then. */
const IDLE_MS = 3000
const KB_PER_MB = 1024

const root = path.resolve(import.meta.dirname, '..', '..')
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
})
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1)
  throw new Error(`--runs takes a whole number of at least 1, not ${values.runs}`)

const folder = mkdtempSync(path.join(tmpdir(), 'alkahest-bench-release-'))
const project = path.join(folder, 'hello')
const installed = path.join(folder, 'installed')
const bin = path.join(installed, 'bin', 'hello')
try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  alk(folder, 'new', 'hello', '--template', 'app', '--name', 'hello')
  alk(project, 'install')
  alk(project, 'release')
  const build = repeated(() => alk(project, 'release', '--overwrite') / 1000)
  unpack()
  const bare = bareCommand()
  const boots: number[] = []
  const memories: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const [alone, released] = [await measureRunning(bare), await measureRunning([bin, 'start'])]
    boots.push(released.bootMs - alone.bootMs)
    memories.push(released.memoryMb - alone.memoryMb)
    say(`run ${run + 1}  bare ${show(alone)}  release ${show(released)}`)
  }
  const rpc = await measureRpc()
  report({
    buildSeconds: median(build),
    bootExtraMs: median(boots),
    memoryExtraMb: median(memories),
    rpcMs: median(rpc),
  })
}

/** Runs it and returns the milliseconds that it took. */
function alk(cwd: string, ...args: readonly string[]): number {
  const started = performance.now()
  const env = { ...process.env, ALKAHEST_HOME: path.join(folder, 'home') }
  execFileSync(process.execPath, [path.join(root, 'packages/cli/src/main.ts'), ...args], {
    cwd,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return performance.now() - started
}

function repeated(measure: () => number): readonly number[] {
  return Array.from({ length: runs }, measure)
}

function unpack(): void {
  const output = path.join(project, 'build', 'release')
  const tarball = readdirSync(output).find((name) => name.endsWith('.tar.gz')) ?? ''
  mkdirSync(installed)
  execFileSync('tar', ['-xzf', path.join(output, tarball), '-C', installed])
}

/** The program of the release without anything around it: its Node, its flags, its entry. */
function bareCommand(): readonly string[] {
  const [runtime = ''] = readdirSync(path.join(installed, 'runtime'))
  const node = path.join(installed, 'runtime', runtime, 'bin', 'node')
  return [node, '--enable-source-maps', path.join(installed, 'releases', '0.1.0', 'app', 'dist', 'main.js')]
}

type Running = { readonly bootMs: number; readonly memoryMb: number }

async function measureRunning(command: readonly string[]): Promise<Running> {
  const running = await start(command)
  await sleep(IDLE_MS)
  const memoryMb = memoryOf(running.child.pid ?? 0)
  await stop(running.child)
  return { bootMs: running.bootMs, memoryMb }
}

async function start([program = '', ...args]: readonly string[]): Promise<{
  readonly child: ChildProcess
  readonly bootMs: number
}> {
  const port = await freePort()
  const started = performance.now()
  const child = spawn(program, args, {
    env: { PATH: '/usr/bin:/bin', HOST: '127.0.0.1', PORT: String(port), NODE_ENV: 'production' },
    stdio: 'ignore',
  })
  while (!(await answers(port))) {
    if (performance.now() - started > BOOT_MS_MAX) throw new Error(`${program} did not answer`)
    await sleep(POLL_MS)
  }
  return { child, bootMs: performance.now() - started }
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path: '/health', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('error', () => resolve(false))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

/** Of a process and everything that it started. Linux counts a shared page by how many share it. */
function memoryOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const own = Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? Number.NaN) / KB_PER_MB
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return children.filter((id) => id !== '').reduce((sum, id) => sum + memoryOf(Number(id)), own)
}

async function measureRpc(): Promise<readonly number[]> {
  const running = await start([bin, 'start'])
  const times = repeated(() => {
    const started = performance.now()
    const { status, stdout } = spawnSync(bin, ['rpc', '1 + 1'], { env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8' })
    if (status !== 0 || stdout !== '2\n') throw new Error(`rpc answered ${stdout}`)
    return performance.now() - started
  })
  await stop(running.child)
  return times
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function report(measured: Readonly<Record<Measure, number>>): void {
  if (values.json) {
    console.log(JSON.stringify({ ok: true, runs, measured, goals: GOALS }))
    return
  }
  console.log(`\n${'median of'.padEnd(16)}${String(runs).padStart(10)}${'goal'.padStart(10)}`)
  for (const [name, goal] of Object.entries(GOALS))
    console.log(`${name.padEnd(16)}${measured[name as Measure].toFixed(1).padStart(10)}${String(goal).padStart(10)}`)
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function show({ bootMs, memoryMb }: Running): string {
  return `${bootMs.toFixed(0)} ms ${memoryMb.toFixed(1)} MB`
}

/** Progress goes to stderr, so that stdout is the table or the document alone. */
function say(text: string): void {
  console.error(text)
}

/** The commands that look into a running release: `rpc`, `remote`, `info`, `stack`, `profile`, `heap`. */
import { once } from 'node:events'
import net from 'node:net'
import { join } from 'node:path'
import { connectToRunning } from './admin-client.ts'
import { codeOfArguments } from './code-arguments.ts'
import { runFolder } from './environment.ts'
import type { Environment } from './environment.ts'
import { EXIT_USAGE, Failure } from './failure.ts'

const PROFILE_MS = 5000
const MIB = 1024 * 1024

type Options = {
  readonly worker: string | undefined
  readonly force: boolean
  readonly json: boolean
  readonly rest: readonly string[]
}

/** `rpc [--worker NAME] [--force] EXPR`: runs it inside a worker; `--force` also while its event loop is blocked. */
export async function rpc(environment: Environment, argv: readonly string[]): Promise<number> {
  const { rest, worker, force } = readOptions(argv)
  const { code } = codeOfArguments('rpc', rest)
  await using running = await connectToRunning(environment)
  const { text } = await running.ask('rpc', { code, worker, force })
  if (text !== '') print(String(text))
  return 0
}

/** `remote [--worker NAME]`: a REPL in a worker, until `.exit` or Ctrl-D. */
export async function remote(environment: Environment, argv: readonly string[]): Promise<number> {
  const { worker } = readOptions(argv)
  const folder = runFolder(environment)
  const { stdin, stdout } = process
  const request = {
    folder,
    columns: stdout.columns ?? 80,
    colors: stdout.isTTY && process.env.NO_COLOR === undefined,
    prompt: `${environment.name}> `,
    history: join(folder, 'history'),
  }
  let path: string
  {
    await using running = await connectToRunning(environment)
    path = String((await running.ask('remote', { request, worker })).socket)
  }
  const socket = net.connect(path)
  if (stdin.isTTY) stdin.setRawMode(true)
  stdin.pipe(socket)
  socket.pipe(stdout, { end: false })
  await once(socket, 'close')
  if (stdin.isTTY) stdin.setRawMode(false)
  stdin.destroy()
  return 0
}

/** `info [--json]`: memory, processor and handles of every worker. */
export async function info(environment: Environment, argv: readonly string[]): Promise<number> {
  const { json } = readOptions(argv)
  await using running = await connectToRunning(environment)
  const { workers } = await running.ask('info')
  if (json) print(JSON.stringify({ ok: true, workers }))
  else for (const worker of workers as readonly WorkerInfo[]) print(formatInfo(worker))
  return 0
}

/** `stack [--worker NAME]`: where the main thread is at this moment. */
export async function stack(environment: Environment, argv: readonly string[]): Promise<number> {
  const { worker, json } = readOptions(argv)
  await using running = await connectToRunning(environment)
  const answer = await running.ask('stack', { worker })
  const frames = answer.frames as readonly string[]
  if (json) print(JSON.stringify({ ok: true, worker: answer.worker, frames }))
  else print(frames.length === 0 ? `${String(answer.worker)} waits: nothing runs` : frames.join('\n'))
  return 0
}

/** `profile [--worker NAME] [MS]`: a CPU profile into a file below `tmp`, and the busiest functions. */
export async function profile(environment: Environment, argv: readonly string[]): Promise<number> {
  const { worker, json, rest } = readOptions(argv)
  const ms = rest[0] === undefined ? PROFILE_MS : Number(rest[0])
  await using running = await connectToRunning(environment)
  const answer = await running.ask('profile', { worker, ms, file: captureFile(environment, 'cpuprofile') })
  if (json) print(JSON.stringify({ ok: true, ...answer }))
  else
    print(
      [`${String(answer.file)} (${String(answer.samples)} samples)`, ...(answer.top as readonly string[])].join('\n'),
    )
  return 0
}

/** `heap [--worker NAME]`: a heap snapshot into a file below `tmp`. The worker stands still meanwhile. */
export async function heap(environment: Environment, argv: readonly string[]): Promise<number> {
  const { worker, json } = readOptions(argv)
  await using running = await connectToRunning(environment)
  const answer = await running.ask('heap', { worker, file: captureFile(environment, 'heapsnapshot') })
  print(json ? JSON.stringify({ ok: true, ...answer }) : String(answer.file))
  return 0
}

function captureFile({ temporary, name }: Environment, extension: string): string {
  const time = new Date().toISOString().replaceAll(':', '-')
  return join(temporary, 'captures', `${name}-${time}.${extension}`)
}

type WorkerInfo = {
  readonly name: string
  readonly pid: number
  readonly info: {
    readonly memory: { readonly rss: number; readonly heapUsed: number; readonly external: number }
    readonly cpu: { readonly user: number; readonly system: number }
    readonly uptime: number
    readonly utilization: number
    readonly resources: Readonly<Record<string, number>>
  }
}

function formatInfo({ name, pid, info: { memory, cpu, uptime, utilization, resources } }: WorkerInfo): string {
  const resourceList = Object.entries(resources).map(([resource, count]) => `${count} ${resource}`)
  return [
    `${name}  process ${pid}, up ${Math.round(uptime)} s`,
    `  memory ${mebibytes(memory.rss)}, heap ${mebibytes(memory.heapUsed)}, external ${mebibytes(memory.external)}`,
    `  processor ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s, event loop busy ${(utilization * 100).toFixed(1)} %`,
    `  ${resourceList.join(', ')}`,
  ].join('\n')
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`
}

function readOptions(argv: readonly string[]): Options {
  const rest = [...argv]
  const take = (flag: string): boolean => {
    const at = rest.indexOf(flag)
    if (at !== -1) rest.splice(at, 1)
    return at !== -1
  }
  const at = rest.indexOf('--worker')
  const [, worker] = at === -1 ? [] : rest.splice(at, 2)
  if (at !== -1 && worker === undefined) throw new Failure('--worker needs the name of one, such as web.0', EXIT_USAGE)
  return { worker, force: take('--force'), json: take('--json'), rest }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

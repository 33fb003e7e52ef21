/** The commands of `bin/NAME`: arguments in, text on the standard streams, an exit code out. */
import { setTimeout as delay } from 'node:timers/promises'
import { connectToRunning, findRunning, NotRunning } from './admin-client.ts'
import { startDaemon } from './daemon.ts'
import { readEnvironment } from './environment.ts'
import type { Environment } from './environment.ts'
import { evaluateInNewProcess } from './evaluate.ts'
import { EXIT_USAGE, Failure, messageOf } from './failure.ts'
import { runGeneration } from './generation-main.ts'
import { heap, info, profile, remote, rpc, stack } from './look-inside.ts'
import { isRunning } from './process-identity.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { showLogs } from './show-logs.ts'
import { startWithRepl } from './start-repl.ts'
import { formatStatus } from './status.ts'
import { listReleases, rollback, upgrade } from './upgrade.ts'
import { verifyFiles } from './verify.ts'
import { supervise } from './supervise.ts'

/** Longest wait for a process whose socket is closed: after that it only waits to be reaped by its parent. */
const END_MS_MAX = 5000
const END_POLL_MS = 10

type Command = (environment: Environment, rest: readonly string[]) => Promise<number>

const COMMANDS: Readonly<Record<string, Command>> = {
  start: async ({ variables }) => await supervise(variables),
  start_repl: startWithRepl,
  daemon: async (environment) => {
    const pid = await startDaemon(environment)
    print(String(pid))
    return 0
  },
  stop,
  restart: async (environment) => {
    await using running = await connectToRunning(environment)
    const { workers } = await running.ask('restart')
    print(`restarted ${String(workers)} ${workers === 1 ? 'worker' : 'workers'}`)
    return 0
  },
  pid: async (environment) => {
    print(String(findRunning(environment).pid))
    return 0
  },
  ping: async (environment) => {
    await using running = await connectToRunning(environment)
    const { version } = await running.ask('ping')
    print(`${environment.name} ${String(version)} answers`)
    return 0
  },
  status,
  upgrade,
  rollback,
  releases: listReleases,
  verify: verifyFiles,
  generation: async ({ variables }) => await runGeneration(variables),
  'reload-config': async (environment) => {
    await using running = await connectToRunning(environment)
    const { changed } = await running.ask('reload-config')
    const names = changed as readonly string[]
    print(names.length === 0 ? 'nothing changed' : `changed: ${names.join(', ')}`)
    return 0
  },
  rpc,
  remote,
  info,
  stack,
  profile,
  heap,
  logs: showLogs,
  eval: evaluateInNewProcess,
}

/** Runs one command and says in one line what went wrong, if something did. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const [name = '', ...rest] = argv
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  try {
    if (command === undefined) throw new Failure(`unknown command ${name}`, EXIT_USAGE)
    return await command(readEnvironment(process.env), rest)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    process.stderr.write(`error: ${messageOf(error)}\n`)
    return error.exitCode
  }
}

/** Waits until it is gone. That it does not run is what was wanted, so it is no failure; it is said. */
async function stop(environment: Environment): Promise<number> {
  try {
    await using running = await connectToRunning(environment)
    await running.ask('stop')
    await running.gone
    await ended(running)
    print(`stopped process ${running.pid}`)
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
    print(error.message)
  }
  return 0
}

/** The socket closes a moment before the process ends; whoever starts it again at once must not meet it. */
async function ended(running: ProcessIdentity): Promise<void> {
  const deadline = performance.now() + END_MS_MAX
  while (isRunning(running) && performance.now() < deadline) await delay(END_POLL_MS)
}

async function status(environment: Environment, rest: readonly string[]): Promise<number> {
  const unknown = rest.find((argument) => argument !== '--json')
  if (unknown !== undefined) throw new Failure(`status does not know ${unknown}`, EXIT_USAGE)
  await using running = await connectToRunning(environment)
  const answer = await running.ask('status')
  print(rest.includes('--json') ? JSON.stringify({ ok: true, ...answer }) : formatStatus(answer))
  return 0
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

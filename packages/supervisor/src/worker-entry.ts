/**
 * What runs in a worker before the application: it gives `server.listen(port)` the supervisor's socket, tells the
 * supervisor when the worker is ready, and drains when it is told to. The application needs no change and no import.
 */
import type net from 'node:net'
import process from 'node:process'
import type { Line } from './admin-channel.ts'
import { startAgent } from './agent-thread.ts'
import type { AgentData } from './agent.ts'
import { openConsole } from './console.ts'
import { drainServers, hurryServers } from './drain.ts'
import { evaluate } from './evaluate.ts'
import { interceptListen } from './listen.ts'
import { askHealth } from './health.ts'
import { toWorker } from './messages.ts'
import type { DrainMode, FromWorker, Question, ToWorker } from './messages.ts'

/** When the supervisor vanished nobody says how long to wait. */
const ORPHAN_DEADLINE_MS = 10_000

/** Set by the supervisor for the worker itself, and taken away at once: what the worker starts is no worker. */
const LIMITS_VARIABLE = 'RELEASE_LIMITS'

type Limits = Pick<AgentData, 'watchdogMs' | 'memoryMax'>

export function enterWorker(): void {
  const limits = process.env[LIMITS_VARIABLE]
  if (limits === undefined) return
  Reflect.deleteProperty(process.env, LIMITS_VARIABLE)
  hideFromChildren()
  const stopAgent = process.env.RELEASE_AGENT === 'off' ? async () => {} : startAgent(JSON.parse(limits) as Limits)
  const send = (message: FromWorker): void => {
    // The channel is closed when the supervisor was killed; there is nobody left to tell.
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }
  const { servers, receiveHandle } = interceptListen(send)
  let draining: Promise<void> | undefined
  const drain = (mode: DrainMode, deadlineMs: number): void => {
    if (draining !== undefined && mode === 'stop') hurryServers(servers, deadlineMs)
    draining ??= drainServers(servers, { mode, deadlineMs }).then(() => leave(stopAgent))
  }
  const answer = async ({ id, question }: ToWorker & { alkahest: 'ask' }): Promise<void> => {
    try {
      send({ alkahest: 'answer', id, result: await perform(servers, question) })
    } catch (error) {
      send({ alkahest: 'answer', id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }
  process.on('message', (value, handle) => {
    const message = toWorker(value)
    if (message?.alkahest === 'handle') receiveHandle(message, handle)
    if (message?.alkahest === 'drain') drain(message.mode, message.deadlineMs)
    if (message?.alkahest === 'ask') void answer(message)
  })
  process.on('disconnect', () => drain('stop', ORPHAN_DEADLINE_MS))
  // Its output goes through the supervisor; when that is gone the pipe is broken, which is no reason to crash while draining.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  // Waiting for messages must not keep a worker alive that has nothing else to do.
  process.channel?.unref()
}

/** Programs and threads that the application starts inherit the flags of Node; ours is not for them. */
function hideFromChildren(): void {
  const at = process.execArgv.findIndex((flag) => flag.endsWith('?worker'))
  if (at > 0) process.execArgv.splice(at - 1, 2)
}

async function perform(servers: ReadonlySet<net.Server>, question: Question): Promise<Line> {
  if (question.what === 'health') return await askHealth(servers, question.path)
  if (question.what === 'evaluate') return { text: await evaluate(question.code) }
  return { socket: await openConsole(question.request) }
}

/**
 * The application's own clean-up, when it has one, is what it does on SIGTERM. The agent goes first: Node would say that it
 * waits for a debugger to disconnect.
 */
async function leave(stopAgent: () => Promise<void>): Promise<void> {
  await stopAgent()
  if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM')
  else process.exit(0)
}

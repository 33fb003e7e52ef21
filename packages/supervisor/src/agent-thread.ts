/** Starts the agent beside the application, and feeds its watchdog. What it returns ends the agent. */
import { Worker } from 'node:worker_threads'
import type { AgentData } from './agent.ts'
import { messageOf } from './failure.ts'

/** The supervisor's end of it is the fifth entry of `stdio` in worker-process.ts. */
const AGENT_DESCRIPTOR = 4
const HEARTBEAT_MS = 500
/** Enough for an inspector session and a profile on its way to disk. */
const HEAP_MB_MAX = 512

export function startAgent({
  watchdogMs,
  memoryMax,
}: Pick<AgentData, 'watchdogMs' | 'memoryMax'>): () => Promise<void> {
  const heartbeat = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const data: AgentData = { descriptor: AGENT_DESCRIPTOR, heartbeat, watchdogMs, memoryMax }
  const module = new URL(import.meta.url)
  const main = new URL(module.pathname.endsWith('/agent-thread.mjs') ? './main.mjs' : module.pathname, module)
  main.search = ''
  const thread = new Worker(main, {
    workerData: data,
    // Without the flags of the application: they would load our own entry and its preloads a second time.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    name: 'alkahest agent',
  })
  thread.unref()
  // The application goes on without it; questions to it are answered with an error.
  thread.on('error', (error: unknown) => process.emitWarning(`the agent ended: ${messageOf(error)}`))
  const beats = new Int32Array(heartbeat)
  setInterval(() => Atomics.add(beats, 0, 1), HEARTBEAT_MS).unref()
  return async () => void (await thread.terminate())
}

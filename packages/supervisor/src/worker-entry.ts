/**
 * What runs in a worker before the application: it gives `server.listen(port)` the supervisor's socket, tells the
 * supervisor when the worker is ready, and drains when it is told to. The application needs no change and no import.
 */
import process from 'node:process'
import { drainServers, hurryServers } from './drain.ts'
import { interceptListen } from './listen.ts'
import { askHealth } from './health.ts'
import { toWorker } from './messages.ts'
import type { DrainMode, FromWorker, ToWorker } from './messages.ts'

/** When the supervisor vanished nobody says how long to wait. */
const ORPHAN_DEADLINE_MS = 10_000

export function enterWorker(): void {
  const send = (message: FromWorker): void => {
    // The channel is closed when the supervisor was killed; there is nobody left to tell.
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }
  const { servers, receiveHandle } = interceptListen(send)
  let draining: Promise<void> | undefined
  const drain = (mode: DrainMode, deadlineMs: number): void => {
    if (draining !== undefined && mode === 'stop') hurryServers(servers, deadlineMs)
    draining ??= drainServers(servers, { mode, deadlineMs }).then(leave)
  }
  const answerHealth = async ({ id, path }: ToWorker & { alkahest: 'health' }): Promise<void> => {
    send({ alkahest: 'healthy', id, ...(await askHealth(servers, path)) })
  }
  process.on('message', (value, handle) => {
    const message = toWorker(value)
    if (message?.alkahest === 'handle') receiveHandle(message, handle)
    if (message?.alkahest === 'drain') drain(message.mode, message.deadlineMs)
    if (message?.alkahest === 'health') {
      void answerHealth(message)
    }
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

/** The application's own clean-up, when it has one, is what it does on SIGTERM. */
function leave(): void {
  if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM')
  else process.exit(0)
}

/** A command's end of the admin socket: find the running release, greet it, ask. */
import { once } from 'node:events'
import net from 'node:net'
import { greet, lineChannel, readCookie } from './admin-channel.ts'
import type { Line, LineChannel } from './admin-channel.ts'
import { runFolder } from './environment.ts'
import type { Environment } from './environment.ts'
import { Failure, messageOf } from './failure.ts'
import { pidFile, readPidFile } from './pid-file.ts'
import type { PidRecord } from './pid-file.ts'
import { isRunning } from './process-identity.ts'

/** Nobody runs this release; `stop` and `ping` treat it differently. */
export class NotRunning extends Failure {}

export type RunningRelease = PidRecord & {
  /** One command, one answer; a refusal is thrown as a `Failure`. */
  readonly ask: (command: string, input?: Line) => Promise<Line>
  /** Resolves when the supervisor is gone. */
  readonly gone: Promise<void>
} & AsyncDisposable

/** The record of the process that runs the release, or throws `NotRunning`. */
export function findRunning(environment: Environment): PidRecord {
  const record = readPidFile(pidFile(runFolder(environment), environment.name))
  if (record === undefined || !isRunning(record)) throw new NotRunning(`${environment.name} is not running`)
  return record
}

export async function connectToRunning(environment: Environment): Promise<RunningRelease> {
  const record = findRunning(environment)
  const socket = net.connect(record.socket)
  try {
    await once(socket, 'connect')
  } catch (error) {
    throw new Failure(
      `process ${record.pid} runs ${environment.name}, but does not answer at ${record.socket}: ${messageOf(error)}`,
    )
  }
  const gone = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  const channel = lineChannel(socket)
  await greet(channel, readCookie(runFolder(environment), environment.variables))
  return {
    ...record,
    ask: async (command, input = {}) => await ask(channel, { command, ...input }),
    gone,
    [Symbol.asyncDispose]: async () => void socket.destroy(),
  }
}

async function ask(channel: LineChannel, request: Line): Promise<Line> {
  channel.send(request)
  const answer = await channel.receive()
  if (answer === undefined) throw new Failure('the supervisor ended before it answered')
  if (typeof answer.error === 'string') throw new Failure(answer.error)
  return answer.result as Line
}

/**
 * `daemon`: the release in the background, in a session of its own, under the start script's `watch`. It answers when the
 * release is ready, and when it does not come up it shows why. Nothing is polled: a pipe says `ready`, `failed` or ends.
 */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { findRunning, NotRunning } from './admin-client.ts'
import { logFile } from './environment.ts'
import type { Environment } from './environment.ts'
import { Failure } from './failure.ts'
import { onLine } from './lines.ts'

const READY_FD = 3
const LAST_LINES = 20

/** The supervisor's process id, once the release is ready. */
export async function startDaemon(environment: Environment): Promise<number> {
  checkNotRunning(environment)
  const log = logFile(environment)
  const before = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 })
  // What the script itself says, and what Node says when it cannot even start; the release's own log is separate.
  const console = `${log}.console`
  const descriptor = openSync(console, 'w', 0o600)
  const child = spawn('/bin/sh', [join(environment.root, 'bin', environment.name), 'watch'], {
    cwd: environment.root,
    detached: true,
    stdio: ['ignore', descriptor, descriptor, 'pipe'],
    env: { ...environment.variables, RELEASE_LOG: 'file', RELEASE_READY_FD: String(READY_FD) },
  })
  closeSync(descriptor)
  child.unref()
  const line = await firstLine(child.stdio[READY_FD] as Readable)
  if (line?.startsWith('ready ') === true) return Number(line.slice('ready '.length))
  const reason = line?.replace(/^failed /, '') ?? 'it ended before it was ready'
  throw new Failure(
    [`${environment.name} did not start: ${reason}`, ...lastLines(log, before), ...lastLines(console, 0)].join('\n'),
  )
}

function checkNotRunning(environment: Environment): void {
  try {
    const { pid } = findRunning(environment)
    throw new Failure(`${environment.name} is running already, as process ${pid}`)
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
  }
}

async function firstLine(stream: Readable): Promise<string | undefined> {
  return await new Promise((resolve) => {
    onLine(stream, resolve)
    stream.once('close', () => resolve(undefined))
  })
}

/** What workers and supervisor said since the file had that size, oldest first; a rotated file is read whole. */
function lastLines(file: string, from: number): readonly string[] {
  let text: string
  try {
    const bytes = readFileSync(file)
    text = bytes.subarray(bytes.length < from ? 0 : from).toString('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const lines = text.trimEnd().split('\n').slice(-LAST_LINES)
  return lines.filter((line) => line !== '').map((line) => `  ${plainLine(line)}`)
}

function plainLine(line: string): string {
  if (!line.startsWith('{"time":')) return line
  const { from, line: said } = JSON.parse(line) as { readonly from: string; readonly line: string }
  return `${from}: ${said}`
}

/** One program from its start to its end: how long it took, and how much memory it had at most. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

const MILLISECONDS_PER_SECOND = 1000
const BYTES_PER_KIBIBYTE = 1024

/** The high-water mark is read so often; what comes after the last reading is missed. */
const MEMORY_EVERY_MS = 20

/** Of what a program printed, so many characters are kept for the error. */
const OUTPUT_MAX = 20_000

export type TimedRun = {
  readonly seconds: number
  /** Of the process itself, none of these installers starts others; undefined where there is no /proc. */
  readonly peakBytes: number | undefined
  /** Undefined after a signal. */
  readonly exitCode: number | undefined
  readonly output: string
}

export type TimedRunOptions = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export async function timedRun(
  [program = '', ...args]: readonly string[],
  { cwd, env }: TimedRunOptions,
): Promise<TimedRun> {
  const { promise, resolve, reject } = Promise.withResolvers<TimedRun>()
  const started = performance.now()
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let peakBytes: number | undefined
  const watch = setInterval(() => {
    peakBytes = highWaterMark(child.pid) ?? peakBytes
  }, MEMORY_EVERY_MS)
  let seconds = Number.NaN
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      if (output.length < OUTPUT_MAX) output += chunk.toString()
    })
  }
  child.once('exit', () => {
    seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND
    clearInterval(watch)
  })
  child.once('error', reject)
  child.once('close', (code) => resolve({ seconds, peakBytes, exitCode: code ?? undefined, output }))
  return promise
}

/** Linux: what the process had resident at most, so far, in bytes. */
function highWaterMark(pid: number | undefined): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) * BYTES_PER_KIBIBYTE
  } catch {
    return undefined // it has just ended, or there is no /proc
  }
}

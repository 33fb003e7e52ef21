/**
 * Programs that the demo starts, each in a process group of its own, so that stopping one stops what it started as well
 * and nothing outlives the demo.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** A step went wrong, and its output was shown. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure'
}

export type RunOptions = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** What is written to its stdin. */
  readonly input?: string
}

export type Ended = {
  /** 128 and more when a signal ended it, as shells say it. */
  readonly exitCode: number
  readonly stdout: string
  /** Both streams in the order in which they arrived. */
  readonly output: string
}

export type Processes = {
  /** Runs a program to its end. */
  readonly run: (command: readonly string[], options: RunOptions) => Promise<Ended>
  /** Starts a program that keeps running; both streams go to `onText`. */
  readonly start: (command: readonly string[], options: RunOptions, onText: (text: string) => void) => ChildProcess
  /** Asks one to stop, and makes it. */
  readonly stop: (child: ChildProcess) => Promise<void>
  readonly stopAll: () => Promise<void>
}

/** How long a program may take to stop by itself. */
const GRACE_MS = 5000
const POLL_MS = 50

export function createProcesses(): Processes {
  const running = new Set<ChildProcess>()
  const launch = ([program = '', ...args]: readonly string[], { cwd, env }: RunOptions): ChildProcess => {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    running.add(child)
    // A program that ends before it has read its input has its reasons; its exit code tells them.
    child.stdin.on('error', () => undefined)
    return child
  }
  const stop = async (child: ChildProcess): Promise<void> => {
    if (!signalGroup(child, 'SIGTERM')) {
      running.delete(child)
      return
    }
    for (let waited = 0; waited < GRACE_MS && signalGroup(child, 0); waited += POLL_MS) await sleep(POLL_MS)
    signalGroup(child, 'SIGKILL')
    running.delete(child)
  }
  return {
    run: async (command, options) => {
      const child = launch(command, options)
      let stdout = ''
      let output = ''
      child.stdout?.on('data', (chunk: Buffer) => {
        stdout += chunk.toString()
        output += chunk.toString()
      })
      child.stderr?.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
      child.stdin?.end(options.input ?? '')
      const exitCode = await ended(child)
      running.delete(child)
      return { exitCode, stdout, output }
    },
    start: (command, options, onText) => {
      const child = launch(command, options)
      child.stdout?.on('data', (chunk: Buffer) => onText(chunk.toString()))
      child.stderr?.on('data', (chunk: Buffer) => onText(chunk.toString()))
      child.stdin?.end()
      child.on('error', (error) => onText(`${error.message}\n`))
      return child
    },
    stop,
    stopAll: async () => {
      await Promise.all([...running].map(stop))
    },
  }
}

async function ended(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.on('error', (error) => reject(new StepFailure(error.message)))
  child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 137)))
  return promise
}

/** Whether there was still somebody to get it. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false
  try {
    process.kill(-child.pid, signal)
    return true
  } catch {
    return false // the group is gone: that is what was wanted
  }
}

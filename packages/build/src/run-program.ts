/**
 * Runs a plan as a child that has the terminal: it reads our stdin, prints for itself, gets the signals that we get, and
 * its exit code is handed back. Nothing is printed here.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { userError } from '@alkahest/core'
import type { ProgramPlan } from './program-plan.ts'

export type RunProgramOptions = {
  /** `stderr` sends the child's stdout there as well; `collect` prints nothing and gives all of it to `onOutput`. */
  readonly output: 'inherit' | 'stderr' | 'collect'
  /** Given the child's stdout as it comes; with `output: 'inherit'` the child still prints it. */
  readonly onStdout?: (chunk: Uint8Array) => void
  /** Given both streams in the order in which they come, under `output: 'collect'`. */
  readonly onOutput?: (chunk: Uint8Array) => void
}

/** The exit code; 128 + n when signal n ended the child, as shells count. Throws `PROGRAM_NOT_STARTED`. */
export type RunProgram = (plan: ProgramPlan, options: RunProgramOptions) => Promise<number>

/** Signals that mean us and must mean the child: it decides what to do, we end when it has ended. */
const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const

export function runProgram(plan: ProgramPlan, options: RunProgramOptions): Promise<number> {
  const isCollected = options.output === 'collect'
  const target = options.output === 'inherit' ? 1 : 2
  return new Promise((resolve, reject) => {
    const child = spawn(plan.program, plan.args, {
      cwd: plan.cwd,
      env: plan.env,
      // Several children at once cannot share one keyboard.
      stdio: isCollected
        ? ['ignore', 'pipe', 'pipe']
        : ['inherit', options.onStdout === undefined ? target : 'pipe', 2],
    })
    const stop = forwardSignals((signal) => child.kill(signal))
    child.stderr?.on('data', (chunk: Uint8Array) => options.onOutput?.(chunk))
    child.stdout?.on('data', (chunk: Uint8Array) => {
      if (isCollected) return options.onOutput?.(chunk)
      options.onStdout?.(chunk)
      ;(target === 1 ? process.stdout : process.stderr).write(chunk)
    })
    child.once('error', (cause: NodeJS.ErrnoException) => {
      stop()
      reject(notStarted(plan, cause))
    })
    child.once('close', (code, signal) => {
      stop()
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL'])
    })
  })
}

function forwardSignals(send: (signal: NodeJS.Signals) => void): () => void {
  const listeners = FORWARDED.map((signal) => {
    // A terminal sends Ctrl-C to the whole group: the child has it already, and a second one means "at once" to many.
    const listener = (): void => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : send(signal))
    process.on(signal, listener)
    return { signal, listener }
  })
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener)
  }
}

function notStarted(plan: ProgramPlan, cause: NodeJS.ErrnoException): Error {
  const reason = cause.code === 'ENOENT' ? 'there is no such program' : (cause.code ?? cause.message)
  return userError('PROGRAM_NOT_STARTED', `${plan.program} could not be started: ${reason}`, {
    hint: 'programs are looked up in node_modules/.bin and on PATH',
    cause,
  })
}

/** The real {@link World}: this process, its terminal and its signals. The only file that exits. */
import { homedir } from 'node:os'
import process from 'node:process'
import { run } from './run.ts'
import type { StopSignal, World } from './world.ts'

/** Runs the command line in this process and ends it when everything is written. */
export async function runInProcess(argv: readonly string[]): Promise<void> {
  ignoreClosedPipe(process.stdout)
  ignoreClosedPipe(process.stderr)
  const exitCode = await run(processWorld(argv))
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  process.exit(exitCode)
}

function processWorld(argv: readonly string[]): World {
  return {
    argv,
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    userHome: homedir(),
    now: Date.now,
    cwd: () => process.cwd(),
    changeDirectory: (directory) => process.chdir(directory),
    onStopSignal,
    loadOperations: async () => import('@alkahest/ops'),
    loadPrompts: async () => (await import('./prompts.ts')).terminalPrompts,
  }
}

function onStopSignal(listener: (signal: StopSignal) => void): () => void {
  const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, listener)
  return () => {
    for (const signal of signals) process.off(signal, listener)
  }
}

/** `alk tree | head -1`: the reader has seen enough; the work goes on and what it prints is dropped. */
function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** Resolves when what was written has left the process, or can never do so. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.writableLength === 0) return
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.once('error', () => resolve())
  stream.write('', () => resolve())
  await promise
}

/** `alk registry ...`: its commands in this process, its server as a process of its own, for what only that can show: signals and kills. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { main } from '../../apps/registry/src/program.ts'

const program = path.resolve(import.meta.dirname, '../../apps/registry/src/main.ts')

export type Finished = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export type Run = {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Standard input; of commands, not of servers. */
  readonly input?: string
  /** Of servers: the file to start instead of the sources. */
  readonly program?: string
}

/**
 * Runs a command to its end, in this process: argv, environment and input in, what it prints and its exit code out. A registry that would serve is
 * asked to stop at once.
 */
export async function run(args: readonly string[], options: Run): Promise<Omit<Finished, 'signal'>> {
  let stdout = ''
  let stderr = ''
  const code = await main(args, {
    write: (text) => void (stdout += text),
    error: (text) => void (stderr += text),
    readInput: async () => options.input ?? '',
    onStop: (stop) => void setImmediate(() => stop()),
    env: environmentOf(options),
    cwd: options.cwd,
  })
  return { code, stdout, stderr }
}

export interface ServeProcess extends AsyncDisposable {
  /** The ready document. */
  readonly ready: {
    readonly ok: boolean
    readonly url: string
    readonly port: number
    readonly data: string
    readonly pid: number
  }
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Finished>
}

/** `alk registry serve --json`, until its ready line is there. */
export async function serve(args: readonly string[], options: Run): Promise<ServeProcess> {
  const child = start(['serve', '--json', '--port', '0', ...args], options)
  const finished = finish(child)
  const line = await firstLine(child, finished)
  return {
    ready: JSON.parse(line),
    end: (signal) => {
      child.kill(signal)
      return finished
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await finished
    },
  }
}

function start(args: readonly string[], options: Run): ChildProcess {
  return spawn(process.execPath, [options.program ?? program, ...args], {
    cwd: options.cwd,
    env: environmentOf(options),
    stdio: 'pipe',
  })
}

/** An empty HOME and no npm settings: only what the test says counts. */
function environmentOf(options: Run): Readonly<Record<string, string | undefined>> {
  return { PATH: process.env.PATH, HOME: options.cwd, npm_config_registry: 'http://127.0.0.1:9/', ...options.env }
}

function finish(child: ChildProcess): Promise<Finished> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)))
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
}

function firstLine(child: ChildProcess, finished: Promise<Finished>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (chunk) => {
      text += String(chunk)
      const end = text.indexOf('\n')
      if (end >= 0) resolve(text.slice(0, end))
    })
    void finished.then(({ stderr }) => reject(new Error(`the registry ended before it was ready: ${stderr}`)))
  })
}

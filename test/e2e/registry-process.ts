/** `alk registry ...` as a process of its own: for what only a process can show, such as signals and kills. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'

const main = path.resolve(import.meta.dirname, '../../apps/registry/src/main.ts')

export type Finished = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export type Run = {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Far longer than any command takes: one that does not end is a failed test, not a process that stays. */
const RUN_MS = 50_000

/** Runs to the end. */
export function run(args: readonly string[], options: Run): Promise<Finished> {
  const child = start(args, options)
  child.stdin?.end(options.input ?? '')
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_MS)
  return finish(child).finally(() => clearTimeout(timer))
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
  // An empty HOME and no npm settings: only what the test says counts.
  const env = { PATH: process.env.PATH, HOME: options.cwd, npm_config_registry: 'http://127.0.0.1:9/', ...options.env }
  return spawn(process.execPath, [main, ...args], { cwd: options.cwd, env, stdio: 'pipe' })
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

/** One worker: an operating system process that runs one instance of one child of the release. */
import { spawn } from 'node:child_process'
import type { ChildProcess, SendHandle } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { lineChannel } from './admin-channel.ts'
import type { Line, LineChannel } from './admin-channel.ts'
import { Failure } from './failure.ts'
import { onLine } from './lines.ts'
import type { BindOutcome } from './listening-handle.ts'
import { fromWorker, READY_MESSAGE } from './messages.ts'
import type { DrainMode, ListenAddress, Question, ToWorker } from './messages.ts'
import type { ChildDocument } from './release-document.ts'

/** After draining, for the application's own clean-up, before it is killed. */
const LEAVE_MS = 2000
/** An old generation may wait for its idle connections; see drain.ts. */
const HANDOVER_MS = 120_000
/** What a crash record keeps of the last words. */
const LAST_LINES = 20
/** A grandchild may hold the output open after the worker has ended. */
const OUTPUT_END_MS = 500

export type ExitRecord = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last lines of its output. */
  readonly lastLines: readonly string[]
}

export type WorkerOptions = {
  readonly child: ChildDocument
  /** `web.0`. */
  readonly name: string
  /** The program and everything before the application's entry. */
  readonly command: readonly string[]
  readonly entry: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly acquireSocket: (address: ListenAddress) => BindOutcome | Promise<BindOutcome>
  readonly releaseSocket: (address: ListenAddress) => void
  readonly output: (stream: 'stdout' | 'stderr', line: string) => void
}

export class WorkerProcess {
  readonly name: string
  readonly startedAt: number = Date.now()
  /** Resolves when it can do its work; rejects when it ended or took too long. */
  readonly ready: Promise<void>
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<ExitRecord>
  /** Resolves with its resident memory, in bytes, if it ever outgrows its limit. */
  readonly overMemory: Promise<number>
  /** It was told to end: its exit is no crash. */
  stopping = false

  readonly #options: WorkerOptions
  readonly #process: ChildProcess
  readonly #lastLines: string[] = []
  readonly #overMemory = Promise.withResolvers<number>()
  readonly #answers = new Map<number, PromiseWithResolvers<Line>>()
  readonly #agent: LineChannel
  /** Resolves when the agent's end of the channel is closed. */
  readonly #agentGone: Promise<void>
  #lastId = 0

  constructor(options: WorkerOptions) {
    this.name = options.name
    this.#options = options
    const [program = '', ...flags] = options.command
    this.#process = spawn(program, [...flags, options.entry], {
      cwd: options.cwd,
      env: options.env,
      // The last is the agent's; see agent-thread.ts.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
      // A session of its own: a Ctrl-C at the terminal is for the supervisor, and killing it kills what it started.
      detached: true,
    })
    this.overMemory = this.#overMemory.promise
    this.#agent = lineChannel(this.#process.stdio[4] as Duplex)
    this.#agentGone = this.#readAgent()
    this.exited = this.#watchExit()
    this.ready = this.#watchReady()
    // Whoever waits sees the rejection; when nobody does any more it is not news.
    this.ready.catch(() => {})
    this.#process.on('message', (value) => void this.#receive(value))
    for (const stream of ['stdout', 'stderr'] as const) {
      const readable = this.#process[stream]
      if (readable !== null) onLine(readable, (line) => this.#output(stream, line))
    }
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Resolves when it is ready and, if a path is configured, answers on it; rejects otherwise. */
  async healthy(): Promise<void> {
    await this.ready
    const { health, readyMs } = this.#options.child
    if (health === undefined) return
    const answer = await Promise.race([this.ask({ what: 'health', path: health }), timeout(readyMs)])
    if (answer === undefined) throw new Failure(`${this.name} did not answer ${health} in ${readyMs} ms`)
    const status = Number(answer.status)
    if (status >= 200 && status <= 299) return
    const reason = typeof answer.reason === 'string' ? answer.reason : String(status)
    throw new Failure(`${this.name} is not healthy: ${health} answered ${reason}`)
  }

  /** Asks the application's own thread; a blocked event loop does not answer. */
  async ask(question: Question): Promise<Line> {
    const { id, answer } = this.#expectAnswer()
    this.#send({ alkahest: 'ask', id, question })
    return await this.#untilExit(answer)
  }

  /** Asks the agent, which answers also while the event loop is blocked. */
  async askAgent(command: string, input: Line = {}): Promise<Line> {
    if (this.#options.env.RELEASE_AGENT === 'off') throw new Failure(`${this.name} has no agent: RELEASE_AGENT is off`)
    const { id, answer } = this.#expectAnswer()
    this.#agent.send({ id, command, ...input })
    const gone = this.#agentGone.then(() => Promise.reject(new Failure(`the agent of ${this.name} has ended`)))
    gone.catch(() => {})
    return await this.#untilExit(Promise.race([answer, gone]))
  }

  #expectAnswer(): { readonly id: number; readonly answer: Promise<Line> } {
    this.#lastId += 1
    const answer = Promise.withResolvers<Line>()
    this.#answers.set(this.#lastId, answer)
    return { id: this.#lastId, answer: answer.promise }
  }

  #receiveAnswer(id: number, { result, error }: { readonly result?: Line; readonly error?: string }): void {
    const answer = this.#answers.get(id)
    this.#answers.delete(id)
    if (error === undefined) answer?.resolve(result ?? {})
    else answer?.reject(new Failure(error))
  }

  async #untilExit(answer: Promise<Line>): Promise<Line> {
    const exit = this.exited.then((record) =>
      Promise.reject(new Failure(`${this.name} ended: ${describeExit(record)}`)),
    )
    exit.catch(() => {})
    return await Promise.race([answer, exit])
  }

  async #readAgent(): Promise<void> {
    for (let line = await this.#agent.receive(); line !== undefined; line = await this.#agent.receive()) {
      if (line.event === 'memory') this.#overMemory.resolve(Number(line.resident))
      else this.#receiveAnswer(Number(line.id), line)
    }
  }

  /** Asks it to finish what it does and end, and sees to it that it does. Resolves when it is gone. */
  async drain(mode: DrainMode): Promise<void> {
    this.stopping = true
    const { shutdownMs } = this.#options.child
    if (this.#process.connected) this.#send({ alkahest: 'drain', mode, deadlineMs: shutdownMs })
    else this.kill('SIGTERM')
    const patienceMs = (mode === 'handover' ? Math.max(HANDOVER_MS, shutdownMs) : shutdownMs) + LEAVE_MS
    if ((await Promise.race([this.exited, timeout(patienceMs)])) === undefined) {
      this.#output('stderr', `${this.name} did not end within ${patienceMs} ms and is killed`)
      this.kill('SIGKILL')
    }
    await this.exited
  }

  /** The worker and everything it started. */
  kill(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return
    try {
      process.kill(-this.pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  async #watchExit(): Promise<ExitRecord> {
    return await new Promise((resolve) => {
      this.#process.once('error', (error) => {
        this.#output('stderr', `cannot start: ${error.message}`)
        resolve({ code: null, signal: null, lastLines: this.#lastLines })
      })
      this.#process.once('exit', (code, signal) => {
        const done = (): void => resolve({ code, signal, lastLines: [...this.#lastLines] })
        const timer = setTimeout(done, OUTPUT_END_MS)
        this.#process.once('close', () => {
          clearTimeout(timer)
          done()
        })
      })
    })
  }

  async #watchReady(): Promise<void> {
    const { ready, readyMs } = this.#options.child
    const { promise, resolve } = Promise.withResolvers<'ready'>()
    this.#process.on('message', (value) => {
      const ours = fromWorker(value)
      if (ready === 'listening' && ours?.alkahest === 'listening') resolve('ready')
      if (ready === 'message' && value === READY_MESSAGE) resolve('ready')
    })
    if (ready === 'started') this.#process.once('spawn', () => resolve('ready'))
    const outcome = await Promise.race([promise, this.exited, timeout(readyMs)])
    if (outcome === 'ready') {
      // From now on its event loop has to turn; see agent.ts.
      this.#agent.send({ command: 'ready' })
      return
    }
    if (outcome !== undefined) throw this.#endedEarly(outcome)
    this.kill('SIGKILL')
    throw new Failure(`${this.name} was not ready within ${readyMs} ms: ${REASONS[ready]}`)
  }

  #endedEarly(record: ExitRecord): Failure {
    return new Failure(`${this.name} ended before it was ready (${describeExit(record)})`, record.code === 78 ? 78 : 1)
  }

  async #receive(value: unknown): Promise<void> {
    const message = fromWorker(value)
    if (message?.alkahest === 'answer') this.#receiveAnswer(message.id, message)
    if (message?.alkahest === 'unlisten') this.#options.releaseSocket(message.address)
    if (message?.alkahest !== 'listen') return
    const outcome = await this.#options.acquireSocket(message.address)
    if (outcome.kind === 'failed') this.#send({ alkahest: 'handle', id: message.id, error: outcome.error })
    else this.#send({ alkahest: 'handle', id: message.id }, outcome.handle as unknown as SendHandle)
  }

  #send(message: ToWorker, handle?: SendHandle): void {
    if (!this.#process.connected) return
    // A worker that ends at this moment is dealt with where its exit is.
    this.#process.send(message, handle, { keepOpen: true }, () => {})
  }

  #output(stream: 'stdout' | 'stderr', line: string): void {
    this.#lastLines.push(line)
    if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift()
    this.#options.output(stream, line)
  }
}

const REASONS = {
  listening:
    'it did not listen on a TCP port (a child that never does is configured with ready: "started" or "message")',
  message: `it did not call process.send('${READY_MESSAGE}')`,
  started: 'it could not be started',
} as const

export function describeExit({ code, signal }: Pick<ExitRecord, 'code' | 'signal'>): string {
  return signal === null ? (code === null ? 'it could not be started' : `exit code ${code}`) : `killed by ${signal}`
}

/** Resolves with undefined; does not keep the process alive by itself. */
async function timeout(ms: number): Promise<undefined> {
  return await new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref()
  })
}

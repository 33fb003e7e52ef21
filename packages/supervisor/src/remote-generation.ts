/** A generation in a process of its own, seen from the supervisor: see generation-main.ts for the other end. */
import { spawn } from 'node:child_process'
import type { ChildProcess, SendHandle } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Line } from './admin-channel.ts'
import type { Environment } from './environment.ts'
import { ConfigurationError, Failure, messageOf } from './failure.ts'
import { fromGeneration } from './generation-channel.ts'
import type { FromGeneration, ToGeneration } from './generation-channel.ts'
import type { Generation, GenerationRequest, SocketSource } from './generation.ts'
import { onLine } from './lines.ts'
import type { Log } from './log.ts'
import type { DrainMode } from './messages.ts'

export type RemoteGenerationOptions = {
  /** Of the supervisor; the version's own `env.sh` is read on top of it. */
  readonly environment: Environment
  readonly version: string
  readonly sockets: SocketSource
  readonly log: Log
}

export class RemoteGeneration implements Generation {
  readonly version: string
  readonly ended: Promise<Failure | undefined>
  readonly #options: RemoteGenerationOptions
  readonly #process: ChildProcess
  readonly #ready = Promise.withResolvers<void>()
  readonly #answers = new Map<number, PromiseWithResolvers<Line>>()
  #lastWord: (FromGeneration & { generation: 'ended' }) | undefined
  #stopping = false
  /** Its process died without a word: nothing is wrong with the version itself. */
  wasKilled = false
  #lastId = 0

  constructor(options: RemoteGenerationOptions) {
    this.#options = options
    this.version = options.version
    this.#process = startProcess(options)
    this.#process.on('message', (value) => {
      const message = fromGeneration(value)
      if (message !== undefined) void this.#receive(message)
    })
    for (const stream of ['stdout', 'stderr'] as const) {
      const readable = this.#process[stream]
      if (readable !== null) onLine(readable, (line) => options.log.write({ from: 'supervisor', stream, line }))
    }
    this.#ready.promise.catch(() => {})
    this.ended = this.#watchEnd()
  }

  async start(): Promise<void> {
    await this.#ready.promise
  }

  async ask({ command, input }: GenerationRequest): Promise<Line> {
    this.#lastId += 1
    const id = this.#lastId
    const answer = Promise.withResolvers<Line>()
    this.#answers.set(id, answer)
    this.#send({ generation: 'ask', id, command, input })
    try {
      return await Promise.race([
        answer.promise,
        this.ended.then((failure) => Promise.reject(failure ?? new Failure('it has ended'))),
      ])
    } finally {
      this.#answers.delete(id)
    }
  }

  async stop(mode: DrainMode): Promise<void> {
    this.#stopping = true
    this.#send({ generation: 'stop', mode })
    await this.ended
  }

  /** Its workers see the end of their channel and end by themselves. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  async #watchEnd(): Promise<Failure | undefined> {
    const { promise, resolve } = Promise.withResolvers<string>()
    this.#process.once('error', (error) => resolve(error.message))
    this.#process.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`))
    const exit = await promise
    this.wasKilled = this.#lastWord === undefined && !this.#stopping
    const reason = this.#lastWord?.reason ?? (this.#lastWord === undefined && !this.#stopping ? exit : undefined)
    const failure =
      reason === undefined
        ? undefined
        : new Failure(`version ${this.version}: ${reason}`, this.#lastWord?.exitCode ?? 1)
    this.#ready.reject(failure ?? new Failure(`version ${this.version} ended before it was ready`))
    return failure
  }

  async #receive(message: FromGeneration): Promise<void> {
    const { sockets, log } = this.#options
    if (message.generation === 'log') log.write(message.record)
    if (message.generation === 'ready') this.#ready.resolve()
    if (message.generation === 'ended') this.#lastWord = message
    if (message.generation === 'release') sockets.release(message.address)
    if (message.generation === 'answer') {
      const answer = this.#answers.get(message.id)
      if (message.error === undefined) answer?.resolve(message.result ?? {})
      else answer?.reject(new Failure(message.error))
    }
    if (message.generation !== 'acquire') return
    const outcome = await sockets.acquire(message.address)
    if (outcome.kind === 'failed') this.#send({ generation: 'socket', id: message.id, error: outcome.error })
    else this.#send({ generation: 'socket', id: message.id }, outcome.handle as unknown as SendHandle)
  }

  #send(message: ToGeneration, handle?: SendHandle): void {
    if (!this.#process.connected) return
    // A process that ends at this moment is dealt with where its exit is.
    this.#process.send(message, handle, { keepOpen: true }, () => {})
  }
}

/** Reads the version's `env.sh`, then becomes its Node: as `bin/NAME` does it. */
const SCRIPT = '. "$1"; shift; exec "$@"'

function startProcess({ environment, version }: RemoteGenerationOptions): ChildProcess {
  const folder = join(environment.root, 'releases', version)
  const node = join(environment.root, runtimeOf(folder), 'bin', 'node')
  const main = join(folder, 'supervisor', 'main.mjs')
  return spawn(
    '/bin/sh',
    ['-c', SCRIPT, 'env', join(folder, 'env.sh'), node, '--disable-sigusr1', main, 'generation'],
    {
      cwd: environment.root,
      env: { ...environment.variables, RELEASE_VSN: version, RELEASE_COMMAND: 'generation' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    },
  )
}

/** The folder of the version's runtime, relative to the root. */
export function runtimeOf(versionFolder: string): string {
  try {
    return readFileSync(join(versionFolder, 'runtime'), 'utf8').trim()
  } catch (error) {
    throw new ConfigurationError(`${versionFolder} is not a version of the release: ${messageOf(error)}`)
  }
}

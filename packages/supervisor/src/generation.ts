/**
 * One version while it runs: from its first worker to its last. The first generation runs inside the supervisor's own
 * process; one that an upgrade brought runs in a process of its own, on its own runtime, with its own supervisor code
 * (remote-generation.ts). Both look the same from here.
 */
import type { Line } from './admin-channel.ts'
import { changedNames, evaluateConfiguration } from './config.ts'
import type { Configuration } from './config.ts'
import type { Environment } from './environment.ts'
import type { Failure } from './failure.ts'
import type { BindOutcome } from './listening-handle.ts'
import type { Log } from './log.ts'
import type { DrainMode, ListenAddress } from './messages.ts'
import type { ChildDocument, ReleaseDocument } from './release-document.ts'
import { Tree } from './tree.ts'
import { workerCommand } from './worker-command.ts'
import { askWorkers } from './worker-questions.ts'
import { WorkerProcess } from './worker-process.ts'

export type GenerationRequest = { readonly command: string; readonly input: Line }

export type Generation = {
  readonly version: string
  /** Resolves when all its workers are ready; rejects when that fails, and then nothing of it is left running. */
  readonly start: () => Promise<void>
  /** `status`, `healthy`, `restart`, ...: what concerns the workers. */
  readonly ask: (request: GenerationRequest) => Promise<Line>
  /** Resolves when nothing of it is left running. */
  readonly stop: (mode: DrainMode) => Promise<void>
  /** At once, without asking. */
  readonly kill: () => void
  /** Resolves when it ended by itself: with the reason, or undefined when all its work was done. */
  readonly ended: Promise<Failure | undefined>
}

/** Where sockets come from: the supervisor's own, or those of the process above it. */
export type SocketSource = {
  readonly acquire: (address: ListenAddress) => BindOutcome | Promise<BindOutcome>
  readonly release: (address: ListenAddress) => void
}

export type TreeGenerationOptions = {
  readonly environment: Environment
  readonly document: ReleaseDocument
  readonly configuration: Configuration
  readonly sockets: SocketSource
  readonly log: Log
}

export class TreeGeneration implements Generation {
  readonly version: string
  readonly ended: Promise<Failure | undefined>
  readonly #options: TreeGenerationOptions
  readonly #tree: Tree
  #configuration: Configuration

  constructor(options: TreeGenerationOptions) {
    const { promise, resolve } = Promise.withResolvers<Failure | undefined>()
    this.#options = options
    this.#configuration = options.configuration
    this.version = options.document.version
    this.ended = promise
    this.#tree = new Tree({
      document: options.document,
      startWorker: (child, instance) => this.#startWorker(child, instance),
      log: (line) => options.log.write({ from: 'supervisor', stream: 'stderr', line }),
      ended: resolve,
    })
  }

  async start(): Promise<void> {
    await this.#tree.start()
  }

  async ask({ command, input }: GenerationRequest): Promise<Line> {
    if (command === 'status') return this.#status()
    if (command === 'healthy') {
      await this.#tree.healthy()
      return { restarts: this.#tree.restarts }
    }
    if (command === 'restart') {
      await this.#tree.restart()
      return { workers: this.#tree.status().length }
    }
    if (command === 'reload-config') return await this.#reloadConfiguration()
    return await askWorkers(this.#tree, command, input)
  }

  /** Evaluated again; when something changed, every worker is replaced, as `restart` does it. */
  async #reloadConfiguration(): Promise<Line> {
    const fresh = await evaluateConfiguration(this.#options.environment, { fresh: true })
    const before = this.#configuration
    const changed = changedNames(before.env, fresh.env)
    this.#configuration = fresh
    try {
      if (changed.length > 0) await this.#tree.restart()
    } catch (error) {
      // What no worker starts with must not be what the next one that crashes is started with.
      this.#configuration = before
      throw error
    }
    return { changed }
  }

  async stop(mode: DrainMode): Promise<void> {
    await this.#tree.stop(mode)
  }

  kill(): void {
    this.#tree.kill()
  }

  #status(): Line {
    const { document } = this.#options
    return {
      name: document.name,
      version: document.version,
      target: document.target,
      node: process.versions.node,
      generation: process.pid,
      restarts: this.#tree.restarts,
      workers: this.#tree.status(),
    }
  }

  #startWorker(child: ChildDocument, instance: number): WorkerProcess {
    const { environment, log, sockets } = this.#options
    const name = `${child.name}.${instance}`
    return new WorkerProcess({
      child,
      name,
      ...workerCommand(child, environment, this.#configuration),
      acquireSocket: (address) => sockets.acquire(address),
      releaseSocket: (address) => sockets.release(address),
      output: (stream, line) => log.write({ from: name, stream, line }),
    })
  }
}

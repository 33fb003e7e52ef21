/** `start`: takes the lock, starts the tree, answers the admin socket, ends when it is told to. */
import { closeSync, writeSync } from 'node:fs'
import { readCookie } from './admin-channel.ts'
import type { Line } from './admin-channel.ts'
import { chooseSocketPath, serveAdmin } from './admin-server.ts'
import type { AdminRequest } from './admin-server.ts'
import { evaluateConfiguration } from './config.ts'
import type { Configuration } from './config.ts'
import { logFile, readEnvironment, runFolder } from './environment.ts'
import type { Environment } from './environment.ts'
import { Failure, messageOf } from './failure.ts'
import { consoleLog, fileLog } from './log.ts'
import type { Log } from './log.ts'
import { makeRunFolder, pidFile, takePidFile } from './pid-file.ts'
import { readReleaseDocument } from './release-document.ts'
import type { ChildDocument, ReleaseDocument } from './release-document.ts'
import { Sockets } from './sockets.ts'
import { Tree } from './tree.ts'
import { workerCommand } from './worker-command.ts'
import { WorkerProcess } from './worker-process.ts'

/** Runs until the release has stopped; the exit code. */
export async function supervise(variables: NodeJS.ProcessEnv): Promise<number> {
  const environment = readEnvironment(variables)
  const log = variables.RELEASE_LOG === 'file' ? fileLog(logFile(environment)) : consoleLog(environment.name)
  const starter = readyDescriptor(variables)
  try {
    return await run(environment, log, starter)
  } catch (error) {
    const failure =
      error instanceof Failure
        ? error
        : new Failure(error instanceof Error ? (error.stack ?? error.message) : String(error))
    log.write({ from: 'supervisor', stream: 'stderr', line: failure.message })
    starter.tell(`failed ${failure.message}`)
    return failure.exitCode
  } finally {
    log.close()
  }
}

async function run(environment: Environment, log: Log, starter: Starter): Promise<number> {
  const document = readReleaseDocument(environment.root, environment.version)
  const folder = runFolder(environment)
  makeRunFolder(folder)
  const socketPath = chooseSocketPath(folder, environment.name)
  const releasePidFile = takePidFile(pidFile(folder, environment.name), socketPath)
  try {
    const configuration = await evaluateConfiguration(environment)
    const supervisor = new Supervisor({ environment, document, configuration, log })
    const cookie = readCookie(folder, environment.variables)
    const closeAdmin = await serveAdmin(socketPath, { cookie, handle: (request) => supervisor.handle(request) })
    try {
      return await supervisor.run(() => starter.tell(`ready ${process.pid}`))
    } finally {
      closeAdmin()
    }
  } finally {
    releasePidFile()
  }
}

type SupervisorOptions = {
  readonly environment: Environment
  readonly document: ReleaseDocument
  readonly configuration: Configuration
  readonly log: Log
}

/** One running version of the release, from its first worker to its last. */
class Supervisor {
  readonly #options: SupervisorOptions
  readonly #sockets = new Sockets()
  readonly #tree: Tree
  readonly #startedAt = new Date()
  readonly #ended = Promise.withResolvers<Failure | undefined>()
  #state: 'starting' | 'running' | 'stopping' = 'starting'

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#tree = new Tree({
      document: options.document,
      startWorker: (child, instance) => this.#startWorker(child, instance),
      log: (line) => this.#log(line),
      ended: (failure) => this.#ended.resolve(failure),
    })
  }

  async run(ready: () => void): Promise<number> {
    const { variables } = this.#options.environment
    this.#sockets.adoptFromSystemd(variables, process.pid)
    this.#watchSignals()
    const ended = this.#ended.promise.then((failure) => failure ?? 'ended')
    const started = await Promise.race([this.#tree.start().then(() => 'started' as const), ended])
    if (started === 'started' && this.#state === 'starting') {
      this.#state = 'running'
      this.#log(`version ${this.#options.document.version} is ready (process ${process.pid})`)
      ready()
    }
    const outcome = await ended
    this.#state = 'stopping'
    await this.#tree.stop('stop')
    this.#sockets.close()
    if (outcome !== 'ended') throw outcome
    this.#log('stopped')
    return 0
  }

  async handle({ command, arguments: input }: AdminRequest): Promise<Line> {
    if (command === 'status') return this.#status()
    if (command === 'stop') return this.#stop()
    if (command === 'ping') return await this.#ping()
    if (command === 'restart') return await this.#restart()
    throw new Failure(`this version of the supervisor has no command ${command} (${Object.keys(input).join(', ')})`)
  }

  #status(): Line {
    const { document } = this.#options
    return {
      name: document.name,
      version: document.version,
      target: document.target,
      state: this.#state,
      pid: process.pid,
      node: process.versions.node,
      startedAt: this.#startedAt.toISOString(),
      restarts: this.#tree.restarts,
      listening: this.#sockets.list(),
      workers: this.#tree.status(),
    }
  }

  #stop(): Line {
    this.#ended.resolve(undefined)
    return { pid: process.pid }
  }

  async #ping(): Promise<Line> {
    if (this.#state !== 'running') throw new Failure(`the release is ${this.#state}`)
    await this.#tree.healthy()
    return { version: this.#options.document.version }
  }

  async #restart(): Promise<Line> {
    if (this.#state !== 'running') throw new Failure(`the release is ${this.#state}`)
    await this.#tree.restart()
    return { workers: this.#tree.status().length }
  }

  #startWorker(child: ChildDocument, instance: number): WorkerProcess {
    const { environment, configuration, log } = this.#options
    const name = `${child.name}.${instance}`
    return new WorkerProcess({
      child,
      name,
      ...workerCommand(child, environment, configuration),
      acquireSocket: (address) => this.#sockets.acquire(address),
      releaseSocket: (address) => this.#sockets.release(address),
      output: (stream, line) => log.write({ from: name, stream, line }),
    })
  }

  /** The first asks for an orderly stop, the second does not wait any more. */
  #watchSignals(): void {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (this.#state === 'stopping') this.#tree.kill()
        this.#log(`got ${signal}, stopping`)
        this.#ended.resolve(undefined)
      })
    }
  }

  #log(line: string): void {
    this.#options.log.write({ from: 'supervisor', stream: 'stderr', line })
  }
}

type Starter = { readonly tell: (line: string) => void }

/** `daemon` waits at the other end of this descriptor; it sees one line, or the end when we die before. */
function readyDescriptor(variables: NodeJS.ProcessEnv): Starter {
  let descriptor = variables.RELEASE_READY_FD === undefined ? undefined : Number(variables.RELEASE_READY_FD)
  return {
    tell: (line) => {
      if (descriptor === undefined) return
      try {
        writeSync(descriptor, `${line}\n`)
        closeSync(descriptor)
      } catch (error) {
        // Whoever started us may have been stopped meanwhile, or this is the second start under the same watcher.
        if (!['EPIPE', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? ''))
          throw new Failure(messageOf(error))
      }
      descriptor = undefined
    },
  }
}

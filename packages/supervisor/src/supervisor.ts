/**
 * The supervisor of a running release: it owns the sockets and answers commands, and one generation serves at a time. An
 * upgrade is a succession: the next generation is started beside the serving one, takes over when it is healthy, and
 * becomes permanent when it stayed so for a while; until then everything can go back.
 * Design: docs/internals/supervisor.md#upgrades
 */
import { createHash } from 'node:crypto'
import type { Line } from './admin-channel.ts'
import type { AdminRequest } from './admin-server.ts'
import { Failure, messageOf } from './failure.ts'
import { TreeGeneration } from './generation.ts'
import type { Generation, TreeGenerationOptions } from './generation.ts'
import { notifySystemd } from './notify.ts'
import type { Notification } from './notify.ts'
import { RemoteGeneration } from './remote-generation.ts'
import { RestartPolicy } from './restart-policy.ts'
import { Sockets } from './sockets.ts'
import { makePermanent, requireVersion } from './versions.ts'

/** How long a new version must stay healthy before it is permanent, unless the command says otherwise. */
const HEALTH_WINDOW_MS = 30_000
/** Longest that a command may ask for: one day. */
const HEALTH_WINDOW_MS_MAX = 86_400_000
/** How often it is asked for its health during the window. */
const HEALTH_INTERVAL_MS = 1000
/** A generation's own process that dies is started again, but not for ever. */
const GENERATION_RESTARTS = { maxRestarts: 3, maxSeconds: 60 }

/** Commands that tell how it is; whoever may do more leaves a line in the log for each session. */
const OBSERVING: readonly string[] = ['ping', 'status', 'info', 'stack']

export type SupervisorOptions = Omit<TreeGenerationOptions, 'sockets'> & {
  /** The supervisor before was killed: its workers may hold the ports for a while. */
  readonly afterKill: boolean
}

/** Longer than any worker outlives its supervisor; see agent.ts. */
const PORT_PATIENCE_MS = 20_000

type State = 'starting' | 'running' | 'upgrading' | 'stopping'

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #sockets: Sockets
  readonly #policy = new RestartPolicy(GENERATION_RESTARTS)
  readonly #startedAt = new Date()
  readonly #ended = Promise.withResolvers<Failure | undefined>()
  /** Generations that were replaced and still finish their connections, and one that is about to take over. */
  readonly #others = new Set<Generation>()
  #active: Generation
  #state: State = 'starting'

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#sockets = new Sockets({ patienceMs: options.afterKill ? PORT_PATIENCE_MS : 0 })
    this.#active = new TreeGeneration({ ...options, sockets: this.#sockets })
  }

  /** Runs until the release has stopped; `ready` is called once, when it serves. */
  async run(ready: () => void): Promise<number> {
    this.#sockets.adoptFromSystemd(this.#options.environment.variables, process.pid)
    void this.#watch(this.#active)
    const ended = this.#ended.promise.then((failure) => failure ?? 'ended')
    const started = await Promise.race([this.#active.start().then(() => 'started' as const), ended])
    if (started === 'started' && this.#state === 'starting') {
      this.#state = 'running'
      this.#log(`version ${this.#active.version} is ready (process ${process.pid})`)
      ready()
      await this.#notify('ready')
    }
    const outcome = await ended
    this.#state = 'stopping'
    void this.#notify('stopping')
    await Promise.all([this.#active, ...this.#others].map((generation) => generation.stop('stop')))
    this.#sockets.close()
    if (outcome !== 'ended') throw outcome
    this.#log('stopped')
    return 0
  }

  /** The first signal asks for an orderly stop, the second does not wait any more. */
  stopOn(signals: readonly NodeJS.Signals[]): void {
    for (const signal of signals) {
      process.on(signal, () => {
        if (this.#state === 'stopping') for (const generation of [this.#active, ...this.#others]) generation.kill()
        this.#log(`got ${signal}, stopping`)
        this.#ended.resolve(undefined)
      })
    }
  }

  async handle({ role, command, arguments: input }: AdminRequest): Promise<Line> {
    if (!OBSERVING.includes(command)) {
      this.#log(`audit: ${command} ${role === 'eval' ? auditOf(input) : 'refused to an observer'}`)
      if (role !== 'eval') throw new Failure(`${command} needs the role eval; this cookie is for observers`)
    }
    if (command === 'status') return await this.#status()
    if (command === 'stop') {
      this.#ended.resolve(undefined)
      return { pid: process.pid }
    }
    this.#requireRunning()
    if (command === 'ping') {
      await this.#active.ask({ command: 'healthy', input: {} })
      return { version: this.#active.version }
    }
    if (command === 'upgrade') return await this.#upgrade(input)
    return await this.#active.ask({ command, input })
  }

  async #status(): Promise<Line> {
    const answer = await this.#active.ask({ command: 'status', input: {} })
    return {
      ...answer,
      state: this.#state,
      pid: process.pid,
      startedAt: this.#startedAt.toISOString(),
      listening: this.#sockets.list(),
      others: [...this.#others].map(({ version }) => version),
    }
  }

  #requireRunning(): void {
    if (this.#state !== 'running') throw new Failure(`the release is ${this.#state}`)
  }

  async #upgrade(input: Line): Promise<Line> {
    const { root } = this.#options.environment
    const version = String(input.version)
    const windowMs = windowOf(input.windowMs)
    requireVersion(root, version)
    const previous = this.#active.version
    this.#state = 'upgrading'
    try {
      await this.#succeed(version, windowMs)
      await this.#keep({ version, previous })
      this.#log(`version ${version} is permanent`)
      return { version, previous }
    } finally {
      // Unless it is being stopped meanwhile.
      if (this.#state === 'upgrading') this.#state = 'running'
    }
  }

  /** The next generation takes over, or everything is as it was and the reason is thrown. */
  async #succeed(version: string, windowMs: number): Promise<void> {
    const old = this.#active
    const next = this.#makeGeneration(version)
    this.#others.add(next)
    try {
      await next.start()
      await next.ask({ command: 'healthy', input: {} })
      if (this.#state !== 'upgrading') throw new Failure('the release is being stopped')
    } catch (error) {
      await next.stop('stop')
      this.#others.delete(next)
      throw new Failure(
        `version ${version} did not become healthy, ${old.version} goes on serving: ${messageOf(error)}`,
      )
    }
    this.#others.delete(next)
    this.#activate(next)
    this.#leave(old)
    this.#log(`version ${version} took over from ${old.version}`)
    try {
      await this.#stayHealthy(next, windowMs)
    } catch (error) {
      await this.#goBack(next, old.version)
      throw new Failure(`version ${version} did not stay healthy, ${old.version} serves again: ${messageOf(error)}`)
    }
  }

  /** A version that cannot be made permanent, for want of disk, must not be what serves until the next start. */
  async #keep({ version, previous }: { readonly version: string; readonly previous: string }): Promise<void> {
    const { root, name } = this.#options.environment
    try {
      await makePermanent(root, { name, version, previous })
    } catch (error) {
      await this.#goBack(this.#active, previous)
      throw new Failure(`version ${version} cannot be made permanent, ${previous} serves again: ${messageOf(error)}`)
    }
  }

  #makeGeneration(version: string): Generation {
    const { environment, log } = this.#options
    return new RemoteGeneration({ environment, version, sockets: this.#sockets, log })
  }

  #activate(generation: Generation): void {
    this.#active = generation
    void this.#watch(generation)
  }

  #leave(generation: Generation): void {
    this.#others.add(generation)
    void generation.stop('handover').finally(() => this.#others.delete(generation))
  }

  /** Rejects when it ends, is not healthy any more, or had to start a worker again. */
  async #stayHealthy(generation: Generation, windowMs: number): Promise<void> {
    const end = performance.now() + windowMs
    const ended = generation.ended.then((failure) => Promise.reject(failure ?? new Failure('it ended')))
    ended.catch(() => {})
    for (let left = windowMs; left > 0; left = end - performance.now()) {
      await Promise.race([delay(Math.min(left, HEALTH_INTERVAL_MS)), ended])
      if (this.#state !== 'upgrading') throw new Failure('the release is being stopped')
      const { restarts } = await generation.ask({ command: 'healthy', input: {} })
      if (Number(restarts) > 0) throw new Failure('a worker had to be started again')
    }
  }

  async #goBack(failed: Generation, version: string): Promise<void> {
    const restored = this.#makeGeneration(version)
    await restored.start()
    this.#activate(restored)
    await failed.stop('stop')
  }

  /** A generation that ends by itself while it serves ends the release; when only its own process died it is replaced. */
  async #watch(generation: Generation): Promise<void> {
    const failure = await generation.ended
    if (this.#active !== generation || this.#state === 'stopping' || this.#state === 'upgrading') return
    if (generation instanceof RemoteGeneration && generation.wasKilled) await this.#replaceKilled(generation, failure)
    else this.#ended.resolve(failure)
  }

  async #replaceKilled(generation: Generation, failure: Failure | undefined): Promise<void> {
    this.#log(messageOf(failure))
    const decision = this.#policy.decide(performance.now())
    if (decision.kind === 'give-up') {
      this.#ended.resolve(failure)
      return
    }
    await delay(decision.delayMs)
    const next = this.#makeGeneration(generation.version)
    this.#activate(next)
    // When it does not come up, its end is what counts, and is watched.
    await next.start().catch(() => {})
  }

  async #notify(notification: Notification): Promise<void> {
    const { variables } = this.#options.environment
    await notifySystemd(notification, { variables, failed: (reason) => this.#log(reason) })
  }

  #log(line: string): void {
    this.#options.log.write({ from: 'supervisor', stream: 'stderr', line })
  }
}

/** What was run, without writing it down: it may hold secrets. */
function auditOf({ worker, code }: Line): string {
  const what = typeof code === 'string' ? `sha256:${createHash('sha256').update(code).digest('hex')}` : 'session'
  return typeof worker === 'string' ? `${what} in ${worker}` : what
}

function windowOf(value: unknown): number {
  if (value === undefined) return HEALTH_WINDOW_MS
  if (typeof value === 'number' && value >= 0 && value <= HEALTH_WINDOW_MS_MAX) return value
  throw new Failure(`the health window is a number of milliseconds from 0 to ${HEALTH_WINDOW_MS_MAX}`)
}

async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

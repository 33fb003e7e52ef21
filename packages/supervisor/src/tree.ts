/**
 * The supervision tree of one version: its children in order, each a number of worker processes. OTP's strategies decide
 * who is started again with whom; the restart policy decides when, and when to give up.
 * Design: docs/internals/supervisor.md#the-tree
 */
import { Failure, messageOf } from './failure.ts'
import type { DrainMode } from './messages.ts'
import type { ChildDocument, ReleaseDocument } from './release-document.ts'
import { RestartPolicy } from './restart-policy.ts'
import { describeExit } from './worker-process.ts'
import type { ExitRecord, WorkerProcess } from './worker-process.ts'

/** EX_CONFIG: a worker that ends with it says that starting it again is of no use. */
const EXIT_CONFIGURATION = 78
const MIB = 1024 * 1024

export type TreeOptions = {
  readonly document: ReleaseDocument
  readonly startWorker: (child: ChildDocument, instance: number) => WorkerProcess
  readonly log: (line: string) => void
  /** The tree ended by itself: it gave up, or its last worker ended and is not to be started again. */
  readonly ended: (failure: Failure | undefined) => void
}

export type WorkerStatus = {
  readonly name: string
  readonly child: string
  readonly pid: number | null
  readonly state: SlotState
  readonly restarts: number
  readonly startedAt: string | null
  /** How it ended the last time, with its last lines. */
  readonly lastExit: (Pick<ExitRecord, 'code' | 'signal' | 'lastLines'> & { readonly at: string }) | null
}

type SlotState = 'starting' | 'running' | 'restarting' | 'stopping' | 'ended'

/** A place for one worker, which the workers that follow each other in it share. */
type Slot = {
  readonly child: ChildDocument
  readonly instance: number
  worker: WorkerProcess | undefined
  state: SlotState
  restarts: number
  lastExit: WorkerStatus['lastExit']
}

export class Tree {
  readonly #options: TreeOptions
  readonly #policy: RestartPolicy
  readonly #slots: readonly Slot[]
  /** Replaced workers that still finish their connections. */
  readonly #draining = new Set<WorkerProcess>()
  /** Restarts wait for each other: by slot, or all of them when a restart concerns several. */
  readonly #recoveries = new Map<Slot | 'all', Promise<void>>()
  #stopping = false

  constructor(options: TreeOptions) {
    this.#options = options
    this.#policy = new RestartPolicy(options.document)
    this.#slots = options.document.children.flatMap((child) =>
      Array.from({ length: child.instances }, (_, instance): Slot => {
        return { child, instance, worker: undefined, state: 'ended', restarts: 0, lastExit: null }
      }),
    )
  }

  /** Starts the children in order, each when the one before is ready. Rejects when one is not; then all are stopped. */
  async start(): Promise<void> {
    try {
      for (const child of this.#options.document.children) {
        const slots = this.#slots.filter((slot) => slot.child === child)
        await Promise.all(slots.map((slot) => this.#startSlot(slot)))
      }
    } catch (error) {
      await this.stop('stop')
      throw error
    }
  }

  /** All workers answer their health path (or are ready, when none is configured). */
  async healthy(): Promise<void> {
    await Promise.all(this.#slots.map(async ({ worker }) => await worker?.healthy()))
  }

  /** Replaces every worker by a new one, one after the other; each old one drains when its successor is healthy. */
  async restart(): Promise<void> {
    for (const slot of this.#slots) {
      if (this.#stopping) throw new Failure('the release is being stopped')
      await this.#replace(slot)
    }
  }

  /** In the reverse order of starting. Resolves when every process is gone. */
  async stop(mode: DrainMode): Promise<void> {
    this.#stopping = true
    const old = [...this.#draining].map((worker) => worker.drain('stop'))
    for (const child of this.#options.document.children.toReversed()) {
      const slots = this.#slots.filter((slot) => slot.child === child)
      await Promise.all(slots.map((slot) => stopSlot(slot, mode)))
    }
    await Promise.all(old)
  }

  /** At once, without asking. */
  kill(): void {
    this.#stopping = true
    for (const worker of [...this.#slots.map((slot) => slot.worker), ...this.#draining]) worker?.kill('SIGKILL')
  }

  /** By its name (`web.0`), or the first that runs. */
  worker(name: string | undefined): WorkerProcess {
    const running = this.#slots.filter(({ worker }) => worker !== undefined)
    const slot = name === undefined ? running[0] : running.find(({ worker }) => worker?.name === name)
    if (slot?.worker !== undefined) return slot.worker
    const names = running.map(({ worker }) => worker?.name).join(', ')
    throw new Failure(`no worker ${name ?? ''} runs${names === '' ? '' : `; there are ${names}`}`)
  }

  /** Everything that runs, by name. */
  workers(): readonly WorkerProcess[] {
    return this.#slots.map(({ worker }) => worker).filter((worker) => worker !== undefined)
  }

  status(): readonly WorkerStatus[] {
    return this.#slots.map(({ child, instance, worker, state, restarts, lastExit }) => ({
      name: `${child.name}.${instance}`,
      child: child.name,
      pid: worker?.pid ?? null,
      state,
      restarts,
      startedAt: worker === undefined ? null : new Date(worker.startedAt).toISOString(),
      lastExit,
    }))
  }

  get restarts(): number {
    return this.#policy.total
  }

  async #startSlot(slot: Slot): Promise<void> {
    if (this.#stopping) return
    const worker = this.#options.startWorker(slot.child, slot.instance)
    slot.worker = worker
    slot.state = 'starting'
    void this.#look(slot, worker)
    await worker.ready
    if (slot.worker === worker && slot.state === 'starting') slot.state = 'running'
  }

  async #replace(slot: Slot): Promise<void> {
    const old = slot.worker
    const next = this.#options.startWorker(slot.child, slot.instance)
    this.#draining.add(next)
    try {
      await next.healthy()
    } catch (error) {
      await next.drain('stop')
      throw new Failure(`nothing was replaced from ${next.name} on: ${messageOf(error)}`)
    } finally {
      this.#draining.delete(next)
    }
    slot.worker = next
    slot.state = 'running'
    void this.#look(slot, next)
    if (old === undefined) return
    this.#draining.add(old)
    void old.drain('handover').finally(() => this.#draining.delete(old))
  }

  /** Sees to what becomes of a worker, from when it has its slot. */
  async #look(slot: Slot, worker: WorkerProcess): Promise<void> {
    const record = await Promise.race([worker.exited, this.#outgrown(slot, worker)])
    this.#workerExited(slot, worker, record)
  }

  /** Replaces a worker that outgrew its memory; resolves like `exited`, so that there is one end to a worker. */
  async #outgrown(slot: Slot, worker: WorkerProcess): Promise<ExitRecord> {
    const bytes = await worker.overMemory
    this.#options.log(
      `${worker.name} (process ${worker.pid}) outgrew its memory (${Math.round(bytes / MIB)} MiB) and is replaced`,
    )
    try {
      if (slot.worker === worker && !this.#stopping) await this.#replace(slot)
    } catch (error) {
      this.#options.log(messageOf(error))
    }
    return await worker.exited
  }

  #workerExited(slot: Slot, worker: WorkerProcess, record: ExitRecord): void {
    if (slot.worker !== worker) return
    slot.lastExit = { ...record, at: new Date().toISOString() }
    slot.worker = undefined
    if (this.#stopping || worker.stopping) {
      slot.state = 'ended'
      return
    }
    this.#options.log(`${worker.name} (process ${worker.pid}) ended: ${describeExit(record)}`)
    if (record.code === EXIT_CONFIGURATION)
      this.#giveUp(`${worker.name} ended with code 78: its configuration is wrong`, 78)
    else if (isRestarted(slot.child, record)) this.#restartAfter(slot, record)
    else this.#leaveEnded(slot)
  }

  #restartAfter(slot: Slot, record: ExitRecord): void {
    const decision = this.#policy.decide(performance.now())
    if (decision.kind === 'give-up') {
      const { maxRestarts, maxSeconds } = this.#options.document
      this.#giveUp(
        `gave up: more than ${maxRestarts} restarts in ${maxSeconds} seconds, last ${slot.child.name}: ${describeExit(record)}`,
        1,
      )
      return
    }
    slot.state = 'restarting'
    slot.restarts += 1
    const affected = this.#affectedBy(slot)
    const key = affected.length === 1 ? slot : 'all'
    const before = this.#recoveries.get(key) ?? Promise.resolve()
    this.#recoveries.set(
      key,
      before.then(() => this.#recover(affected, decision.delayMs)),
    )
  }

  /** OTP: this one; all; this one and those that were started after it. */
  #affectedBy(slot: Slot): readonly Slot[] {
    const { strategy } = this.#options.document
    if (strategy === 'one_for_one') return [slot]
    return strategy === 'one_for_all' ? this.#slots : this.#slots.slice(this.#slots.indexOf(slot))
  }

  /** Never rejects: a worker that fails again is a new exit, with a decision of its own. */
  async #recover(slots: readonly Slot[], delayMs: number): Promise<void> {
    for (const slot of slots.toReversed()) {
      await stopSlot(slot, 'stop')
    }
    await delay(delayMs)
    for (const slot of slots) {
      try {
        await this.#startSlot(slot)
      } catch (error) {
        this.#options.log(messageOf(error))
        return
      }
    }
  }

  #leaveEnded(slot: Slot): void {
    slot.state = 'ended'
    if (this.#slots.every(({ state }) => state === 'ended')) this.#options.ended(undefined)
  }

  #giveUp(reason: string, exitCode: number): void {
    this.#options.log(reason)
    this.#options.ended(new Failure(reason, exitCode))
  }
}

async function stopSlot(slot: Slot, mode: DrainMode): Promise<void> {
  if (slot.worker === undefined) {
    slot.state = 'ended'
    return
  }
  slot.state = 'stopping'
  await slot.worker.drain(mode)
}

function isRestarted({ restart }: ChildDocument, { code }: ExitRecord): boolean {
  return restart === 'permanent' || (restart === 'transient' && code !== 0)
}

async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

/**
 * A generation in a process of its own: what an upgrade starts. It runs its tree like any supervisor, but the sockets,
 * the log and the commands come from the process above it. When that is gone, it finishes what it does and ends.
 */
import process from 'node:process'
import { evaluateConfiguration } from './config.ts'
import { readEnvironment } from './environment.ts'
import { Failure, messageOf } from './failure.ts'
import { toGeneration } from './generation-channel.ts'
import type { FromGeneration, ToGeneration } from './generation-channel.ts'
import { TreeGeneration } from './generation.ts'
import type { SocketSource } from './generation.ts'
import type { BindOutcome, ListeningHandle } from './listening-handle.ts'
import type { DrainMode, ListenAddress } from './messages.ts'
import { readReleaseDocument } from './release-document.ts'

export async function runGeneration(variables: NodeJS.ProcessEnv): Promise<number> {
  try {
    const environment = readEnvironment(variables)
    const document = readReleaseDocument(environment.root, environment.version)
    const configuration = await evaluateConfiguration(environment)
    const sockets = new InheritedSockets()
    const log = { write: (record: object) => send({ generation: 'log', record } as FromGeneration), close: () => {} }
    const generation = new TreeGeneration({ environment, document, configuration, sockets, log })
    return await steer(generation, sockets)
  } catch (error) {
    const exitCode = error instanceof Failure ? error.exitCode : 1
    await sendLast({ generation: 'ended', reason: messageOf(error), exitCode })
    return exitCode
  }
}

/** Starts it, does what it is told, and returns when it has stopped. */
async function steer(generation: TreeGeneration, sockets: InheritedSockets): Promise<number> {
  const stopped = Promise.withResolvers<void>()
  let stopping = false
  // A second time is in more of a hurry than the first.
  const stop = (mode: DrainMode): void => {
    stopping = true
    void generation.stop(mode).then(stopped.resolve, stopped.reject)
  }
  process.on('message', (value, handle) => {
    const message = toGeneration(value)
    if (message?.generation === 'socket') sockets.receive(message, handle)
    if (message?.generation === 'ask') void answer(generation, message)
    if (message?.generation === 'stop') stop(message.mode)
  })
  process.on('disconnect', () => stop('stop'))
  // Signals are for the process above; at a terminal all would get them.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
  await generation.start()
  send({ generation: 'ready' })
  const failure = await Promise.race([stopped.promise.then(() => undefined), generation.ended])
  if (!stopping) await generation.stop('stop')
  await sendLast({
    generation: 'ended',
    ...(failure === undefined ? {} : { reason: failure.message, exitCode: failure.exitCode }),
  })
  return failure?.exitCode ?? 0
}

async function answer(
  generation: TreeGeneration,
  { id, command, input }: ToGeneration & { generation: 'ask' },
): Promise<void> {
  try {
    send({ generation: 'answer', id, result: await generation.ask({ command, input }) })
  } catch (error) {
    send({ generation: 'answer', id, error: messageOf(error) })
  }
}

/** Sockets of the process above, asked for once each. */
class InheritedSockets implements SocketSource {
  readonly #known = new Map<string, Promise<BindOutcome>>()
  readonly #waiting = new Map<
    number,
    { readonly address: ListenAddress; readonly resolve: (outcome: BindOutcome) => void }
  >()
  #lastId = 0

  readonly acquire = async (address: ListenAddress): Promise<BindOutcome> => {
    const key = JSON.stringify(address)
    const known = this.#known.get(key) ?? this.#ask(address)
    this.#known.set(key, known)
    const outcome = await known
    if (outcome.kind === 'failed') this.#known.delete(key)
    return outcome
  }

  readonly release = (address: ListenAddress): void => {
    const key = JSON.stringify(address)
    void this.#known.get(key)?.then((outcome) => outcome.kind === 'bound' && outcome.handle.close())
    this.#known.delete(key)
    send({ generation: 'release', address })
  }

  receive({ id, error }: ToGeneration & { generation: 'socket' }, handle: unknown): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (waiting === undefined) return
    const { port } = waiting.address
    waiting.resolve(
      error === undefined
        ? { kind: 'bound', handle: handle as ListeningHandle, address: waiting.address.host ?? '::', port }
        : { kind: 'failed', error },
    )
  }

  async #ask(address: ListenAddress): Promise<BindOutcome> {
    this.#lastId += 1
    const id = this.#lastId
    const { promise, resolve } = Promise.withResolvers<BindOutcome>()
    this.#waiting.set(id, { address, resolve })
    send({ generation: 'acquire', id, address })
    return await promise
  }
}

function send(message: FromGeneration): void {
  // The channel is closed when the process above was killed; there is nobody left to tell.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

/** Resolves when it is on its way: the process ends right afterwards. */
async function sendLast(message: FromGeneration): Promise<void> {
  if (!process.connected) return
  await new Promise<void>((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve())
  })
}

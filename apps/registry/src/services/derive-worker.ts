/**
 * Deriving large packuments beside the event loop. One worker, started when the first large document comes and ended when none came for a
 * while. The same module is both sides, so that it works from sources and from a bundle alike.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import type { PackageName } from '@alkahest/core'
import { derivePackument } from './derive-packument.ts'
import type { HeldVersion, Hold, PackumentFacts } from './derive-packument.ts'
import { signingKeyOf } from './signing.ts'

/** Documents below this take a few milliseconds at most: sending them to and fro would cost as much. */
const INLINE_SIZE_MAX = 128 * 1024

const IDLE_MS = 30_000
const ROLE = 'alkahest-registry-derive'

export type DeriveRequest = {
  readonly name: PackageName
  readonly baseUrl: string
  readonly hold: Hold
  readonly body: Uint8Array
}

export type DerivedBytes = {
  readonly full: Uint8Array
  readonly abbreviated: Uint8Array
  readonly facts: PackumentFacts
  readonly held: readonly HeldVersion[]
  readonly modifiedAt: string | undefined
}

type Answer = { readonly number: number } & ({ readonly derived: DerivedBytes } | { readonly failure: unknown })
type Waiting = { readonly resolve: (derived: DerivedBytes) => void; readonly reject: (cause: unknown) => void }

export class Deriver {
  readonly #privatePem: string
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #count = 0

  constructor(privatePem: string) {
    this.#privatePem = privatePem
  }

  async derive(request: DeriveRequest): Promise<DerivedBytes> {
    if (request.body.length <= INLINE_SIZE_MAX) return deriveBytes(request, this.#privatePem)
    return this.#inWorker(request)
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  #inWorker(request: DeriveRequest): Promise<DerivedBytes> {
    clearTimeout(this.#idle)
    const worker = (this.#worker ??= this.#start())
    const number = this.#count++
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject })
      send(worker, { ...request, number })
    })
  }

  #start(): Worker {
    const worker = new Worker(new URL(import.meta.url), { workerData: { role: ROLE, privatePem: this.#privatePem } })
    worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.number)
      this.#waiting.delete(answer.number)
      if ('derived' in answer) waiting?.resolve(answer.derived)
      else waiting?.reject(answer.failure)
      if (this.#waiting.size === 0) this.#rest()
    })
    worker.on('error', (cause) => this.#fail(worker, cause))
    worker.on('exit', () => this.#fail(worker, new Error('the worker that reads large documents ended')))
    return worker
  }

  /** Holds no process open while it has nothing to do. */
  #rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.close(), IDLE_MS)
    this.#idle.unref()
    this.#worker?.unref()
  }

  #fail(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const waiting of this.#waiting.values()) waiting.reject(cause)
    this.#waiting.clear()
  }
}

const cachedKeys = new Map<string, ReturnType<typeof signingKeyOf>>()

function deriveBytes(request: DeriveRequest, privatePem: string): DerivedBytes {
  const signer = cachedKeys.get(privatePem) ?? signingKeyOf(privatePem)
  cachedKeys.set(privatePem, signer)
  const text = Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength).toString('utf8')
  const { full, abbreviated, facts, held, modifiedAt } = derivePackument(text, {
    ...request,
    sign: (name, version, integrity) => signer.sign(name, version, integrity),
  })
  return { full: Buffer.from(full), abbreviated: Buffer.from(abbreviated), facts, held, modifiedAt }
}

function send(port: Worker | MessagePort, message: unknown): void {
  port.postMessage(message)
}

if (!isMainThread && (workerData as { role?: unknown } | null)?.role === ROLE) {
  const { privatePem } = workerData as { privatePem: string }
  parentPort?.on('message', (request: DeriveRequest & { number: number }) => {
    let answer: Answer
    try {
      answer = { number: request.number, derived: deriveBytes(request, privatePem) }
    } catch (failure) {
      // Only its words survive the way back.
      answer = { number: request.number, failure: new Error((failure as Error).message) }
    }
    if (parentPort !== null) send(parentPort, answer)
  })
}

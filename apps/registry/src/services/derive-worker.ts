/**
 * Deriving large packuments beside the event loop. One worker, started when the first large document comes and ended when none came for a
 * while.
 */
import { Worker } from 'node:worker_threads'
import { deriveBytes } from './derive-bytes.ts'
import type { DerivedBytes, DeriveRequest } from './derive-bytes.ts'
import type { DeriveAnswer, DeriveWorkerData } from './derive-thread.ts'

/** Documents below this take a few milliseconds at most: sending them to and fro would cost as much. */
const INLINE_SIZE_MAX = 128 * 1024

const IDLE_MS = 30_000

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
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
      worker.postMessage({ ...request, number })
    })
  }

  #start(): Worker {
    const data: DeriveWorkerData = { privatePem: this.#privatePem }
    const worker = new Worker(new URL('./derive-thread.ts', import.meta.url), { workerData: data })
    worker.on('message', (answer: DeriveAnswer) => {
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

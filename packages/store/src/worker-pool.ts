/**
 * Threads that extract packages, and a queue before them. A worker has one package at a time; the largest waiting one goes
 * first, so that no thread is left alone with it at the end.
 */
import { Worker } from 'node:worker_threads'
import { userError } from '@alkahest/core'
import type { ErrorCode } from '@alkahest/core'
import type { EntryFacts } from './entry-index.ts'
import type { ExtractRequest } from './extract-package.ts'

export type ExtractAnswer =
  | { readonly facts: EntryFacts }
  | {
      readonly refusal: {
        readonly code: ErrorCode
        readonly message: string
        readonly hint: string | undefined
        readonly details: Readonly<Record<string, unknown>> | undefined
      }
    }
  | { readonly bug: unknown }

type Job = {
  readonly request: ExtractRequest
  readonly resolve: (facts: EntryFacts) => void
  readonly reject: (reason: unknown) => void
}

export class WorkerPool {
  readonly #file: string | URL
  readonly #sizeMax: number
  readonly #waiting: Job[] = []
  readonly #idle: Worker[] = []
  readonly #busy = new Map<Worker, Job>()
  /** Why no more work is taken: a worker could not be started or died. */
  #failure: Error | undefined

  constructor(file: string | URL, sizeMax: number) {
    this.#file = file
    this.#sizeMax = sizeMax
  }

  /** The bytes of the request are moved to the worker: the caller cannot read them afterwards. */
  extract(request: ExtractRequest): Promise<EntryFacts> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure)
        return
      }
      this.#waiting.push({ request, resolve, reject })
      this.#dispatch()
    })
  }

  /** Starts all its threads, so that they are there when the first package arrives. */
  start(): void {
    while (this.#idle.length + this.#busy.size < this.#sizeMax) this.#idle.push(this.#startWorker())
  }

  async close(): Promise<void> {
    const workers = [...this.#idle, ...this.#busy.keys()]
    this.#failure ??= new Error('the store was closed')
    for (const job of [...this.#waiting.splice(0), ...this.#busy.values()]) job.reject(this.#failure)
    this.#idle.length = 0
    this.#busy.clear()
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#idle.pop() ?? (this.#busy.size < this.#sizeMax ? this.#startWorker() : undefined)
      if (worker === undefined) return
      const job = this.#takeLargest()
      this.#busy.set(worker, job)
      const { buffer } = job.request.bytes
      worker.ref()
      worker.postMessage(job.request, buffer instanceof ArrayBuffer ? [buffer] : [])
    }
  }

  #takeLargest(): Job {
    let largest = 0
    for (let index = 1; index < this.#waiting.length; index++) {
      if (this.#sizeOf(index) > this.#sizeOf(largest)) largest = index
    }
    return this.#waiting.splice(largest, 1)[0] as Job
  }

  #sizeOf(index: number): number {
    return this.#waiting[index]?.request.bytes.length ?? 0
  }

  #startWorker(): Worker {
    const worker = new Worker(this.#file)
    // An idle worker must not keep the process alive.
    worker.unref()
    worker.on('message', (answer: ExtractAnswer) => this.#onAnswer(worker, answer))
    worker.on('error', (cause) => this.#onFailure(worker, cause as Error))
    return worker
  }

  #onAnswer(worker: Worker, answer: ExtractAnswer): void {
    const job = this.#busy.get(worker)
    if (job === undefined) return
    this.#busy.delete(worker)
    this.#idle.push(worker)
    worker.unref()
    if ('facts' in answer) job.resolve(answer.facts)
    else job.reject('bug' in answer ? answer.bug : refusalOf(answer.refusal))
    this.#dispatch()
  }

  #onFailure(worker: Worker, cause: Error): void {
    this.#failure ??= cause
    this.#busy.get(worker)?.reject(cause)
    this.#busy.delete(worker)
    for (const job of this.#waiting.splice(0)) job.reject(cause)
  }
}

function refusalOf(refusal: Extract<ExtractAnswer, { refusal: unknown }>['refusal']): Error {
  const { code, message, hint, details } = refusal
  return userError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  })
}

/**
 * Deriving large packuments in a process of its own: parsing twenty megabytes of JSON would hold the event loop for most of a second, and leave
 * hundreds of megabytes behind in an allocator that gives nothing back. A process gives back everything. It is started when the first large
 * document comes and ended when none came for a while.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { DocumentTooLarge, deriveBytes } from './derive-bytes.ts'
import type { DerivedBytes, DeriveRequest } from './derive-bytes.ts'
import type { DeriveAnswer, DeriveQuestion } from './derive-process.ts'

/** Documents below this (decoded) take a few milliseconds at most: sending them to and fro would cost as much. */
const INLINE_SIZE_MAX = 128 * 1024

const IDLE_MS = 10_000

/** A document of the largest size that is read takes less; one that takes more ends the process, and nothing else. */
const HEAP_MIB_MAX = 2048

type Waiting = {
  readonly resolve: (derived: DerivedBytes | undefined) => void
  readonly reject: (cause: unknown) => void
}

export class Deriver {
  readonly #privatePem: string
  readonly #waiting = new Map<number, Waiting>()
  #child: ChildProcess | undefined
  #idle: NodeJS.Timeout | undefined
  #count = 0

  constructor(privatePem: string) {
    this.#privatePem = privatePem
  }

  /** Undefined when the document is what is kept already. */
  async derive(request: DeriveRequest): Promise<DerivedBytes | undefined> {
    try {
      return deriveBytes(request, { privatePem: this.#privatePem, sizeMax: INLINE_SIZE_MAX })
    } catch (cause) {
      if (cause instanceof DocumentTooLarge) return this.#inProcess(request)
      throw cause
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const child = this.#child
    this.#child = undefined
    if (child === undefined) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.ref()
    child.kill('SIGKILL')
    await ended
  }

  #inProcess(request: DeriveRequest): Promise<DerivedBytes | undefined> {
    clearTimeout(this.#idle)
    const child = (this.#child ??= this.#start())
    child.ref()
    child.channel?.ref()
    const question: DeriveQuestion = { ...request, number: this.#count++, privatePem: this.#privatePem }
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.number, { resolve, reject })
      child.send(question)
    })
  }

  #start(): ChildProcess {
    const { TMPDIR } = process.env
    const child = fork(fileURLToPath(new URL('./derive-process.ts', import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${HEAP_MIB_MAX}`],
      // None of our own secrets: it reads what strangers wrote.
      env: TMPDIR === undefined ? {} : { TMPDIR },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.on('message', (answer: DeriveAnswer) => {
      const waiting = this.#waiting.get(answer.number)
      this.#waiting.delete(answer.number)
      if ('failure' in answer) waiting?.reject(new Error(answer.failure))
      else waiting?.resolve(answer.derived)
      if (this.#waiting.size === 0) this.#rest(child)
    })
    child.on('error', (cause) => this.#fail(child, cause))
    child.on('exit', () => this.#fail(child, new Error('the process that reads large documents ended')))
    return child
  }

  /** Holds no process open while it has nothing to do. */
  #rest(child: ChildProcess): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.close(), IDLE_MS)
    this.#idle.unref()
    child.unref()
    child.channel?.unref()
  }

  #fail(child: ChildProcess, cause: unknown): void {
    if (this.#child !== child) return
    this.#child = undefined
    for (const waiting of this.#waiting.values()) waiting.reject(cause)
    this.#waiting.clear()
  }
}

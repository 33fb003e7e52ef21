/**
 * READMEs as HTML, made beside the event loop and within a time: whoever writes one chooses what the parser has to chew. One that takes too long,
 * or that breaks the thread, is shown as the text it is.
 */
import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { BodyCache } from '../services/sized-cache.ts'
import { SingleFlight } from '../services/single-flight.ts'
import { escapeHtml, Html } from './html.ts'

/** In characters; registries keep a quarter of it. */
const LENGTH_MAX = 256 * 1024

/** Of rendered READMEs, in bytes. */
const CACHE_SIZE_MAX = 16 * 1024 * 1024

/** A long README takes some tens of milliseconds. */
const RENDER_MS_MAX = 5000

/** Without work for so long, the thread ends and its memory is free. */
const IDLE_MS = 30_000

const HEAP_MB_MAX = 128

export type ReadmeRendererOptions = { readonly startThread?: () => Worker; readonly renderMsMax?: number }

export class ReadmeRenderer {
  readonly #startThread: () => Worker
  readonly #renderMsMax: number
  readonly #cache = new BodyCache(CACHE_SIZE_MAX)
  readonly #flights = new SingleFlight<Html>()
  #turn: Promise<unknown> = Promise.resolve()
  #thread: Worker | undefined
  /** Ends the wait for the README that is in the thread; undefined: there is none. */
  #settle: ((answer: string | undefined) => void) | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(options: ReadmeRendererOptions = {}) {
    this.#startThread = options.startThread ?? startReadmeThread
    this.#renderMsMax = options.renderMsMax ?? RENDER_MS_MAX
  }

  render(markdown: string): Promise<Html> {
    const text = markdown.slice(0, LENGTH_MAX)
    const key = createHash('sha256').update(text).digest('base64')
    const known = this.#cache.get(key)
    if (known !== undefined) return Promise.resolve(new Html(known.toString()))
    return this.#flights.run(key, async () => {
      const rendered = await this.#inTurn(text)
      this.#cache.set(key, Buffer.from(rendered.text))
      return rendered
    })
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const thread = this.#thread
    this.#thread = undefined
    this.#settle?.(undefined)
    await thread?.terminate()
  }

  /** One after the other: a slow one delays others, but it does not take more than one core. */
  #inTurn(text: string): Promise<Html> {
    const turn = this.#turn.then(() => this.#inThread(text))
    // Who waits is told of a failure; the next one need not be.
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #inThread(text: string): Promise<Html> {
    clearTimeout(this.#idle)
    const thread = (this.#thread ??= this.#start())
    thread.ref()
    const answer = await this.#answer(thread, text)
    if (answer === undefined) await this.close()
    else this.#rest(thread)
    return new Html(answer ?? `<pre tabindex="0">${escapeHtml(text)}</pre>`)
  }

  #start(): Worker {
    const thread = this.#startThread()
    const settle = (answer: string | undefined): void => {
      if (this.#thread === thread) this.#settle?.(answer)
    }
    thread.on('message', (answer: string) => settle(answer))
    thread.on('error', () => settle(undefined))
    thread.on('exit', () => {
      settle(undefined)
      if (this.#thread === thread) this.#thread = undefined
    })
    return thread
  }

  /** Undefined when there is none in time, or the thread broke on it. */
  #answer(thread: Worker, text: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle?.(undefined), this.#renderMsMax)
      this.#settle = (answer) => {
        clearTimeout(timer)
        this.#settle = undefined
        resolve(answer)
      }
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
      thread.postMessage(text)
    })
  }

  /** Holds no process open while it has nothing to do. */
  #rest(thread: Worker): void {
    thread.unref()
    this.#idle = setTimeout(() => void this.close(), IDLE_MS)
    this.#idle.unref()
  }
}

function startReadmeThread(): Worker {
  return new Worker(new URL('./readme-thread.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
  })
}

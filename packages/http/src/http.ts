/**
 * The one way to make requests. A request is a sequence of attempts; an attempt is a sequence of exchanges, one per
 * redirect; an exchange takes a slot of its origin and a connection.
 */
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleepFor } from 'node:timers/promises'
import { Agents } from './agents.ts'
import { ACCEPTED_CODINGS, streamedBody, wholeBody } from './body.ts'
import type { BodyOptions } from './body.ts'
import { exchange } from './exchange.ts'
import { HttpError, nonsense } from './http-error.ts'
import type { Errand } from './http-error.ts'
import type { Connection, Http, HttpAnswer, HttpCounts, HttpOptions, HttpRequest, HttpResponse } from './options.ts'
import { headersAfterRedirect, isRedirect, redirectTarget } from './redirect.ts'
import { isRepeatable, isRetriedStatus, pauseBefore } from './retry-policy.ts'
import { Slots } from './slots.ts'

const SOCKETS_MAX = 64
const RETRIES = 2
const RETRY_MIN_MS = 1000
const RETRY_MAX_MS = 60_000
const RETRY_FACTOR = 4
const CONNECT_TIMEOUT_MS = 10_000
const IDLE_TIMEOUT_MS = 60_000
const REDIRECTS_MAX = 10

/** The largest packument known is about 40 MB. */
const ANSWER_SIZE_MAX = 128 * 1024 * 1024

/** Browsers and toolchains are published as packages of some hundred megabytes. */
const RESPONSE_SIZE_MAX = 2 * 1024 * 1024 * 1024

/** Bodies of redirects and of passing failures are some hundred bytes. */
const DISCARD_LENGTH_MAX = 64 * 1024
const DISCARD_TIMEOUT_MS = 1000

const DIRECT: Connection = { proxy: undefined, tls: undefined }

/** Makes a client; it holds connections until `close`. */
export function createHttp(options: HttpOptions): Http {
  return new HttpClient(options)
}

class HttpClient implements Http {
  readonly #options: HttpOptions
  readonly #agents: Agents
  readonly #slots: Slots
  readonly #counts = { requests: 0, connections: 0, retries: 0, redirects: 0 }

  constructor(options: HttpOptions) {
    this.#options = options
    this.#agents = new Agents(options.nodeVersion ?? process.versions.node)
    this.#slots = new Slots(options.socketsMax ?? SOCKETS_MAX)
  }

  get counts(): HttpCounts {
    return { ...this.#counts }
  }

  close(): void {
    this.#agents.close()
  }

  request(url: string, options: HttpRequest): Promise<HttpResponse> {
    return this.#attempts(url, options, (body) => {
      const stream = streamedBody({ ...body, sizeMax: options.sizeMax ?? RESPONSE_SIZE_MAX })
      return { ...headOf(body), body: stream, discard: () => void discard(body) }
    })
  }

  fetch(url: string, options: HttpRequest): Promise<HttpAnswer> {
    return this.#attempts(url, options, async (body) => {
      const sizeMax = options.sizeMax ?? ANSWER_SIZE_MAX
      const whole = await wholeBody({ ...body, sizeMax }, { decode: options.decode ?? true })
      return { ...headOf(body), body: whole }
    })
  }

  /** Tries until there is an answer worth having, a failure that stays, or no attempt left. */
  async #attempts<Result>(
    url: string,
    options: HttpRequest,
    finish: (body: BodyOptions) => Promise<Result> | Result,
  ): Promise<Result> {
    const retries = options.retries ?? this.#options.retries ?? RETRIES
    let metStale = false
    for (let attempt = 1; ; attempt++) {
      try {
        const body = await this.#follow(new URL(url), options)
        const pause = attempt > retries ? undefined : this.#pauseAfterStatus(attempt, options, body.message)
        if (pause === undefined) return await finish(body)
        await discard(body)
        await this.#pause({ url, attempt, purpose: options.purpose }, pause, `status ${body.message.statusCode ?? 0}`)
      } catch (error) {
        if (error instanceof HttpError && error.stale && !metStale) {
          metStale = true
          attempt--
          continue
        }
        if (attempt > retries || !mayRepeat(error, options)) throw error
        const pause = pauseBefore(attempt, this.#pauses(), { retryAfter: undefined, now: 0 })
        await this.#pause({ url, attempt, purpose: options.purpose }, pause ?? 0, (error as Error).message)
      }
    }
  }

  /** The pause that the answer's status asks for, or undefined when the answer is the result. */
  #pauseAfterStatus(attempt: number, options: HttpRequest, message: IncomingMessage): number | undefined {
    if (!isRetriedStatus(message.statusCode ?? 0) || !isRepeatable(options.method ?? 'GET')) return undefined
    const now = (this.#options.now ?? Date.now)()
    return pauseBefore(attempt, this.#pauses(), { retryAfter: message.headers['retry-after'], now })
  }

  async #pause(
    about: { readonly url: string; readonly attempt: number; readonly purpose: string },
    delayMs: number,
    reason: string,
  ): Promise<void> {
    this.#counts.retries++
    this.#options.onRetry?.({ ...about, delayMs, reason })
    await (this.#options.sleep ?? sleepFor)(delayMs)
  }

  #pauses(): { minMs: number; maxMs: number; factor: number } {
    const { retryMinMs, retryMaxMs, retryFactor } = this.#options
    return {
      minMs: retryMinMs ?? RETRY_MIN_MS,
      maxMs: retryMaxMs ?? RETRY_MAX_MS,
      factor: retryFactor ?? RETRY_FACTOR,
    }
  }

  async #follow(start: URL, options: HttpRequest): Promise<BodyOptions> {
    const method = options.method ?? 'GET'
    const redirectsMax = options.redirectsMax ?? REDIRECTS_MAX
    let url = start
    let headers = options.headers ?? {}
    for (let redirects = 0; ; redirects++) {
      const body = await this.#send(url, headers, options)
      const answer = { status: body.message.statusCode ?? 0, location: body.message.headers.location }
      if (redirectsMax === 0 || !isRedirect(answer)) return body
      await discard(body)
      if (redirects === redirectsMax) {
        throw nonsense(body.errand, `redirects more than ${redirectsMax} times`, { transient: false })
      }
      const target = redirectTarget(body.errand, method, answer)
      this.#counts.redirects++
      headers = headersAfterRedirect(headers, url, target)
      url = target
    }
  }

  async #send(url: URL, headers: Readonly<Record<string, string>>, options: HttpRequest): Promise<BodyOptions> {
    const method = options.method ?? 'GET'
    const connection = this.#options.connectionFor?.(url) ?? DIRECT
    const errand: Errand = { purpose: options.purpose, url, proxy: connection.proxy }
    const idleTimeoutMs = options.idleTimeoutMs ?? this.#options.idleTimeoutMs ?? IDLE_TIMEOUT_MS
    const release = await this.#slots.take(url.origin)
    try {
      this.#counts.requests++
      const message = await exchange({
        errand,
        method,
        agent: this.#agents.agentFor(url, connection, { reuse: isRepeatable(method) }),
        headers: { 'user-agent': this.#options.userAgent, 'accept-encoding': ACCEPTED_CODINGS, ...headers },
        body: options.body,
        connectTimeoutMs: this.#options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
        idleTimeoutMs,
        signal: options.signal ?? this.#options.signal,
        onConnection: () => this.#counts.connections++,
      })
      return { errand, message, idleTimeoutMs, release, sizeMax: 0 }
    } catch (error) {
      release()
      throw error
    }
  }
}

/**
 * A short body is read away, so that its connection can serve again; for a long one a new connection is cheaper.
 * Whatever breaks meanwhile was not wanted any more.
 */
async function discard(body: BodyOptions): Promise<void> {
  const { message } = body
  message.setTimeout(DISCARD_TIMEOUT_MS, () => message.destroy())
  let size = 0
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > DISCARD_LENGTH_MAX) break
    }
  } catch {
    message.destroy()
  }
  body.release()
}

/** A write is repeated only when it certainly did not arrive. */
function mayRepeat(error: unknown, options: HttpRequest): boolean {
  if (!(error instanceof HttpError) || !error.transient) return false
  return !error.sent || isRepeatable(options.method ?? 'GET')
}

function headOf(body: BodyOptions): Pick<HttpAnswer, 'status' | 'headers' | 'url' | 'purpose'> {
  const { message, errand } = body
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return { status: message.statusCode ?? 0, headers, url: errand.url.href, purpose: errand.purpose }
}

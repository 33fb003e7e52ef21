/** What a caller says about requests, and what it gets back. */

/** Certificates for one connection, as node:tls takes them; `ca` replaces the built-in authorities, as npm has it. */
export type TlsSettings = {
  readonly ca?: readonly string[]
  readonly cert?: string
  readonly key?: string
  readonly rejectUnauthorized?: boolean
}

/** How an address is reached. */
export type Connection = {
  /** An http(s) address, with its credentials when it needs any. */
  readonly proxy: string | undefined
  readonly tls: TlsSettings | undefined
}

export type HttpOptions = {
  readonly userAgent: string
  /** Ends every request that has no signal of its own. */
  readonly signal?: AbortSignal
  /** Direct and with Node's own certificates when absent. */
  readonly connectionFor?: (url: URL) => Connection
  /** Requests under way at once per origin; the others wait. */
  readonly socketsMax?: number
  /** Attempts after the first. */
  readonly retries?: number
  /** The first pause; each later one is `retryFactor` times as long, up to `retryMaxMs`. */
  readonly retryMinMs?: number
  readonly retryMaxMs?: number
  readonly retryFactor?: number
  /** Until a connection stands, tunnel and TLS included. */
  readonly connectTimeoutMs?: number
  /** Between two signs of life. */
  readonly idleTimeoutMs?: number
  readonly sleep?: (milliseconds: number) => Promise<void>
  /** Milliseconds since 1970, for `retry-after` with a date. */
  readonly now?: () => number
  readonly onRetry?: (retry: HttpRetry) => void
  /** The running one when absent: old ones cannot use proxies. */
  readonly nodeVersion?: string
}

/** Told before the pause, so that a person sees why nothing happens. */
export type HttpRetry = {
  readonly url: string
  readonly purpose: string
  /** 1 for the first repetition. */
  readonly attempt: number
  readonly delayMs: number
  readonly reason: string
}

export type HttpRequest = {
  /** Verb and package, as errors say them: `get lodash`, `publish @scope/name`. */
  readonly purpose: string
  readonly method?: string
  /** Lower-case names. Secrets among them stop at a redirect to another origin. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Of the decoded body, in bytes. */
  readonly sizeMax?: number
  /** False leaves the body of `fetch` in its `content-encoding`, for who hands it on or decodes it elsewhere; `sizeMax` then counts what was sent. */
  readonly decode?: boolean
  /** Instead of the client's. */
  readonly retries?: number
  /** Instead of the client's. */
  readonly idleTimeoutMs?: number
  /** 0 returns the redirect itself. */
  readonly redirectsMax?: number
  readonly signal?: AbortSignal
}

type HttpHead = {
  readonly status: number
  /** Lower-case names; several of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** Where the answer came from, after redirects. */
  readonly url: string
  readonly purpose: string
}

export type HttpResponse = HttpHead & {
  /** Decoded. Read it to its end, stop early, or call `discard`: its connection serves nobody else until then. */
  readonly body: AsyncIterable<Uint8Array>
  discard(): void
}

export type HttpAnswer = HttpHead & {
  /** Whole; decoded, unless the request said otherwise. */
  readonly body: Buffer
}

export type HttpCounts = {
  /** Sent, repetitions and redirects included. */
  readonly requests: number
  /** Opened: the other requests travelled on one that was kept alive. */
  readonly connections: number
  readonly retries: number
  readonly redirects: number
}

export interface Http {
  /** Any status is an answer. Retries end when the headers are here: a body that breaks later throws while it is read. */
  request(url: string, options: HttpRequest): Promise<HttpResponse>
  /** The same with the whole body, so that retries cover a body that breaks. */
  fetch(url: string, options: HttpRequest): Promise<HttpAnswer>
  readonly counts: HttpCounts
  /** Ends every connection, also those in use. */
  close(): void
}

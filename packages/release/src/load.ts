/**
 * Load on a service, to prove that nothing is lost. It is open: requests are sent at their times whatever became of those
 * before, so that a stall counts as what it is; nothing is ever sent twice; one that hangs is a failure at its time-out.
 */
import http from 'node:http'
import { setInterval } from 'node:timers'

export type LoadKind = 'keep-alive' | 'close' | 'slow upload' | 'websocket'

export type LoadOptions = {
  readonly port: number
  readonly kind: LoadKind
  /** Requests a second; for WebSockets: how many connections. */
  readonly rate: number
  /** Where requests go. */
  readonly path: string
}

export type LoadReport = {
  readonly kind: LoadKind
  readonly sent: number
  readonly succeeded: number
  /** What went wrong, each kind once with its count. */
  readonly failures: Readonly<Record<string, number>>
  /** Of the answers that were JSON with a `version`. */
  readonly versions: readonly string[]
  /** The slowest of 99 of 100, in milliseconds: before `mark` was called, and since. */
  readonly p99Before: number
  readonly p99Since: number
}

export type Load = {
  /** From here on latencies belong to the second half of the report. */
  readonly mark: () => void
  readonly stop: () => Promise<LoadReport>
}

/** Longer than any polite drain; who waits this long has been forgotten. */
const TIMEOUT_MS = 30_000
/** From this status on it was the service that failed, not the question that was wrong. */
const SERVER_FAILED = 500
const UPLOAD_PIECES = 5
const UPLOAD_PAUSE_MS = 200

export function startLoad(options: LoadOptions): Load {
  const results = new Results(options.kind)
  const stopped = new AbortController()
  const open =
    options.kind === 'websocket'
      ? keepWebSockets(options, results, stopped.signal)
      : sendRequests(options, results, stopped.signal)
  return {
    mark: () => results.mark(),
    stop: async () => {
      stopped.abort()
      await open
      return results.report()
    },
  }
}

class Results {
  readonly #kind: LoadKind
  readonly #failures = new Map<string, number>()
  readonly #versions = new Set<string>()
  readonly #latencies: [number[], number[]] = [[], []]
  #half: 0 | 1 = 0
  #sent = 0
  #succeeded = 0

  constructor(kind: LoadKind) {
    this.#kind = kind
  }

  mark(): void {
    this.#half = 1
  }

  /** Counts one request from its start to its end. */
  async count(request: Promise<string>): Promise<void> {
    this.#sent += 1
    const latencies = this.#latencies[this.#half]
    const start = performance.now()
    try {
      this.#noteVersion(await request)
      this.#succeeded += 1
      latencies.push(performance.now() - start)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const name = code ?? message
      this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1)
    }
  }

  report(): LoadReport {
    return {
      kind: this.#kind,
      sent: this.#sent,
      succeeded: this.#succeeded,
      failures: Object.fromEntries(this.#failures),
      versions: [...this.#versions].toSorted(),
      p99Before: percentile(this.#latencies[0], 0.99),
      p99Since: percentile(this.#latencies[1], 0.99),
    }
  }

  #noteVersion(body: string): void {
    if (!body.startsWith('{')) return
    const { version } = JSON.parse(body) as { readonly version?: unknown }
    if (typeof version === 'string') this.#versions.add(version)
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return Math.round((sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0) * 10) / 10
}

async function sendRequests(options: LoadOptions, results: Results, stopped: AbortSignal): Promise<void> {
  // A connection for each request needs no agent: one that pools nothing still hands connections on while requests wait.
  const agent = options.kind === 'keep-alive' ? new http.Agent({ keepAlive: true }) : false
  const pending = new Set<Promise<void>>()
  const send = (): void => {
    const request = results.count(ask(options, agent)).finally(() => pending.delete(request))
    pending.add(request)
  }
  const timer = setInterval(send, 1000 / options.rate)
  await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }))
  clearInterval(timer)
  await Promise.all(pending)
  if (agent !== false) agent.destroy()
}

async function ask({ port, path, kind }: LoadOptions, agent: http.Agent | false): Promise<string> {
  return await new Promise((resolve, reject) => {
    const method = kind === 'slow upload' ? 'POST' : 'GET'
    const request = http.request({ host: '127.0.0.1', port, path, method, agent }, (response) => {
      let body = ''
      response.on('data', (piece) => (body += String(piece)))
      response.on('error', reject)
      response.on('end', () => {
        const { complete, statusCode = 0 } = response
        if (!complete) reject(new Error('the answer was cut'))
        else if (statusCode >= SERVER_FAILED) reject(new Error(`status ${statusCode}`))
        else resolve(body)
      })
    })
    const timer = setTimeout(() => request.destroy(new Error('no answer in time')), TIMEOUT_MS)
    request.on('close', () => clearTimeout(timer))
    request.on('error', reject)
    if (kind === 'slow upload') void uploadSlowly(request)
    else request.end()
  })
}

async function uploadSlowly(request: http.ClientRequest): Promise<void> {
  for (let piece = 0; piece < UPLOAD_PIECES && !request.destroyed; piece++) {
    request.write(`piece ${piece}\n`)
    await new Promise((resolve) => setTimeout(resolve, UPLOAD_PAUSE_MS))
  }
  request.end()
}

/** Each connection is one "request": it succeeds when it is closed as a server says goodbye, and is then made again. */
async function keepWebSockets(options: LoadOptions, results: Results, stopped: AbortSignal): Promise<void> {
  const keep = async (): Promise<void> => {
    while (!stopped.aborted) await results.count(holdWebSocket(options, stopped))
  }
  await Promise.all(Array.from({ length: options.rate }, keep))
}

/** Service restart and going away: the server's polite words. */
const POLITE_CODES = new Set([1000, 1001, 1012])

async function holdWebSocket({ port, path }: LoadOptions, stopped: AbortSignal): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
    const close = (): void => socket.close(1000)
    stopped.addEventListener('abort', close, { once: true })
    socket.addEventListener('open', () => stopped.aborted && close())
    socket.addEventListener('close', ({ code }) => {
      stopped.removeEventListener('abort', close)
      if (POLITE_CODES.has(code) || stopped.aborted) resolve('')
      else reject(new Error(`WebSocket closed with ${code}`))
    })
  })
}

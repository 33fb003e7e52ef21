/**
 * A registry that misbehaves, on a raw socket, so that nothing between mends what it does: it hangs, cuts at a byte, answers nonsense, wrong
 * bytes or errors. What has no fault is passed through from a real registry, its addresses made this one's.
 */
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type Fault =
  /** The real answer: to let one request of a list through. */
  | { readonly kind: 'pass' }
  /** Accepts the request and never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection without a byte. */
  | { readonly kind: 'close' }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** 200 with a body that is no JSON. */
  | { readonly kind: 'nonsense' }
  /** 200 with exactly this body. */
  | { readonly kind: 'body'; readonly body: string | Uint8Array; readonly headers?: Readonly<Record<string, string>> }
  /** The real answer, its connection closed after this many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The real answer with one byte in the middle of the body changed. */
  | { readonly kind: 'wrong-bytes' }

export type FaultyRegistryOptions = {
  /** The registry behind it, with a trailing slash; 404 for everything when absent. */
  readonly upstream?: string
  /** By path: a whole one (`/a`), or an ending (`*.tgz`), or `*`. The first that fits counts. */
  readonly faults?: Readonly<Record<string, Fault | readonly Fault[]>>
  /** Told the bodies of requests, for tests of what must not be sent. */
  readonly onBody?: (path: string, body: string) => void
  /** Milliseconds that a request for a path waits first: so answers arrive in another order. */
  readonly delayOf?: (path: string) => number
}

export interface FaultyRegistry extends AsyncDisposable {
  /** With a trailing slash. */
  readonly url: string
  readonly port: number
  /** `GET /a`, in the order in which they came. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** Of a list of faults each request takes the next; after the last one the real answer comes. */
export async function faultyRegistry(options: FaultyRegistryOptions = {}): Promise<FaultyRegistry> {
  const server = new FaultyServer(options)
  await server.listen()
  return server
}

class FaultyServer implements FaultyRegistry {
  readonly requests: string[] = []
  readonly #options: FaultyRegistryOptions
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  readonly #taken = new Map<string, number>()

  constructor(options: FaultyRegistryOptions) {
    this.#options = options
    this.#server = net.createServer((socket) => this.#serve(socket))
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #serve(socket: net.Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    // A client that gives up is part of what is tested.
    socket.on('error', () => socket.destroy())
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (!isWhole(received)) return
      const request = received
      received = ''
      this.#answer(socket, request).catch((cause: unknown) => socket.destroy(cause as Error))
    })
  }

  async #answer(socket: net.Socket, request: string): Promise<void> {
    const [line = '', ...lines] = request.slice(0, request.indexOf('\r\n\r\n')).split('\r\n')
    const [method = 'GET', target = '/'] = line.split(' ')
    const path = decodeURIComponent(target.split('?')[0] ?? '')
    this.requests.push(`${method} ${path}`)
    const delay = this.#options.delayOf?.(path) ?? 0
    if (delay > 0) await sleep(delay)
    const body = request.slice(request.indexOf('\r\n\r\n') + 4)
    if (body !== '') this.#options.onBody?.(path, body)
    const fault = this.#faultFor(path)
    switch (fault?.kind) {
      case 'hang':
        return
      case 'close':
        socket.destroy()
        return
      case 'status':
        send(socket, { status: fault.status, body: Buffer.from(fault.body ?? ''), headers: fault.headers ?? {} })
        return
      case 'nonsense':
        send(socket, {
          status: 200,
          body: Buffer.from('<html>this is no registry</html>'),
          headers: { 'content-type': 'application/json' },
        })
        return
      case 'body':
        send(socket, { status: 200, body: Buffer.from(fault.body), headers: fault.headers ?? {} })
        return
      case 'cut':
      case 'wrong-bytes':
      case 'pass':
      case undefined:
        passOn(socket, await this.#real({ method, target, lines }), fault)
    }
  }

  #faultFor(path: string): Fault | undefined {
    const entry = Object.entries(this.#options.faults ?? {}).find(([pattern]) =>
      pattern.startsWith('*') ? path.endsWith(pattern.slice(1)) : pattern === path,
    )
    if (entry === undefined) return undefined
    const [pattern, faults] = entry
    if (!Array.isArray(faults)) return faults as Fault
    const taken = this.#taken.get(pattern) ?? 0
    this.#taken.set(pattern, taken + 1)
    return (faults as readonly Fault[])[taken]
  }

  async #real(request: {
    readonly method: string
    readonly target: string
    readonly lines: readonly string[]
  }): Promise<Answer> {
    const { upstream } = this.#options
    if (upstream === undefined) return { status: 404, body: Buffer.from('{"error":"not found"}'), headers: {} }
    const accept =
      request.lines
        .find((line) => /^accept:/i.test(line))
        ?.slice('accept:'.length)
        .trim() ?? '*/*'
    const response = await fetch(upstream + request.target.slice(1), { method: request.method, headers: { accept } })
    const type = response.headers.get('content-type') ?? 'application/octet-stream'
    const cacheControl = response.headers.get('cache-control')
    const bytes = Buffer.from(await response.arrayBuffer())
    const body = type.includes('json') ? Buffer.from(bytes.toString('utf8').replaceAll(upstream, this.url)) : bytes
    const headers = { 'content-type': type, ...(cacheControl === null ? {} : { 'cache-control': cacheControl }) }
    return { status: response.status, body, headers }
  }
}

/** Head and as much body as it announces; bodies without a length are not what tests send. */
function isWhole(received: string): boolean {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = Number(/^content-length: *(\d+)/im.exec(received.slice(0, end))?.[1] ?? 0)
  return received.length >= end + 4 + length
}

type Answer = { readonly status: number; readonly body: Buffer; readonly headers: Readonly<Record<string, string>> }

function passOn(
  socket: net.Socket,
  answer: Answer,
  fault: Extract<Fault, { kind: 'cut' | 'wrong-bytes' | 'pass' }> | undefined,
): void {
  if (fault?.kind === 'cut') {
    socket.write(headOf(answer))
    socket.end(answer.body.subarray(0, fault.after))
    return
  }
  if (fault?.kind === 'wrong-bytes') {
    const middle = Math.floor(answer.body.length / 2)
    answer.body[middle] = (answer.body[middle] ?? 0) ^ 0xff
  }
  send(socket, answer)
}

function send(socket: net.Socket, answer: Answer): void {
  socket.write(headOf(answer))
  socket.write(answer.body)
}

function headOf(answer: Answer): string {
  const headers = { 'content-length': String(answer.body.length), ...answer.headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return `HTTP/1.1 ${answer.status} Answer\r\n${lines.join('\r\n')}\r\n\r\n`
}

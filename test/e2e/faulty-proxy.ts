/**
 * A real HTTP server in front of the registry that goes wrong on purpose: it cuts sockets at a byte, hangs, answers
 * nonsense, flips bits, or is gone. It also counts what passes, and can tell when.
 */
import { createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Fault =
  /** Headers as they are, then this many bytes of the body, then the socket is destroyed. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The request is read and never answered. */
  | { readonly kind: 'hang' }
  /** This instead of the answer. */
  | { readonly kind: 'answer'; readonly status: number; readonly type: string; readonly body: string }
  /** The byte at this place of the body is another one. */
  | { readonly kind: 'flip'; readonly atByte: number }

export type FaultyProxy = {
  readonly url: string
  /** Where requests go on to. */
  readonly setTarget: (url: string) => void
  /** What happens to requests whose path matches; undefined: nothing any more. */
  readonly setFault: (path: RegExp, fault: Fault | undefined) => void
  /** Called for each request before it goes on. */
  readonly onRequest: (listener: ((incoming: IncomingMessage) => void) | undefined) => void
  /** Ends every connection and listens no more: the registry is down. */
  readonly goDown: () => Promise<void>
  /** Listens again, on the same port. */
  readonly comeBack: () => Promise<void>
  readonly close: () => Promise<void>
}

export async function startFaultyProxy(): Promise<FaultyProxy> {
  let target = ''
  let fault: { readonly path: RegExp; readonly fault: Fault } | undefined
  let listener: ((incoming: IncomingMessage) => void) | undefined
  const server = createServer((incoming, outgoing) => {
    listener?.(incoming)
    const matching = fault?.path.test(incoming.url ?? '') === true ? fault.fault : undefined
    if (matching?.kind === 'hang') incoming.resume()
    else if (matching?.kind === 'answer') answer(outgoing, matching)
    else forward(incoming, outgoing, { target, fault: matching })
  })
  const listen = async (port: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
    await promise
  }
  const close = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    server.close(() => resolve())
    server.closeAllConnections()
    await promise
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    setTarget: (url) => {
      target = url
    },
    setFault: (path, next) => {
      fault = next === undefined ? undefined : { path, fault: next }
    },
    onRequest: (next) => {
      listener = next
    },
    goDown: close,
    comeBack: async () => listen(port),
    close: async () => {
      if (server.listening) await close()
    },
  }
}

function answer(outgoing: ServerResponse, { status, type, body }: Extract<Fault, { kind: 'answer' }>): void {
  outgoing.writeHead(status, { 'content-type': type }).end(body)
}

type Forwarding = { readonly target: string; readonly fault: Fault | undefined }

function forward(incoming: IncomingMessage, outgoing: ServerResponse, { target, fault }: Forwarding): void {
  const onward = request(
    new URL(incoming.url ?? '/', target),
    { method: incoming.method, headers: { ...incoming.headers, connection: 'close' } },
    (answered) => {
      outgoing.writeHead(answered.statusCode ?? 502, answered.headers)
      let passed = 0
      answered.on('data', (chunk: Buffer) => {
        const isLast = fault?.kind === 'cut' && passed + chunk.length >= fault.afterBytes
        // Destroyed only when the bytes before the cut have left: the client shall see exactly these.
        outgoing.write(damaged(chunk, passed, fault), () => (isLast ? outgoing.destroy() : undefined))
        passed += chunk.length
      })
      answered.on('end', () => (fault?.kind === 'cut' ? undefined : outgoing.end()))
      answered.on('error', () => outgoing.destroy())
    },
  )
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.on('error', () => onward.destroy())
  incoming.pipe(onward)
}

function damaged(chunk: Buffer, passed: number, fault: Fault | undefined): Buffer {
  if (fault?.kind === 'cut') return chunk.subarray(0, Math.max(0, fault.afterBytes - passed))
  const at = fault?.kind === 'flip' ? fault.atByte - passed : -1
  if (at < 0 || at >= chunk.length) return chunk
  const copy = Buffer.from(chunk)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

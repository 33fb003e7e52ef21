/** Servers on 127.0.0.1 for one test each: well-behaved ones, and ones that answer with exactly the bytes given. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { readFileSync } from 'node:fs'
import { createServer as createSecureServer } from 'node:https'
import { connect, createServer as createRawServer } from 'node:net'
import type { AddressInfo, Server as RawServer, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export type SeenRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A server that answers by `listener` and keeps what it was asked. */
export async function serve(
  listener: (request: SeenRequest, respond: Parameters<RequestListener>[1]) => void,
): Promise<{ url: string; requests: SeenRequest[] }> {
  const requests: SeenRequest[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
      requests.push(seen)
      listener(seen, response)
    })
  })
  return { url: await listen(server), requests }
}

/** A server that hands each connection to `onConnection`, after the first bytes of a request came, with their number. */
export async function serveRaw(
  onRequest: (socket: Socket, requestCount: number) => void,
): Promise<{ url: string; connections: () => number }> {
  let connections = 0
  let requestCount = 0
  const server = createRawServer((socket) => {
    connections++
    socket.on('error', () => undefined) // the client hangs up on a server that misbehaves
    socket.on('data', () => {
      requestCount++
      onRequest(socket, requestCount)
    })
  })
  return { url: await listen(server), connections: () => connections }
}

/** A proxy: forwards requests with an absolute address, and opens tunnels to `target` whatever host was asked. */
export async function serveProxy(target: () => string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`.trim())
    response.end('by proxy')
  })
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`.trim())
    const upstream = connect(Number(new URL(target()).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    for (const end of [socket, upstream]) end.on('error', () => undefined) // the other end hung up
  })
  return { url: await listen(server), asked }
}

/** The certificate of `serveSecure`, and the authority that signed it. */
export function fixture(name: 'server.crt' | 'server.key' | 'authority.crt'): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
}

/** The same as `serve`, over TLS. */
export async function serveSecure(text: string): Promise<{ url: string }> {
  const server = createSecureServer(
    { cert: fixture('server.crt'), key: fixture('server.key') },
    (_request, response) => {
      response.end(text)
    },
  )
  return { url: (await listen(server)).replace('http:', 'https:') }
}

async function listen(server: Server | RawServer): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An address on which nothing listens: it was free a moment ago. */
export async function closedAddress(): Promise<string> {
  const server = createRawServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

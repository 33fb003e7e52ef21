/**
 * How a worker stops without losing a request. `http.Server.close` is not it: it cuts idle keep-alive connections, on
 * which a client may just be sending. Instead only the listening stops; every later response says `Connection: close`;
 * connections that are idle end by the time-out that the server advertised; and only at the deadline are the rest cut.
 */
import type http from 'node:http'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { forEachConnection, ownConnections } from './connections.ts'
import type { DrainMode } from './messages.ts'

/** How long an old generation may stay for its idle connections. It takes no new ones, so it costs memory only. */
const HANDOVER_DEADLINE_MS_MAX = 120_000
/** Node closes an idle connection this much after the time-out that it tells the client, and then some. */
const KEEP_ALIVE_BUFFER_MS = 2000

export type DrainOptions = { readonly mode: DrainMode; readonly deadlineMs: number }

/** Resolves when no connection is left, at the deadline at the latest. */
export async function drainServers(servers: ReadonlySet<net.Server>, options: DrainOptions): Promise<void> {
  const all = [...servers]
  const deadline = setTimeout(() => cutAll(all), deadlineOf(all, options))
  await Promise.all(all.map((server) => drainServer(server, options)))
  clearTimeout(deadline)
}

/** A drain that may take its time turns into one that may not: the whole release is being stopped. */
export function hurryServers(servers: ReadonlySet<net.Server>, deadlineMs: number): void {
  for (const server of servers) {
    if (isHttp(server)) server.closeIdleConnections()
    for (const { socket, webSocket } of ownConnections(server)) {
      if (webSocket) sayGoingAway(socket, { mode: 'stop', deadlineMs })
    }
  }
  setTimeout(() => cutAll([...servers]), deadlineMs)
}

async function drainServer(server: net.Server, options: DrainOptions): Promise<void> {
  const closed = new Promise((resolve) => {
    server.once('close', resolve)
  })
  if (isHttp(server)) server.prependListener('request', sayClose)
  stopListening(server)
  forEachConnection(server, ({ socket, webSocket }) => {
    // The application answers the upgrade first, in the same turn.
    if (webSocket) setImmediate(() => sayGoingAway(socket, options))
  })
  if (options.mode === 'stop' && isHttp(server)) server.closeIdleConnections()
  await closed
}

/** The listener alone, not what `http.Server.close` does besides; a later `close` by the application finds it done. */
function stopListening(server: net.Server): void {
  net.Server.prototype.close.call(server)
  server.close = (callback?: (error?: Error) => void): net.Server => {
    if (callback !== undefined) {
      if (server.listenerCount('close') > 0) server.once('close', () => callback())
      else process.nextTick(callback)
    }
    return server
  }
}

function sayClose(_request: http.IncomingMessage, response: http.ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}

/** Of a WebSocket: 1012 asks the client to come back, spread over time so that not all come at once; 1001 says goodbye. */
function sayGoingAway(socket: Duplex, { mode, deadlineMs }: DrainOptions): void {
  const frame = Buffer.from([0x88, 2, 0x03, mode === 'handover' ? 0xf4 : 0xe9])
  const delay = mode === 'handover' ? Math.random() * (deadlineMs / 2) : 0
  setTimeout(() => {
    if (socket.writable) socket.write(frame)
  }, delay)
}

function cutAll(servers: readonly net.Server[]): void {
  for (const server of servers) {
    if (isHttp(server)) server.closeAllConnections()
    for (const { socket } of ownConnections(server)) socket.destroy()
  }
}

function deadlineOf(servers: readonly net.Server[], { mode, deadlineMs }: DrainOptions): number {
  if (mode === 'stop') return deadlineMs
  const keepAlive = Math.max(0, ...servers.map((server) => (isHttp(server) ? server.keepAliveTimeout : 0)))
  return Math.min(Math.max(deadlineMs, keepAlive + KEEP_ALIVE_BUFFER_MS), HANDOVER_DEADLINE_MS_MAX)
}

/** `http` and `https` servers; both have what is needed of the former. */
export function isHttp(server: net.Server): server is http.Server {
  return 'closeIdleConnections' in server && 'keepAliveTimeout' in server
}

/**
 * The connections that `http.Server` does not keep account of: those that were upgraded, and all of a server that is not
 * HTTP. A listener for `upgrade` of our own would make Node believe that the application wants upgrades, so ours is only
 * added when the application has added one.
 */
import type { IncomingMessage } from 'node:http'
import type net from 'node:net'
import type { Duplex } from 'node:stream'

export type OwnConnection = { readonly socket: Duplex; readonly webSocket: boolean }

const connectionsOf = new WeakMap<net.Server, Map<Duplex, boolean>>()

/** Starts to keep account for a server; called when it begins to listen. */
export function watchConnections(server: net.Server, options: { readonly http: boolean }): void {
  if (connectionsOf.has(server)) return
  const connections = new Map<Duplex, boolean>()
  connectionsOf.set(server, connections)
  const note = (socket: Duplex, webSocket: boolean): void => {
    connections.set(socket, webSocket)
    socket.once('close', () => connections.delete(socket))
  }
  if (!options.http) {
    server.on('connection', (socket) => note(socket, false))
    return
  }
  const noteUpgrade = (request: IncomingMessage, socket: Duplex): void => {
    note(socket, request.headers.upgrade?.toLowerCase() === 'websocket')
  }
  let watching = false
  const watch = (event: string | symbol): void => {
    if (watching || event !== 'upgrade') return
    watching = true
    server.prependListener('upgrade', noteUpgrade)
  }
  if (server.listenerCount('upgrade') > 0) watch('upgrade')
  server.on('newListener', watch)
}

export function ownConnections(server: net.Server): readonly OwnConnection[] {
  return [...(connectionsOf.get(server) ?? [])].map(([socket, webSocket]) => ({ socket, webSocket }))
}

/**
 * The connections that `http.Server` does not keep account of: those that were upgraded, and all of a server that is not
 * HTTP. A listener for `upgrade` of our own would make Node believe that the application wants upgrades, so ours is only
 * added when the application has added one.
 */
import type { IncomingMessage } from 'node:http'
import type net from 'node:net'
import type { Duplex } from 'node:stream'

export type OwnConnection = { readonly socket: Duplex; readonly webSocket: boolean }

type Account = {
  readonly connections: Map<Duplex, boolean>
  /** Told of every connection from when the server drains. */
  opened: ((connection: OwnConnection) => void) | undefined
}

const accounts = new WeakMap<net.Server, Account>()

/** Starts to keep account for a server; called when it begins to listen. */
export function watchConnections(server: net.Server, options: { readonly http: boolean }): void {
  if (accounts.has(server)) return
  const account: Account = { connections: new Map(), opened: undefined }
  accounts.set(server, account)
  const note = (socket: Duplex, webSocket: boolean): void => {
    account.connections.set(socket, webSocket)
    socket.once('close', () => account.connections.delete(socket))
    account.opened?.({ socket, webSocket })
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

/** Calls back for every connection there is and, from now on, for each that opens: accepted before, upgraded after. */
export function forEachConnection(server: net.Server, callback: (connection: OwnConnection) => void): void {
  const account = accounts.get(server)
  if (account === undefined) return
  for (const connection of ownConnections(server)) callback(connection)
  account.opened = callback
}

export function ownConnections(server: net.Server): readonly OwnConnection[] {
  return [...(accounts.get(server)?.connections ?? [])].map(([socket, webSocket]) => ({ socket, webSocket }))
}

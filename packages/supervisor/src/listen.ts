/**
 * Replaces `net.Server.listen` in a worker: a TCP port is asked of the supervisor, which sends a socket that it keeps
 * itself, so that it outlives the worker. Left alone: pipes and paths, handles and descriptors, `exclusive`, `reusePort`.
 */
import dns from 'node:dns'
import net from 'node:net'
import process from 'node:process'
import { watchConnections } from './connections.ts'
import { isHttp } from './drain.ts'
import type { FromWorker, ListenAddress, ToWorker } from './messages.ts'

type ListenOptions = {
  readonly port?: unknown
  readonly host?: string
  readonly path?: unknown
  readonly fd?: unknown
  readonly handle?: unknown
  readonly _handle?: unknown
  readonly exclusive?: boolean
  readonly reusePort?: boolean
  readonly ipv6Only?: boolean
  readonly backlog?: number
  readonly signal?: AbortSignal
}

/** Node's own reading of the many forms of `listen`; underscored, but what every wrapper of it has to use. */
const { _normalizeArgs: normalizeArguments } = net as unknown as {
  readonly _normalizeArgs: (args: readonly unknown[]) => [ListenOptions, (() => void) | null]
}

export type InterceptedListen = {
  /** Every server that listens on a socket of the supervisor's. */
  readonly servers: ReadonlySet<net.Server>
  readonly receiveHandle: (message: ToWorker & { alkahest: 'handle' }, handle: unknown) => void
}

type Reply = (error: string | undefined, handle: unknown) => void

export function interceptListen(send: (message: FromWorker) => void): InterceptedListen {
  const servers = new Set<net.Server>()
  const waiting = new Map<number, Reply>()
  // eslint-disable-next-line typescript/unbound-method -- it is always called with its server
  const listenItself = net.Server.prototype.listen
  let lastId = 0

  const ask = (address: ListenAddress, reply: Reply): void => {
    lastId += 1
    waiting.set(lastId, reply)
    // The answer is worth waiting for, even if the program has nothing else to do.
    process.channel?.ref()
    send({ alkahest: 'listen', id: lastId, address })
  }

  const receiveHandle: InterceptedListen['receiveHandle'] = (message, handle) => {
    const reply = waiting.get(message.id)
    waiting.delete(message.id)
    if (waiting.size === 0) process.channel?.unref()
    reply?.(message.error, handle)
  }

  const listenOn = (server: net.Server, address: ListenAddress, options: ListenOptions): void => {
    ask(address, (error, handle) => {
      if (error !== undefined) {
        server.emit('error', listenError(error, address))
        return
      }
      servers.add(server)
      watchConnections(server, { http: isHttp(server) })
      server.once('close', () => servers.delete(server))
      const failed = (): void => send({ alkahest: 'unlisten', address })
      server.once('error', failed)
      server.once('listening', () => {
        server.removeListener('error', failed)
        send({ alkahest: 'listening', port: address.port })
      })
      Reflect.apply(listenItself, server, [{ _handle: handle }, options.backlog])
    })
  }

  const listen = function (this: net.Server, ...args: readonly unknown[]): net.Server {
    const [options, callback] = normalizeArguments(args)
    const port = portOf(options, args)
    if (port === undefined) return Reflect.apply(listenItself, this, args) as net.Server
    if (callback !== null) this.once('listening', callback)
    options.signal?.addEventListener('abort', () => this.close(), { once: true })
    const backlog = options.backlog ?? args.slice(1).find((value) => typeof value === 'number')
    const wanted = { ...options, ...(backlog === undefined ? {} : { backlog }) }
    lookUp(options.host, (error, host) => {
      if (error === null) listenOn(this, { host, port, ipv6Only: options.ipv6Only === true }, wanted)
      else this.emit('error', error)
    })
    return this
  }
  net.Server.prototype.listen = listen as typeof listenItself
  return { servers, receiveHandle }
}

/** The port, when this is a plain listen on a TCP port; anything else is not ours, nor is a port that Node refuses. */
function portOf(options: ListenOptions, args: readonly unknown[]): number | undefined {
  if (options.fd !== undefined || options.handle !== undefined || options._handle !== undefined) return undefined
  if (options.exclusive === true || options.reusePort === true) return undefined
  if (options.port === undefined || options.port === null) {
    const bare = args.length === 0 || typeof args[0] === 'function'
    return bare ? 0 : undefined
  }
  const port = typeof options.port === 'string' && options.port.trim() !== '' ? Number(options.port) : options.port
  return typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : undefined
}

function lookUp(host: string | undefined, found: (error: Error | null, address: string | undefined) => void): void {
  if (host === undefined || host === '' || net.isIP(host) !== 0) {
    process.nextTick(found, null, host === '' ? undefined : host)
    return
  }
  dns.lookup(host, (error, address) => found(error, address))
}

/** As Node words it. */
function listenError(code: string, { host, port }: ListenAddress): Error {
  const place = `${host ?? '::'}:${port}`
  const reason = code === 'EADDRINUSE' ? 'address already in use ' : code === 'EACCES' ? 'permission denied ' : ''
  return Object.assign(new Error(`listen ${code}: ${reason}${place}`), {
    code,
    syscall: 'listen',
    address: host ?? '::',
    port,
  })
}

/**
 * One request and the head of its answer, over one connection. Two clocks run, one after the other: until the
 * connection stands, then between two signs of life until the headers are here (body.ts has the third).
 */
import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { connectionError, connectTimeout, idleTimeout } from './http-error.ts'
import type { Errand } from './http-error.ts'
import { http, https } from './node-http.ts'

export type Exchange = {
  readonly errand: Errand
  readonly agent: Agent
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
  readonly connectTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly onConnection: () => void
}

/** A server sends some twenty; Node's own limit on their total size (16 KiB) is raised for long `link` and cookie headers. */
const HEADER_SIZE_MAX = 64 * 1024

/** Resolves when the headers are here; rejects with an `HttpError` when the connection failed before. */
export function exchange(options: Exchange): Promise<IncomingMessage> {
  const { errand, signal } = options
  return new Promise((resolve, reject) => {
    const request = open(options)
    const connecting = patientTimeout(options.connectTimeoutMs, () => {
      // A request that waits for its tunnel has no connection yet whose end would be reported.
      reject(connectTimeout(errand, options.connectTimeoutMs))
      request.destroy()
    })
    request.once('socket', (socket: Socket) => {
      if (!request.reusedSocket) options.onConnection()
      afterConnect(socket, errand.url.protocol === 'https:', () => {
        connecting.cancel()
        request.setTimeout(options.idleTimeoutMs, () => {
          request.destroy(idleTimeout(errand, options.idleTimeoutMs))
        })
      })
    })
    request.once('response', (response) => {
      request.setTimeout(0)
      resolve(response)
    })
    request.once('close', () => {
      connecting.cancel()
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        isOwnError(error) || signal?.aborted === true
          ? error
          : connectionError(errand, error, { reused: request.reusedSocket }),
      )
    })
    request.end(options.body)
  })
}

/** A timer that rang this much too late says that this process was busy, not that the server was silent. */
const LATE_MS = 250

/**
 * Rings after `ms` in which this process could have heard an answer: when the timer itself comes late, what the server
 * sent meanwhile has not been read yet, so it is given the same time once more.
 */
function patientTimeout(ms: number, ring: () => void): { cancel(): void } {
  let timer: NodeJS.Timeout
  const arm = (): void => {
    const due = performance.now() + ms
    timer = setTimeout(() => (performance.now() - due > LATE_MS ? arm() : ring()), ms)
  }
  arm()
  return { cancel: () => clearTimeout(timer) }
}

function open(options: Exchange): ClientRequest {
  const { url } = options.errand
  const send = url.protocol === 'https:' ? https.request : http.request
  const length = options.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(options.body)) }
  return send(url, {
    agent: options.agent,
    method: options.method,
    headers: { ...options.headers, ...length },
    maxHeaderSize: HEADER_SIZE_MAX,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
}

/** A kept connection is ready at once; a new one when TCP, and for https TLS, is through. */
function afterConnect(socket: Socket, isSecure: boolean, ready: () => void): void {
  const isReady =
    !socket.connecting && (!isSecure || (socket as { secureConnecting?: boolean }).secureConnecting !== true)
  if (isReady) ready()
  else socket.once(isSecure ? 'secureConnect' : 'connect', ready)
}

function isOwnError(error: Error): boolean {
  return error.name === 'UserError'
}

/**
 * What the network does to us, in sentences: each says what was wanted, which server it was wanted from and what that
 * server did. Only the origin of an address is shown: paths and queries may hold tokens.
 */
import { UserError } from '@alkahest/core'
import type { ErrorCode, UserErrorOptions } from '@alkahest/core'

type HttpErrorOptions = UserErrorOptions & {
  readonly transient: boolean
  readonly sent: boolean
  readonly stale?: boolean
}

/** A {@link UserError} that says whether trying again may help. */
export class HttpError extends UserError {
  /** The same request may succeed later. */
  readonly transient: boolean
  /** The server may have acted on the request. */
  readonly sent: boolean
  /** A connection kept from an earlier request was closed by the server just then: says nothing about the server. */
  readonly stale: boolean

  constructor(code: ErrorCode, message: string, options: HttpErrorOptions) {
    super(code, message, options)
    this.transient = options.transient
    this.sent = options.sent
    this.stale = options.stale ?? false
  }
}

/** Whether an error came from the network and may go away by itself. */
export function isTransient(error: unknown): boolean {
  return error instanceof HttpError && error.transient
}

/** Who was asked for what, and by which way. */
export type Errand = {
  readonly purpose: string
  readonly url: URL
  readonly proxy: string | undefined
}

const REACH_HINT = 'check the network, and the address: "registry" in .npmrc says where packages come from'

const DESCRIPTORS_HINT = 'too many files are open: close some programs, or raise the limit with ulimit -n'
const PROXY_HINT = 'check "proxy", "https-proxy" and "noproxy" in .npmrc, and HTTP_PROXY, HTTPS_PROXY and NO_PROXY'

/** The error for a failed connection or a request that broke before its answer began. */
export function connectionError(
  errand: Errand,
  cause: NodeJS.ErrnoException,
  options: { readonly reused: boolean },
): HttpError {
  const code = cause.code ?? ''
  const server = serverOf(errand)
  if (code === 'ECONNREFUSED') {
    const hint = 'is the registry running? "registry" in .npmrc says where it is looked for'
    return unreachable(errand, `${server} refuses connections (${code})`, { hint, cause })
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return unreachable(errand, `the host of ${server} has no known address (${code})`, { hint: REACH_HINT, cause })
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    const what = 'closed the connection without an answer'
    return nonsense(errand, what, { transient: true, stale: options.reused, cause })
  }
  if (code.startsWith('HPE_')) return nonsense(errand, 'does not speak HTTP', { transient: false, cause })
  if (/CERT|ISSUER|SIGNATURE/.test(code)) return untrusted(errand, code, cause)
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return nonsense(errand, 'does not speak TLS', { transient: false, cause })
  }
  if (code.startsWith('ERR_PROXY')) {
    const answer = /HTTP\/\S+ (.*)$/.exec(cause.message)?.[1] ?? code
    return unreachable(errand, `${server} cannot be reached: it opens no tunnel (${answer})`, {
      hint: PROXY_HINT,
      cause,
    })
  }
  const hint = code === 'EMFILE' ? DESCRIPTORS_HINT : REACH_HINT
  return unreachable(errand, `${server} cannot be reached (${code || cause.message})`, { hint, cause })
}

function unreachable(errand: Errand, what: string, options: UserErrorOptions): HttpError {
  const message = `cannot ${errand.purpose}: ${what}`
  return new HttpError('REGISTRY_UNREACHABLE', message, { ...options, transient: true, sent: false })
}

function untrusted(errand: Errand, code: string, cause: Error): HttpError {
  const message = `cannot ${errand.purpose}: the certificate of ${serverOf(errand)} is not trusted (${code})`
  const hint = 'name the authority that signed it with "cafile" in .npmrc or with NODE_EXTRA_CA_CERTS'
  return new HttpError('REGISTRY_UNTRUSTED', message, { hint, cause, transient: false, sent: false })
}

export function connectTimeout(errand: Errand, milliseconds: number): HttpError {
  const message = `cannot ${errand.purpose}: ${serverOf(errand)} did not accept a connection within ${seconds(milliseconds)}`
  return new HttpError('REGISTRY_TIMEOUT', message, { hint: REACH_HINT, transient: true, sent: false })
}

export function idleTimeout(errand: Errand, milliseconds: number): HttpError {
  const message = `cannot ${errand.purpose}: ${serverOf(errand)} sent nothing for ${seconds(milliseconds)}`
  const hint = 'try again; a slow network is given more time with "fetch-timeout" (milliseconds) in .npmrc'
  return new HttpError('REGISTRY_TIMEOUT', message, { hint, transient: true, sent: true })
}

/** The connection broke while the body was on its way. */
export function bodyCut(errand: Errand, received: number, announced: string | undefined): HttpError {
  const size = announced === undefined ? `${received} bytes` : `${received} of ${announced} bytes`
  return nonsense(errand, `broke off its answer after ${size}`, { transient: true })
}

export function bodyTooLarge(errand: Errand, sizeMax: number): HttpError {
  const message = `cannot ${errand.purpose}: ${serverOf(errand)} sends more than ${sizeMax} bytes`
  return new HttpError('REGISTRY_TOO_LARGE', message, { transient: false, sent: true })
}

/** An answer that cannot mean anything; `what` follows the name of the server. */
export function nonsense(
  errand: Errand,
  what: string,
  options: { readonly transient: boolean; readonly stale?: boolean; readonly cause?: unknown },
): HttpError {
  const hint = 'check that the address is that of an npm registry, and what stands between it and this machine'
  return new HttpError('REGISTRY_NONSENSE', `cannot ${errand.purpose}: ${serverOf(errand)} ${what}`, {
    hint,
    ...options,
    sent: true,
  })
}

/** The server as a person knows it; the proxy is named without its password. */
function serverOf(errand: Errand): string {
  return errand.proxy === undefined
    ? errand.url.origin
    : `${errand.url.origin} through the proxy ${new URL(errand.proxy).origin}`
}

function seconds(milliseconds: number): string {
  return milliseconds === 1000 ? '1 second' : `${milliseconds / 1000} seconds`
}

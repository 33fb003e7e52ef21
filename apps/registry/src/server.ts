/** The HTTP server: what every request passes through, and the plugins that answer. */
import type { IncomingMessage, RequestListener } from 'node:http'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { UserError, parseJson } from '@alkahest/core'
import { canonicalPath } from '@alkahest/protocol'
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { loggedPath, openAccessLog, silentAccessLog, streamAccessLog } from './access-log.ts'
import type { AccessEntry, AccessLog } from './access-log.ts'
import type { Configuration } from './configuration.ts'
import { hexRoutes } from './hex/hex-routes.ts'
import { isHexKey } from './hex/services/hex-keys.ts'
import { accountRoutes } from './npm/account-routes.ts'
import { auditRoutes } from './npm/audit-routes.ts'
import { closureRoutes } from './npm/closure-routes.ts'
import { publishTogetherRoutes } from './npm/publish-together-routes.ts'
import { HotAnswers, sendHot } from './npm/hot-answers.ts'
import { packageInfoRoutes } from './npm/package-info-routes.ts'
import { packageRoutes } from './npm/package-routes.ts'
import { publishRoutes } from './npm/publish-routes.ts'
import { registryRoutes } from './npm/registry-routes.ts'
import { webLoginRoutes } from './npm/web-login-routes.ts'
import { operationsRoutes } from './operations-routes.ts'
import { Refusal, refusals } from './refusal.ts'
import type { Registry } from './registry.ts'
import type { RequestsInFlight } from './requests-in-flight.ts'
import type { Principal } from './services/accounts.ts'
import { addressTest, clientAddress } from './services/addresses.ts'
import { isStorageFull, storageFull } from './services/storage-full.ts'
import { asksForPage } from './web/asks-for-page.ts'
import { WEB_PREFIX } from './web/links.ts'
import { webRoutes } from './web/web-routes.ts'

/** Not by `import`: a module's facade looks at every export of node:http, and the lazy ones load undici: a third of a start, and of its memory. */
const { createServer } = process.getBuiltinModule('node:http')

/** Bodies that are no publish are small: tokens, tags, owners. */
const BODY_SIZE_MAX = 10 * 1024 * 1024

const LIMITS = {
  /** Longer than proxies and clients keep theirs, so that it is never the server that closes under a request. */
  keepAliveTimeout: 72_000,
  /** How long a connection may take to send the head of a request. */
  headersTimeout: 60_000,
  /** No body may take longer than this, however slowly it drips. */
  requestTimeout: 10 * 60_000,
}

/** Beyond the longest name in the longest spelling. */
const PARAMETER_LENGTH_MAX = 1024

/** How a body fails whose client went away: while it is read, or before it was begun. */
const GONE: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'])

/** Nobody is told it; the log needs a number for requests whose client went away before there was an answer. */
const CLIENT_GONE = 499

const INVALID_PATH = '/-/alkahest/invalid-path'

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined
    /** What the access log says beside the request itself. */
    trail: Partial<AccessEntry>
  }
}

export type ServerOptions = {
  /** Instead of the one that is configured. */
  readonly accessLog?: AccessLog | undefined
  readonly inFlight: RequestsInFlight
}

export async function buildServer(registry: Registry, options: ServerOptions): Promise<FastifyInstance> {
  const { configuration } = registry
  const log = options.accessLog ?? (await accessLogOf(configuration))
  const hot = new HotAnswers({ stamp: () => registry.index.stamp(), now: registry.now })
  const proxies = configuration.trustProxy
  const isProxy = proxies.length === 0 ? () => false : addressTest(proxies)
  const app = fastify({
    trustProxy: proxies.length === 0 ? false : (address: string) => isProxy(address),
    bodyLimit: BODY_SIZE_MAX,
    serverFactory: (handler) =>
      createServer(LIMITS, hotFirst({ registry, log, hot, inFlight: options.inFlight, isProxy }, handler)),
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX, ignoreTrailingSlash: true },
    // Whoever closes has waited for the requests before: see start-registry.ts.
    forceCloseConnections: true,
    rewriteUrl: (request) => (asksForPage(request) ? `${WEB_PREFIX}/` : rewrite(request.url ?? '/')),
  })
  app.decorateRequest('principal', undefined)
  app.decorateRequest('trail')
  acceptBodies(app)
  app.addHook('onRequest', (_request, reply, done) => {
    options.inFlight.begin(reply.raw)
    // What people publish is never to be taken for a page of ours.
    reply.header('x-content-type-options', 'nosniff')
    if (options.inFlight.ending) reply.header('connection', 'close')
    done()
  })
  writeAccessLog(app, registry, log)
  app.addHook('onRequest', async (request) => {
    const { authorization } = request.headers
    if (authorization === undefined) return
    request.principal = await registry.accounts.authenticate(authorization, request.ip)
  })
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request, reply) =>
    sendError(
      reply,
      new Refusal(404, `${request.method} ${loggedPath(request.url)} is not an address of this registry`),
    ),
  )
  app.all(INVALID_PATH, () => {
    throw new Refusal(400, 'the path of the request is not one that this registry answers')
  })
  await app.register(operationsRoutes, { registry })
  await app.register(hexRoutes, { registry })
  await app.register(async (rest) => {
    rest.addHook('onRequest', refuseHexKey)
    await rest.register(registryRoutes, { registry })
    await rest.register(auditRoutes, { registry })
    await rest.register(closureRoutes, { registry })
    await rest.register(publishTogetherRoutes, { registry })
    await rest.register(packageInfoRoutes, { registry })
    await rest.register(accountRoutes, { registry })
    await rest.register(webLoginRoutes, { registry })
    await rest.register(publishRoutes, { registry })
    await rest.register(packageRoutes, { registry, hot })
    await rest.register(webRoutes, { registry, prefix: WEB_PREFIX })
  })
  return app
}

/** A key says what it is for, and what it does not say it may not: not even read what only those see who are signed in. */
async function refuseHexKey({ principal }: FastifyRequest): Promise<void> {
  if (principal?.token !== undefined && isHexKey(principal.token))
    throw refusals.forbidden(
      'this key is for Hex packages only: npm packages need a token of `npm login` or `alk login`',
    )
}

type HotPath = {
  readonly registry: Registry
  readonly log: AccessLog
  readonly hot: HotAnswers
  readonly inFlight: RequestsInFlight
  readonly isProxy: (address: string) => boolean
}

/** The time as ISO 8601, made once in each millisecond. */
class TextClock {
  readonly #now: () => number
  #at = NaN
  #text = ''

  constructor(now: () => number) {
    this.#now = now
  }

  text(): string {
    const now = this.#now()
    if (now !== this.#at) {
      this.#at = now
      this.#text = new Date(now).toISOString()
    }
    return this.#text
  }
}

/** What is hot is answered at once and logged as any other request; everything else goes to Fastify. */
function hotFirst({ registry, log, hot, inFlight, isProxy }: HotPath, handler: RequestListener): RequestListener {
  const clock = new TextClock(registry.now)
  return (request, response) => {
    const { authorization } = request.headers
    const socket = request.socket.remoteAddress ?? ''
    const address = clientAddress({ socket, forwardedFor: forwardedFor(request) }, isProxy)
    const principal = authorization === undefined ? undefined : registry.accounts.recall(authorization, address)
    // Who says who he is must be known: a wrong token is refused also for what everybody may read.
    const known = authorization === undefined || principal !== undefined
    const answer = known && !inFlight.ending ? hot.find(request) : undefined
    if (answer === undefined) return handler(request, response)
    log.begin()
    const { status, bytes } = sendHot(request, response, answer)
    // What has no body is gone with the call; a body is under way until the client has it.
    if (bytes > 0) inFlight.begin(response)
    const entry: AccessEntry = {
      time: clock.text(),
      method: 'GET',
      status,
      bytes,
      milliseconds: 0,
      address,
      agent: request.headers['user-agent'] ?? '',
      ...(principal === undefined ? {} : { account: principal.account.name }),
      ...answer.entry,
    }
    log.write(entry)
    registry.metrics.observe(entry)
  }
}

/** Node joins several headers of the name with commas. */
function forwardedFor({ headers }: IncomingMessage): string | undefined {
  const header = headers['x-forwarded-for']
  return Array.isArray(header) ? header.join(',') : header
}

/** Every spelling of a path becomes one before the router sees it. */
function rewrite(url: string): string {
  try {
    return canonicalPath(url)
  } catch (cause) {
    if (cause instanceof UserError) return INVALID_PATH
    throw cause
  }
}

/** JSON whatever the client calls it, or nothing: clients send `content-type: application/json` with empty bodies, and bare strings. */
function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      const text = inflated(body, request.headers['content-encoding']).toString('utf8')
      done(null, text === '' ? undefined : parseJson(text, 'the body'))
    } catch (cause) {
      done(cause instanceof Refusal ? cause : new Refusal(400, (cause as Error).message))
    }
  })
}

/** npm compresses what it asks an audit about. The attack: a few kilobytes that unpack to gigabytes. */
function inflated(body: Buffer, coding: string | undefined): Buffer {
  if (coding === undefined || coding === 'identity') return body
  if (coding !== 'gzip')
    throw new Refusal(415, `the coding ${coding.slice(0, 40)} of the body is not one that this registry reads`)
  try {
    return gunzipSync(body, { maxOutputLength: BODY_SIZE_MAX })
  } catch (cause) {
    const tooLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw tooLarge
      ? new Refusal(413, `the body unpacks to over ${BODY_SIZE_MAX} bytes`)
      : new Refusal(400, 'the compression of the body is damaged')
  }
}

async function accessLogOf(configuration: Configuration): Promise<AccessLog> {
  if (configuration.accessLog === 'none') return silentAccessLog
  if (configuration.accessLog === 'stdout') return streamAccessLog(process.stdout)
  return openAccessLog(join(configuration.data, 'access.log'))
}

function writeAccessLog(app: FastifyInstance, registry: Registry, log: AccessLog): void {
  app.addHook('onRequest', (request, reply, done) => {
    request.trail = {}
    log.begin()
    // `close` comes for every response, `finish` only when the client stayed to the end.
    reply.raw.once('close', () => note(request, reply))
    done()
  })
  function note(request: FastifyRequest, reply: FastifyReply): void {
    const entry: AccessEntry = {
      time: new Date(registry.now()).toISOString(),
      method: request.method,
      path: loggedPath(request.url),
      status: reply.raw.headersSent ? reply.statusCode : CLIENT_GONE,
      bytes: Number(reply.getHeader('content-length') ?? 0),
      milliseconds: Math.round(reply.elapsedTime),
      address: request.ip,
      agent: request.headers['user-agent'] ?? '',
      ...(request.principal === undefined ? {} : { account: request.principal.account.name }),
      ...request.trail,
      ...(reply.raw.writableFinished ? {} : { aborted: true }),
    }
    log.write(entry)
    registry.metrics.observe(entry)
  }
  app.addHook('onClose', () => log.close())
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Refusal) return sendError(reply, error)
  if (error instanceof UserError) return sendError(reply, new Refusal(400, error.message))
  // A client that went away is nobody's failure, and nobody reads the answer.
  if (GONE.has((error as { code?: unknown }).code)) return sendError(reply, new Refusal(400, 'the request broke off'))
  if (isStorageFull(error)) {
    process.stderr.write(`${request.method} ${loggedPath(request.url)}: ${(error as Error).message}\n`)
    return sendError(reply, storageFull())
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500
  if (status < 500) return sendError(reply, new Refusal(status, (error as Error).message))
  process.stderr.write(`${request.method} ${loggedPath(request.url)}: ${(error as Error).stack ?? String(error)}\n`)
  return sendError(reply, new Refusal(500, 'the registry failed at this request; its log says why'))
}

/** Both names of the field: clients look at one or the other. */
export function sendError(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return reply
    .code(refusal.status)
    .headers(refusal.headers)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send({ error: refusal.message, message: refusal.message })
}

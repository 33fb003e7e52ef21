/**
 * The logins of the current Hex client: a device asks for a code, somebody approves it in a browser, the device asks until it gets a key (RFC 8628).
 * A key that was exchanged for a token is its own token: it says already what it may do and until when.
 */
import type { Json } from '@alkahest/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import type { PollOutcome } from '../services/web-logins.ts'
import { hashToken } from '../services/tokens.ts'
import { fieldsOf, sendValue } from './hex-media.ts'
import { HexRefusal } from './hex-refusal.ts'
import { freeName, keyAllows, readPermissions, tokenLimits } from './services/hex-keys.ts'
import type { HexPermission } from './services/hex-keys.ts'

/** How long a device waits between two questions (RFC 8628's own value is five). */
const INTERVAL_SECONDS = 2

/** Then the user logs in again: as long as the public server's refresh tokens last. */
const KEY_MS = 30 * 24 * 60 * 60 * 1000

const NAME_LENGTH_MAX = 80

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

type Context = { readonly registry: Registry; readonly request: FastifyRequest; readonly reply: FastifyReply }

/** RFC 6749, 5.2, and RFC 8628, 3.5. */
type OAuthError =
  | 'invalid_request'
  | 'invalid_grant'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'authorization_pending'
  | 'access_denied'

export async function oauthRoutes(app: FastifyInstance, { registry }: { readonly registry: Registry }): Promise<void> {
  app.post('/api/oauth/device_authorization', (request, reply) => beginDevice({ registry, request, reply }))
  app.post('/api/oauth/token', (request, reply) => giveToken({ registry, request, reply }))
  app.post('/api/oauth/revoke', (request, reply) => revoke({ registry, request, reply }))
}

async function beginDevice(context: Context): Promise<FastifyReply> {
  const { registry, request } = context
  const { scope, name } = fieldsOf(request)
  const permissions = permissionsIn(scope)
  if (permissions === undefined) return refuse(context, 'invalid_scope', 'the scope is none that can be given')
  const host = typeof name === 'string' ? name.slice(0, NAME_LENGTH_MAX) : ''
  const begun = await registry.webLogins.begin('device', {
    agent: `hex ${host}`.trim(),
    address: request.ip,
    scope: typeof scope === 'string' ? scope : 'api',
  })
  const page = `${registry.baseUrl}-/web`
  return sendValue(request, context.reply, {
    device_code: begun.pollSecret,
    // Clients put a dash into it themselves.
    user_code: begun.code.replace('-', ''),
    verification_uri: `${page}/device`,
    verification_uri_complete: `${page}/confirm/${begun.code}`,
    expires_in: begun.expiresInMs / 1000,
    interval: INTERVAL_SECONDS,
  })
}

async function giveToken(context: Context): Promise<FastifyReply> {
  const { registry, request } = context
  const fields = fieldsOf(request)
  switch (fields.grant_type) {
    case DEVICE_GRANT:
      if (typeof fields.device_code !== 'string') return refuse(context, 'invalid_request', 'device_code is missing')
      return answerDevice(context, await registry.webLogins.poll('device', fields.device_code))
    case 'client_credentials':
      return exchangeKey(context, fields)
    case 'refresh_token':
      return refuse(context, 'invalid_grant', 'tokens here are not refreshed: log in again')
    default:
      return refuse(context, 'unsupported_grant_type', 'this registry knows device codes and keys')
  }
}

async function answerDevice(context: Context, outcome: PollOutcome): Promise<FastifyReply> {
  const { registry } = context
  const { accounts } = registry
  if (outcome.kind === 'waiting') return refuse(context, 'authorization_pending', 'nobody has approved it yet')
  if (outcome.kind === 'gone')
    return refuse(context, 'access_denied', 'it was refused in the browser, has expired or is done')
  const { account, agent, scope } = outcome.login
  const token = await accounts.createToken(account, {
    name: freeName(agent, await accounts.tokensOf(account)),
    ...tokenLimits(permissionsIn(scope) ?? []),
    expiresAt: new Date(registry.now() + KEY_MS).toISOString(),
  })
  return sendToken(context, { token, expiresInMs: KEY_MS, scope })
}

/** What `--oauth-exchange` asks for: mix does so by itself for a repository that took the place of the public one. */
async function exchangeKey(context: Context, fields: Readonly<Record<string, Json>>): Promise<FastifyReply> {
  const { registry, request } = context
  const { client_secret: key, scope } = fields
  if (typeof key !== 'string') return refuse(context, 'invalid_request', 'client_secret is missing')
  const principal = await registry.accounts.authenticate(`Bearer ${key}`, request.ip).catch((cause: unknown) => {
    if (cause instanceof Refusal) return undefined
    throw cause
  })
  if (principal?.token === undefined) return refuse(context, 'invalid_client', 'invalid API key')
  const permissions = permissionsIn(scope)
  if (permissions === undefined || !permissions.every(allowedBy(principal)))
    return refuse(context, 'invalid_scope', 'the key is not for all of that')
  const { expiresAt } = principal.token
  const expiresInMs = expiresAt === undefined ? KEY_MS : Math.min(KEY_MS, Date.parse(expiresAt) - registry.now())
  return sendToken(context, { token: key, expiresInMs, scope })
}

/** Whoever holds it may end it; that there is none is what was asked for (RFC 7009, 2.2). */
async function revoke({ registry, request, reply }: Context): Promise<FastifyReply> {
  const { token } = fieldsOf(request)
  const found = typeof token === 'string' ? await registry.index.token(hashToken(token)) : undefined
  if (found !== undefined) await registry.accounts.removeToken(found.account.name, found.token.key)
  return sendValue(request, reply, {})
}

function allowedBy(principal: Parameters<typeof keyAllows>[0]): (permission: HexPermission) => boolean {
  return ({ domain, resource }) =>
    domain === 'api'
      ? keyAllows(principal, { kind: 'api', write: resource !== 'read' })
      : keyAllows(principal, { kind: 'repository', repository: resource ?? '' })
}

/** `api`, `api:read`, `repositories`, `repository:team`, separated by spaces; nothing means the whole API. */
function permissionsIn(scope: Json | undefined): readonly HexPermission[] | undefined {
  const words = typeof scope === 'string' ? scope.split(' ').filter((word) => word !== '') : []
  const wished = words.map((word) => {
    const [domain = '', resource] = word.split(':', 2)
    return { domain, resource }
  })
  try {
    return readPermissions(wished)
  } catch (cause) {
    if (cause instanceof HexRefusal) return undefined
    throw cause
  }
}

type Given = { readonly token: string; readonly expiresInMs: number; readonly scope: Json | undefined }

function sendToken({ request, reply }: Context, { token, expiresInMs, scope }: Given): FastifyReply {
  return sendValue(request, reply, {
    access_token: token,
    token_type: 'bearer',
    expires_in: Math.floor(expiresInMs / 1000),
    scope: scope ?? 'api',
  })
}

function refuse({ request, reply }: Context, error: OAuthError, sentence: string): FastifyReply {
  // Both forms: `error` is what OAuth has, `status` and `message` are what Hex clients print.
  const status = error === 'invalid_client' ? 401 : 400
  return sendValue(request, reply.code(status), { error, error_description: sentence, status, message: sentence })
}

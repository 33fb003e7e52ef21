/** Accounts: login and sign-up, logout, whoami, profile, tokens. */
import { asJsonObject } from '@alkahest/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TokenRecord } from '../ports/package-index.ts'
import { refusals } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import { hashToken, tokenKey } from '../services/tokens.ts'
import { objectOf, requirePrincipal, requireWriter } from './package-url.ts'
import { parameterOf } from '../request-parameters.ts'

const USER_PREFIX = 'org.couchdb.user:'
const DAY_MS = 24 * 60 * 60 * 1000
const TOKENS_PER_PAGE = 100

export async function accountRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  app.put('/-/user/:id', (request, reply) => login(registry, request, reply))
  app.put('/-/user/:id/-rev/:revision', (request, reply) => login(registry, request, reply))
  app.get('/-/user/:id', (request) => describeAccount(registry, request))
  app.delete('/-/user/token/:token', (request) => logout(registry, request))
  app.get('/-/whoami', (request) => ({ username: requirePrincipal(request, 'whoami').account.name }))
  app.get('/-/npm/v1/user', (request) => profileOf(request))
  app.post('/-/npm/v1/user', (request) => changeProfile(registry, request))
  app.get('/-/npm/v1/tokens', (request) => listTokens(registry, request))
  app.post('/-/npm/v1/tokens', (request, reply) => createToken(registry, request, reply))
  app.delete('/-/npm/v1/tokens/token/:token', (request, reply) => removeToken(registry, request, reply))
}

async function describeAccount(registry: Registry, request: FastifyRequest): Promise<object> {
  const name = nameOf(request)
  if ((await registry.index.account(name)) === undefined) throw refusals.notFound(`the account ${name}`)
  return { _id: `${USER_PREFIX}${name}`, name, email: '', type: 'user', roles: [] }
}

async function logout(registry: Registry, request: FastifyRequest): Promise<object> {
  const principal = requirePrincipal(request, 'logging out')
  await registry.accounts.removeToken(principal.account.name, parameterOf(request, 'token'))
  return { ok: 'logged out' }
}

async function changeProfile(registry: Registry, request: FastifyRequest): Promise<object> {
  const principal = requireWriter(request, 'changing the profile')
  const password = asJsonObject(objectOf(request).password)
  if (typeof password?.old !== 'string' || typeof password.new !== 'string') {
    throw refusals.invalid('only the password can be changed')
  }
  await registry.accounts.changePassword(principal, { old: password.old, new: password.new })
  return profileOf(request)
}

async function removeToken(registry: Registry, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const principal = requireWriter(request, 'revoking a token')
  const removed = await registry.accounts.removeToken(principal.account.name, parameterOf(request, 'token'))
  if (!removed) throw refusals.notFound('the token')
  return reply.code(204).send()
}

async function login(registry: Registry, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const name = nameOf(request)
  const body = objectOf(request)
  if (body.name !== undefined && body.name !== name)
    throw refusals.invalid('the name in the body is not the one in the path')
  if (typeof body.password !== 'string') throw refusals.invalid('a login needs a password')
  const email = typeof body.email === 'string' ? body.email : ''
  const { token, created } = await registry.accounts.login({ name, password: body.password, email }, request.ip)
  const ok = created ? `the account ${name} was made` : `you are signed in as ${name}`
  return reply.code(201).send({ ok, id: `${USER_PREFIX}${name}`, rev: '1-0', token })
}

function nameOf(request: FastifyRequest): string {
  const id = parameterOf(request, 'id')
  if (!id.startsWith(USER_PREFIX)) throw refusals.notFound(`the account ${id}`)
  return id.slice(USER_PREFIX.length)
}

function profileOf(request: FastifyRequest): object {
  const { account } = requirePrincipal(request, 'the profile')
  return {
    tfa: false,
    name: account.name,
    email: account.email,
    email_verified: false,
    created: account.createdAt,
    updated: account.createdAt,
    cidr_whitelist: null,
    fullname: '',
  }
}

async function listTokens(registry: Registry, request: FastifyRequest): Promise<object> {
  const tokens = await registry.accounts.tokensOf(requirePrincipal(request, 'listing tokens').account.name)
  const query = request.query as { page?: string; perPage?: string }
  const perPage = Math.min(Math.max(Number(query.perPage) || TOKENS_PER_PAGE, 1), TOKENS_PER_PAGE)
  const page = Math.max(Number(query.page) || 0, 0)
  const last = (page + 1) * perPage >= tokens.length
  const urls = last ? {} : { next: `/-/npm/v1/tokens?page=${page + 1}&perPage=${perPage}` }
  return { objects: tokens.slice(page * perPage, (page + 1) * perPage).map(describeToken), total: tokens.length, urls }
}

/** What a list may say of a token: its key, never the token. */
function describeToken(token: TokenRecord): object {
  return {
    key: token.key,
    token: token.key.slice(0, 6),
    name: token.name,
    created: token.createdAt,
    updated: token.createdAt,
    expiry: token.expiresAt ?? null,
    readonly: token.readOnly,
    cidr_whitelist: token.addresses,
    packages: token.packages,
    scopes: [],
  }
}

/** Every spelling of the wish that clients have had. */
async function createToken(registry: Registry, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const principal = requireWriter(request, 'creating a token')
  const body = objectOf(request)
  const { account } = principal
  if (typeof body.password !== 'string') throw refusals.invalid('creating a token needs the password')
  await registry.accounts.checkPassword(account, body.password)
  const scopes = textsOf(body.scopes).map((scope) => (scope.endsWith('/*') ? scope : `${scope}/*`))
  const days = typeof body.expires === 'number' && body.expires > 0 ? body.expires : undefined
  const wish = {
    name: [body.name, body.token_description, body.description].find((text) => typeof text === 'string') ?? 'token',
    readOnly: body.readonly === true || body.packages_and_scopes_permission === 'read-only',
    packages: [...textsOf(body.packages), ...scopes],
    addresses: textsOf(body.cidr_whitelist ?? body.cidr),
    expiresAt: days === undefined ? undefined : new Date(registry.now() + days * DAY_MS).toISOString(),
  }
  const token = await registry.accounts.createToken(account.name, wish)
  const created = new Date(registry.now()).toISOString()
  return reply.code(201).send({
    token,
    key: tokenKey(hashToken(token)),
    name: wish.name,
    created,
    updated: created,
    readonly: wish.readOnly,
    cidr_whitelist: wish.addresses,
    expiry: wish.expiresAt ?? null,
  })
}

function textsOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string'))
    throw refusals.invalid('a list of texts was expected')
  return value as string[]
}

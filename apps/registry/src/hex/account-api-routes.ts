/** The part of the API about who is asking: users, keys, authorisation, organisations. */
import type { Json, JsonObject } from '@alkahest/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parameterOf } from '../request-parameters.ts'
import type { HexRole } from '../ports/hex-index.ts'
import type { Act, TokenRecord } from '../ports/package-index.ts'
import { Refusal } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import type { Principal } from '../services/accounts.ts'
import { hashToken } from '../services/tokens.ts'
import { describeKey, describeOrganisation, describeUser, packageUrl } from './hex-descriptions.ts'
import { freeName, isHexKey, keyAllows, readPermissions, requireKey, tokenLimits } from './services/hex-keys.ts'
import type { HexAction } from './services/hex-keys.ts'
import { fieldsOf, sendValue } from './hex-media.ts'
import { hexRefusals } from './hex-refusal.ts'
import type { HexRepository } from './services/hex-repositories.ts'

const KEY_NAME_LENGTH_MAX = 100
const READ: HexAction = { kind: 'api', write: false }
const WRITE: HexAction = { kind: 'api', write: true }

type Context = { readonly registry: Registry }

export async function accountApiRoutes(app: FastifyInstance, { registry }: Context): Promise<void> {
  const context = { registry }
  app.post('/api/users', (request, reply) => signUp(context, request, reply))
  app.get('/api/users/me', (request, reply) => describeMe(context, request, reply))
  app.get('/api/users/:user', (request, reply) => describeOther(context, request, reply))
  app.get('/api/auth', (request, reply) => authorise(context, request, reply))
  for (const prefix of ['/api', '/api/orgs/:organisation']) {
    app.get(`${prefix}/keys`, (request, reply) => listKeys(context, request, reply))
    app.post(`${prefix}/keys`, (request, reply) => createKey(context, request, reply))
    app.delete(`${prefix}/keys`, (request, reply) => removeKeys(context, request, reply))
    app.get(`${prefix}/keys/:key`, (request, reply) => showKey(context, request, reply))
    app.delete(`${prefix}/keys/:key`, (request, reply) => removeKey(context, request, reply))
  }
  app.get('/api/orgs', (request, reply) => listOrganisations(context, request, reply))
  app.post('/api/orgs', (request, reply) => createOrganisation(context, request, reply))
  app.get('/api/orgs/:organisation', (request, reply) => showOrganisation(context, request, reply))
  app.get('/api/orgs/:organisation/members', (request, reply) => listMembers(context, request, reply))
  app.post('/api/orgs/:organisation/members', (request, reply) => putMember(context, request, reply))
  app.post('/api/orgs/:organisation/members/:user', (request, reply) => putMember(context, request, reply))
  app.delete('/api/orgs/:organisation/members/:user', (request, reply) => removeMember(context, request, reply))
}

async function signUp({ registry }: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { username, password, email } = fieldsOf(request)
  if (typeof username !== 'string') throw hexRefusals.validation({ username: "can't be blank" })
  if (typeof password !== 'string') throw hexRefusals.validation({ password: "can't be blank" })
  if (typeof email !== 'string' || !email.includes('@')) throw hexRefusals.validation({ email: "can't be blank" })
  await registry.accounts.signUp({ name: username, password, email }, request.ip).catch((cause: unknown) => {
    if (!(cause instanceof Refusal)) throw cause
    if (cause.status === 409) throw hexRefusals.validation({ username: 'has already been taken' })
    if (cause.status === 400) throw hexRefusals.validation({ username: cause.message })
    throw cause
  })
  const account = await registry.index.account(username)
  if (account === undefined) throw new Error(`the account ${username} was made and is missing`)
  return sendValue(request, reply.code(201), describeUser(account, registry.hex.describing(), true))
}

async function describeMe({ registry }: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const principal = requireKey(request.principal, READ)
  const { repositories, index } = registry.hex
  const describing = registry.hex.describing()
  const owned = await index.ownedBy(principal.account.name)
  const organisations = (await repositories.readable(principal)).filter((repository) => !repository.main)
  return sendValue(request, reply, {
    ...describeUser(principal.account, describing, true),
    organizations: organisations.map((organisation) => ({
      name: organisation.name,
      role: repositories.roleIn(organisation, principal) ?? null,
    })),
    packages: owned.map((head) => ({
      name: head.name,
      repository: head.repository,
      url: packageUrl(head, describing),
    })),
    owned_packages: Object.fromEntries(owned.map((head) => [head.name, packageUrl(head, describing)])),
  })
}

async function describeOther(
  { registry }: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const name = await registry.hex.edits.accountNamed(parameterOf(request, 'user'))
  const account = name === undefined ? undefined : await registry.index.account(name)
  if (account === undefined) throw hexRefusals.notFound()
  const owned = await registry.hex.index.ownedBy(account.name)
  const { main } = registry.hex.describing()
  const seen = owned.filter((head) => head.repository === main)
  const describing = registry.hex.describing()
  const urls = Object.fromEntries(seen.map((head) => [head.name, packageUrl(head, describing)]))
  return sendValue(request, reply, { ...describeUser(account, describing, false), owned_packages: urls })
}

/** What a client asks before it keeps a key: whether it is good for something. */
async function authorise({ registry }: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { domain, resource } = request.query as { domain?: string; resource?: string }
  if (request.principal === undefined) throw hexRefusals.unauthenticated()
  requireKey(request.principal, actionOf(domain, resource))
  if (domain === 'repository') await registry.hex.repositories.requireReadable(resource, request.principal)
  return reply.code(204).send()
}

function actionOf(domain: string | undefined, resource: string | undefined): HexAction {
  switch (domain) {
    case 'api':
      return { kind: 'api', write: resource === 'write' }
    case 'repository':
    case 'docs':
      return { kind: 'repository', repository: resource ?? '' }
    // Every repository: allowed by no permission on a single one.
    case 'repositories':
      return { kind: 'repository', repository: '' }
    case 'package':
      return {
        kind: 'api',
        write: true,
        name: resource?.split('/').at(-1) ?? '',
        repository: resource?.split('/')[0] ?? '',
      }
    case undefined:
    default:
      throw hexRefusals.badRequest('invalid domain')
  }
}

/** The account's own keys; below an organisation those that are for it. */
async function keysOf(
  { registry }: Context,
  request: FastifyRequest,
  principal: Principal,
): Promise<readonly TokenRecord[]> {
  const tokens = await registry.accounts.tokensOf(principal.account.name)
  const { organisation } = request.params as { organisation?: string }
  if (organisation === undefined) return tokens
  await requireOrganisation({ registry }, request, principal)
  return tokens.filter((token) => token.packages.includes(`hex:repository:${organisation}`))
}

async function listKeys(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const keys = await keysOf(context, request, requireKey(request.principal, READ))
  return sendValue(
    request,
    reply,
    keys.map((token) => describeKey(token)),
  )
}

async function showKey(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return sendValue(request, reply, describeKey(await keyNamed(context, request, requireKey(request.principal, READ))))
}

async function keyNamed(context: Context, request: FastifyRequest, principal: Principal): Promise<TokenRecord> {
  const wanted = parameterOf(request, 'key')
  const found = (await keysOf(context, request, principal)).find((token) => token.name === wanted)
  if (found === undefined) throw hexRefusals.notFound()
  return found
}

async function createKey(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { accounts, index } = context.registry
  const principal = requireKey(request.principal, WRITE)
  const { organisation } = request.params as { organisation?: string }
  if (organisation !== undefined) await requireOrganisation(context, request, principal)
  const { name, permissions: wished, revoke_at: expiresAt } = fieldsOf(request)
  if (typeof name !== 'string' || name === '' || name.length > KEY_NAME_LENGTH_MAX)
    throw hexRefusals.validation({ name: "can't be blank" })
  if (typeof expiresAt === 'string' && Number.isNaN(Date.parse(expiresAt)))
    throw hexRefusals.validation({ revoke_at: 'is invalid' })
  const ofOrganisation = organisation !== undefined && wished === undefined
  const permissions = ofOrganisation
    ? [{ domain: 'repository' as const, resource: organisation }]
    : readPermissions(wished)
  // The attack: a key for one package that makes itself one for everything.
  if (
    permissions.some((permission) => !keyAllows(principal, actionOf(permission.domain, permission.resource ?? 'write')))
  )
    throw hexRefusals.keyNotFor()
  const tokens = await accounts.tokensOf(principal.account.name)
  const text = await accounts.createToken(principal.account.name, {
    name: freeName(name, tokens),
    ...tokenLimits(permissions),
    expiresAt: typeof expiresAt === 'string' ? new Date(expiresAt).toISOString() : undefined,
  })
  const created = await index.token(hashToken(text))
  if (created === undefined) throw new Error('a key was made and is missing')
  return sendValue(request, reply.code(201), describeKey(created.token, text))
}

async function removeKey(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const key = await keyNamed(context, request, requireKey(request.principal, WRITE))
  await context.registry.index.removeToken(key.hash, actOf(context, request))
  return sendValue(request, reply, { ...describeKey(key), authing_key: key.hash === request.principal?.token?.hash })
}

function actOf({ registry }: Context, request: FastifyRequest): Act {
  return { by: request.principal?.account.name ?? '', at: new Date(registry.now()).toISOString() }
}

/** Keys of Hex only: what npm clients hold stays. */
async function removeKeys(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const keys = await keysOf(context, request, requireKey(request.principal, WRITE))
  const own = keys.filter(isHexKey)
  for (const key of own) await context.registry.index.removeToken(key.hash, actOf(context, request))
  return sendValue(
    request,
    reply,
    own.map((key) => describeKey(key)),
  )
}

async function listOrganisations(
  { registry }: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const principal = requireKey(request.principal, READ)
  const { repositories } = registry.hex
  const found = (await repositories.readable(principal)).flatMap((repository) =>
    describeIn(registry, repository, principal),
  )
  return sendValue(request, reply, found)
}

function describeIn(registry: Registry, repository: HexRepository, principal: Principal): JsonObject[] {
  const role = registry.hex.repositories.roleIn(repository, principal) ?? null
  return repository.record === undefined ? [] : [describeOrganisation(repository.record, role)]
}

async function createOrganisation(
  { registry }: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const principal = requireKey(request.principal, WRITE)
  if (principal.account.role !== 'administrator') throw hexRefusals.forbidden()
  const { name } = fieldsOf(request)
  if (typeof name !== 'string') throw hexRefusals.validation({ name: "can't be blank" })
  const at = new Date(registry.now()).toISOString()
  if (!(await registry.hex.repositories.create(name, { by: principal.account.name, at })))
    throw hexRefusals.validation({ name: 'has already been taken' })
  return sendValue(request, reply.code(201), { name, role: 'admin', inserted_at: at })
}

function requireOrganisation(
  { registry }: Context,
  request: FastifyRequest,
  principal: Principal,
): Promise<HexRepository> {
  return registry.hex.repositories.requireReadable(parameterOf(request, 'organisation'), principal)
}

/** The organisation, for those who may change who belongs to it. */
async function requireAdministered(
  context: Context,
  request: FastifyRequest,
  principal: Principal,
): Promise<HexRepository> {
  const repository = await requireOrganisation(context, request, principal)
  if (context.registry.hex.repositories.roleIn(repository, principal) !== 'admin') throw hexRefusals.forbidden()
  return repository
}

async function showOrganisation(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const principal = requireKey(request.principal, READ)
  const repository = await requireOrganisation(context, request, principal)
  const [found] = describeIn(context.registry, repository, principal)
  if (found === undefined) throw hexRefusals.notFound()
  return sendValue(request, reply, found)
}

async function listMembers(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const repository = await requireOrganisation(context, request, requireKey(request.principal, READ))
  return sendValue(request, reply, membersOf(repository))
}

function membersOf(repository: HexRepository): Json {
  const members = Object.entries(repository.record?.members ?? {})
  return members.map(([username, role]) => ({ username, email: null, role }))
}

async function putMember(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const principal = requireKey(request.principal, WRITE)
  const repository = await requireAdministered(context, request, principal)
  const fields = fieldsOf(request)
  const { user } = request.params as { user?: string }
  const wanted = user ?? fields.name
  const role = (['read', 'write', 'admin'] as const).find((known) => known === (fields.role ?? 'read'))
  if (role === undefined) throw hexRefusals.validation({ role: 'is none of read, write, admin' })
  const account = typeof wanted === 'string' ? await context.registry.hex.edits.accountNamed(wanted) : undefined
  if (account === undefined) throw hexRefusals.validation({ name: 'is no account here' })
  await setMember(context, { principal, repository, account, role })
  return sendValue(request, reply, { username: account, email: null, role })
}

async function removeMember(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const principal = requireKey(request.principal, WRITE)
  const repository = await requireAdministered(context, request, principal)
  const account = parameterOf(request, 'user')
  if (repository.record?.members[account] === undefined) throw hexRefusals.notFound()
  await setMember(context, { principal, repository, account, role: undefined })
  return reply.code(204).send()
}

async function setMember(
  { registry }: Context,
  change: {
    readonly principal: Principal
    readonly repository: HexRepository
    readonly account: string
    readonly role: HexRole | undefined
  },
): Promise<void> {
  const { principal, repository, account, role } = change
  const at = new Date(registry.now()).toISOString()
  await registry.hex.index.setMember(repository.name, { account, role }, { by: principal.account.name, at })
}

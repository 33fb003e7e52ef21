/** The part of the API about packages: publish, revert, retire, owners, documentation, search. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parameterOf } from '../request-parameters.ts'
import type { HexOwner } from '../ports/hex-index.ts'
import type { Registry } from '../registry.ts'
import { HEX_TARBALL_SIZE_MAX } from './formats/hex-tarball.ts'
import { isHexName } from './formats/hex-metadata.ts'
import { isHexVersion } from './formats/hex-version.ts'
import { newestOf } from './services/hex-packages.ts'
import type { HexPackageFacts, HexReleaseFacts } from './services/hex-packages.ts'
import { describePackage, describeRelease, docsUrl } from './hex-descriptions.ts'
import type { HexTarget } from './services/hex-edits.ts'
import { requireKey } from './services/hex-keys.ts'
import { bytesOf, fieldsOf, sendValue } from './hex-media.ts'
import { hexRefusals } from './hex-refusal.ts'

const PAGE_SIZE = 100

type Context = { readonly registry: Registry }

/** For bodies that are archives; who sends one must be known before it is read. */
const ARCHIVE = {
  bodyLimit: HEX_TARBALL_SIZE_MAX,
  onRequest: async (request: FastifyRequest): Promise<void> => {
    if (request.principal === undefined) throw hexRefusals.unauthenticated()
  },
}

export async function packageApiRoutes(app: FastifyInstance, { registry }: Context): Promise<void> {
  const context = { registry }
  app.get('/api/repos', (request, reply) => listRepositories(context, request, reply))
  for (const prefix of ['/api', '/api/repos/:repository']) {
    const one = `${prefix}/packages/:name`
    const release = `${one}/releases/:version`
    app.post(`${prefix}/publish`, ARCHIVE, (request, reply) => publish(context, request, reply))
    app.post(`${one}/releases`, ARCHIVE, (request, reply) => publish(context, request, reply))
    app.get(`${prefix}/packages`, (request, reply) => search(context, request, reply))
    app.get(one, (request, reply) => showPackage(context, request, reply))
    app.get(`${one}/audit-logs`, (request, reply) => showEvents(context, request, reply))
    app.get(release, (request, reply) => showRelease(context, request, reply))
    app.delete(release, async (request, reply) => {
      await registry.hex.edits.revert(targetOf(request), parameterOf(request, 'version'))
      return reply.code(204).send()
    })
    app.post(`${release}/retire`, async (request, reply) => {
      await registry.hex.edits.retire(targetOf(request), parameterOf(request, 'version'), fieldsOf(request))
      return reply.code(204).send()
    })
    app.delete(`${release}/retire`, async (request, reply) => {
      await registry.hex.edits.unretire(targetOf(request), parameterOf(request, 'version'))
      return reply.code(204).send()
    })
    app.get(`${release}/docs`, (request, reply) => redirectToDocs(context, request, reply))
    app.post(`${release}/docs`, ARCHIVE, (request, reply) => publishDocs(context, request, reply))
    app.delete(`${release}/docs`, async (request, reply) => {
      await registry.hex.edits.removeDocumentation(targetOf(request), parameterOf(request, 'version'))
      return reply.code(204).send()
    })
    app.get(`${one}/owners`, (request, reply) => listOwners(context, request, reply))
    app.get(`${one}/owners/:user`, (request, reply) => showOwner(context, request, reply))
    app.put(`${one}/owners/:user`, async (request, reply) => {
      const { level, transfer } = fieldsOf(request)
      const wish = { level: level ?? undefined, transfer: transfer === true }
      await registry.hex.edits.putOwner(targetOf(request), parameterOf(request, 'user'), wish)
      return reply.code(204).send()
    })
    app.delete(`${one}/owners/:user`, async (request, reply) => {
      await registry.hex.edits.removeOwner(targetOf(request), parameterOf(request, 'user'))
      return reply.code(204).send()
    })
  }
}

function repositoryOf(request: FastifyRequest): string | undefined {
  return (request.params as { repository?: string }).repository
}

function targetOf(request: FastifyRequest): HexTarget {
  return { repository: repositoryOf(request), name: parameterOf(request, 'name'), principal: request.principal }
}

async function publish({ registry }: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  request.trail = { ...request.trail, kind: 'publish' }
  const { replace } = request.query as { replace?: string }
  const published = await registry.hex.publishing.publish({
    repository: repositoryOf(request),
    name: (request.params as { name?: string }).name,
    tarball: bytesOf(request),
    replace: replace === 'true',
    principal: request.principal,
  })
  const { repository, name, version } = published
  request.trail = { ...request.trail, name: `hex:${repository.name}/${name}`, version }
  const found = await registry.hex.packages.get(repository, name)
  const release = found?.releases.find((each) => each.version === version)
  // Reverted in the same moment: what was asked did happen.
  if (found === undefined || release === undefined) return reply.code(201).send()
  const described = describeRelease(found, release, { describing: registry.hex.describing() })
  return sendValue(request, reply.code(201).header('location', described.url), described)
}

/** The package in the address, for whoever may see it. */
async function packageOf({ registry }: Context, request: FastifyRequest): Promise<HexPackageFacts> {
  const repository = await registry.hex.repositories.requireReadable(repositoryOf(request), request.principal)
  const name = parameterOf(request, 'name')
  const found = isHexName(name) ? await registry.hex.packages.get(repository, name) : undefined
  if (found === undefined) throw hexRefusals.notFound()
  return found
}

function releaseOf(found: HexPackageFacts, request: FastifyRequest): HexReleaseFacts {
  const wanted = parameterOf(request, 'version')
  const release = isHexVersion(wanted) ? found.releases.find(({ version }) => version === wanted) : undefined
  if (release === undefined) throw hexRefusals.notFound()
  return release
}

/** Of one from the upstream only its tarballs say what it is: that of the newest release is read. */
async function showPackage(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { hex } = context.registry
  const found = await packageOf(context, request)
  const newest = found.releases.find(({ version }) => version === newestOf(found.releases))
  const meta = found.meta ?? (newest && (await hex.packages.contents(found, newest))?.metadata)
  return sendValue(request, reply, describePackage(found, hex.describing(), meta))
}

async function showRelease(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { hex } = context.registry
  const found = await packageOf(context, request)
  const release = releaseOf(found, request)
  const tools = release.tools ?? (await hex.packages.contents(found, release))?.metadata
  return sendValue(request, reply, describeRelease(found, release, { describing: hex.describing(), tools }))
}

async function showEvents(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const record = await packageOf(context, request)
  const events = await context.registry.hex.index.events(`hex:${record.repository}/${record.name}`)
  return sendValue(
    request,
    reply,
    events.map(({ at, actor, kind, subject, detail }) => ({
      action: kind.replace(/^hex-/, ''),
      user: actor,
      inserted_at: at,
      params: { subject: subject.replace(/^hex:/, ''), detail },
    })),
  )
}

async function redirectToDocs(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const record = await packageOf(context, request)
  const { version, documentation } = releaseOf(record, request)
  if (documentation === undefined) throw hexRefusals.notFound()
  const { baseUrl, main } = context.registry.hex.describing()
  const repository = record.repository === main ? '' : `repos/${record.repository}/`
  return reply.redirect(`${baseUrl}repo/${repository}docs/${record.name}-${version}.tar.gz`, 302)
}

async function publishDocs({ registry }: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const version = parameterOf(request, 'version')
  const target = targetOf(request)
  await registry.hex.edits.putDocumentation(target, version, bytesOf(request))
  const { baseUrl, main } = registry.hex.describing()
  const repository = await registry.hex.repositories.find(target.repository)
  const location = docsUrl({ repository: repository?.name ?? main, name: target.name }, version, baseUrl)
  return reply.code(201).header('location', location).send()
}

async function listOwners(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  requireKey(request.principal, { kind: 'api', write: false })
  const record = await packageOf(context, request)
  return sendValue(request, reply, await Promise.all(record.owners.map((owner) => describeOwner(context, owner))))
}

async function showOwner(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  requireKey(request.principal, { kind: 'api', write: false })
  const record = await packageOf(context, request)
  const name = await context.registry.hex.edits.accountNamed(parameterOf(request, 'user'))
  const owner = record.owners.find((each) => each.name === name)
  if (owner === undefined) throw hexRefusals.notFound()
  return sendValue(request, reply, await describeOwner(context, owner))
}

/** With the address: clients list owners by it. Only whoever is signed in gets here. */
async function describeOwner(
  { registry }: Context,
  owner: HexOwner,
): Promise<{ readonly username: string; readonly email: string | null; readonly level: string; readonly url: string }> {
  const account = await registry.index.account(owner.name)
  const url = `${registry.hex.describing().baseUrl}api/users/${owner.name}`
  return { username: owner.name, email: account?.email ?? null, level: owner.level, url }
}

async function search({ registry }: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const query = request.query as { search?: string; sort?: string; page?: string }
  const { repositories, packages } = registry.hex
  const wanted = repositoryOf(request)
  const readable =
    wanted === undefined
      ? await repositories.readable(request.principal)
      : [await repositories.requireReadable(wanted, request.principal)]
  const heads = [...(await packages.search(typeof query.search === 'string' ? query.search : '', readable))]
  if (query.sort === 'inserted_at') heads.sort((left, right) => (left.createdAt < right.createdAt ? 1 : -1))
  if (query.sort === 'updated_at') heads.sort((left, right) => (left.modifiedAt < right.modifiedAt ? 1 : -1))
  const page = Math.max(Math.trunc(Number(query.page)) || 1, 1)
  const found: HexPackageFacts[] = []
  for (const { repository, name } of heads.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)) {
    const facts = await packages.get({ name: repository, main: repository === repositories.main }, name)
    if (facts !== undefined) found.push(facts)
  }
  const describing = registry.hex.describing()
  return sendValue(
    request,
    reply,
    found.map((each) => describePackage(each, describing)),
  )
}

async function listRepositories(
  { registry }: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const readable = await registry.hex.repositories.readable(request.principal)
  return sendValue(
    request,
    reply,
    readable.map(({ name, main }) => ({ name, public: main, active: true })),
  )
}

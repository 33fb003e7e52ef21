/** `/repo`: the repository as clients resolve and fetch from it. Read only; ETag and 304 on everything. */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ETAG_LENGTH, etagOfBlob, sendUnlessKnown } from '../conditional.ts'
import { parameterOf } from '../request-parameters.ts'
import type { HexBlob } from '../ports/hex-index.ts'
import type { Registry } from '../registry.ts'
import { sendStream } from '../send-stream.ts'
import { isHexName } from './formats/hex-metadata.ts'
import { isHexVersion } from './formats/hex-version.ts'
import { hexRefusals } from './hex-refusal.ts'
import type { HexRepository } from './services/hex-repositories.ts'
import type { HexResource } from './services/hex-resources.ts'

/** Short: a publish is to be seen at once; what is fresh is told by ETag. */
const RESOURCE_CACHE = 'public, max-age=0, must-revalidate'
const TARBALL_CACHE = 'public, max-age=31536000, immutable'
const PRIVATE_CACHE = 'private, max-age=0, must-revalidate'

type Exchange = { readonly registry: Registry; readonly request: FastifyRequest; readonly reply: FastifyReply }

export async function repositoryRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  for (const prefix of ['/repo', '/repo/repos/:repository']) {
    app.get(`${prefix}/public_key`, (request, reply) => sendKey({ registry, request, reply }))
    app.get(`${prefix}/names`, async (request, reply) => {
      const repository = await readable(registry, request)
      return sendResource({ registry, request, reply }, repository, await registry.hex.resources.names(repository))
    })
    app.get(`${prefix}/versions`, async (request, reply) => {
      const repository = await readable(registry, request)
      return sendResource({ registry, request, reply }, repository, await registry.hex.resources.versions(repository))
    })
    app.get(`${prefix}/packages/:name`, (request, reply) => sendPackage({ registry, request, reply }))
    app.get(`${prefix}/tarballs/:file`, (request, reply) => sendTarball({ registry, request, reply }))
    app.get(`${prefix}/docs/:file`, (request, reply) => sendDocs({ registry, request, reply }))
  }
}

function readable(registry: Registry, request: FastifyRequest): Promise<HexRepository> {
  const name = (request.params as { repository?: string }).repository
  return registry.hex.repositories.requireReadable(name, request.principal)
}

async function sendKey(exchange: Exchange): Promise<FastifyReply> {
  const { registry, request, reply } = exchange
  await readable(registry, request)
  const { publicPem } = await registry.hex.key()
  reply.header('cache-control', RESOURCE_CACHE)
  const etag = createHash('sha256').update(publicPem).digest('hex').slice(0, ETAG_LENGTH)
  return sendUnlessKnown(exchange, etag, () => reply.type('application/x-pem-file').send(publicPem))
}

async function sendPackage(exchange: Exchange): Promise<FastifyReply> {
  const { registry, request } = exchange
  const repository = await readable(registry, request)
  const name = parameterOf(request, 'name')
  if (!isHexName(name)) throw hexRefusals.notFound()
  request.trail = { ...request.trail, kind: 'packument', name: `hex:${repository.name}/${name}` }
  const resource =
    (await registry.hex.resources.package(repository, name)) ?? (await foreign(exchange, repository, name))
  if (resource === undefined) throw hexRefusals.notFound()
  return sendResource(exchange, repository, resource)
}

/** A name that was never published here is the upstream's, when there is one. */
async function foreign(
  { registry, request, reply }: Exchange,
  repository: HexRepository,
  name: string,
): Promise<HexResource | undefined> {
  const { upstream, resources, index } = registry.hex
  if (upstream === undefined || !repository.main || (await index.head(repository.name, name)) !== undefined)
    return undefined
  const found = await upstream.package(name)
  if (found === undefined) return undefined
  request.trail = { ...request.trail, source: 'upstream', stale: found.stale }
  if (found.stale)
    reply.header('x-hex-message', '"the upstream cannot be reached: what was last known is served";level=warn')
  return resources.foreign(found.message, found.digest)
}

function sendResource(
  exchange: Exchange,
  repository: HexRepository,
  { body, etag }: HexResource,
): Promise<FastifyReply> {
  const { reply } = exchange
  reply.header('cache-control', repository.main ? RESOURCE_CACHE : PRIVATE_CACHE)
  return sendUnlessKnown(exchange, etag, () => reply.type('application/octet-stream').send(body))
}

async function sendTarball(exchange: Exchange): Promise<FastifyReply> {
  const { registry, request } = exchange
  const repository = await readable(registry, request)
  const { name, version } = fileOf(request, '.tar')
  request.trail = { ...request.trail, kind: 'tarball', name: `hex:${repository.name}/${name}`, version }
  const { index, upstream } = registry.hex
  const record = await index.package(repository.name, name)
  const release = record?.releases.find((each) => each.version === version)
  if (release !== undefined) return sendBlob(exchange, repository, release.tarball)
  const foreignBlob = record === undefined && repository.main ? await upstream?.tarball(name, version) : undefined
  if (foreignBlob === undefined) throw hexRefusals.notFound()
  return sendBlob(exchange, repository, foreignBlob)
}

async function sendDocs(exchange: Exchange): Promise<FastifyReply> {
  const { registry, request } = exchange
  const repository = await readable(registry, request)
  const { name, version } = fileOf(request, '.tar.gz')
  const record = await registry.hex.index.package(repository.name, name)
  const documentation = record?.releases.find((each) => each.version === version)?.documentation
  if (documentation === undefined) throw hexRefusals.notFound()
  return sendBlob(exchange, repository, documentation)
}

function sendBlob(exchange: Exchange, repository: HexRepository, blob: HexBlob): Promise<FastifyReply> {
  const { registry, request, reply } = exchange
  reply.header('cache-control', repository.main ? TARBALL_CACHE : PRIVATE_CACHE)
  return sendUnlessKnown(exchange, etagOfBlob(blob.integrity), async () => {
    const stream = await registry.blobs.read(blob.integrity)
    if (stream === undefined) throw new Error(`the blob ${blob.integrity} of ${request.url} is missing`)
    reply.type('application/octet-stream').header('content-length', blob.size)
    return sendStream(reply, stream)
  })
}

/** `name-1.0.0.tar`: no name has a dash. */
function fileOf(request: FastifyRequest, extension: string): { readonly name: string; readonly version: string } {
  const file = parameterOf(request, 'file')
  const dash = file.indexOf('-')
  const name = file.slice(0, Math.max(dash, 0))
  const version = file.slice(dash + 1, -extension.length)
  if (!file.endsWith(extension) || !isHexName(name) || !isHexVersion(version)) throw hexRefusals.notFound()
  return { name, version }
}

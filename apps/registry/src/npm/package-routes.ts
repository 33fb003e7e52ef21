/** Reading packages: packuments, manifests, tarballs, dist-tags. */
import type { PackageName } from '@alkahest/core'
import { CLOSURE_FORMAT, CLOSURE_HEADER, mediaTypes, preferredCoding, preferredForm } from '@alkahest/protocol'
import type { ContentCoding, PackumentForm } from '@alkahest/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { loggedPath } from '../access-log.ts'
import { refusals } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import { sendStream } from '../send-stream.ts'
import type { ServedPackument } from '../services/packuments.ts'
import { maySee } from '../services/visibility.ts'
import { notModified } from '../conditional.ts'
import type { HotAnswers } from './hot-answers.ts'
import { packageRoute, requireWriter, versionOfFile } from './package-url.ts'
import { parameterOf } from '../request-parameters.ts'
import { rangeOf } from './range.ts'

const VARY = 'Accept, Accept-Encoding, Authorization'

/** What npm's own registry says: clients and caches may keep a packument for five minutes, if they ask again after it. */
const PACKUMENT_CACHE = 'public, max-age=300'
const PRIVATE_CACHE = 'private, no-cache'
/** Who reads documents one by one learns here that they can be had together. */
const offer = { [CLOSURE_HEADER]: String(CLOSURE_FORMAT) }

const TARBALL_CACHE = 'max-age=31536000, immutable'

export type PackageRoutesOptions = {
  readonly registry: Registry
  /** Learns what may be answered again without coming here. */
  readonly hot: HotAnswers
}

export async function packageRoutes(app: FastifyInstance, { registry, hot }: PackageRoutesOptions): Promise<void> {
  packageRoute(
    app,
    ['GET', 'HEAD'],
    '/{package}',
  )((name, request, reply) => sendPackument({ registry, hot }, { name, request, reply }))
  packageRoute(
    app,
    ['GET', 'HEAD'],
    '/{package}/-/*',
  )((name, request, reply) => sendTarball(registry, { name, request, reply }))
  packageRoute(
    app,
    ['GET', 'HEAD'],
    '/{package}/:version',
  )((name, request, reply) => sendManifest(registry, { name, request, reply }))
  packageRoute(
    app,
    'GET',
    '/-/package/{package}/dist-tags',
  )(async (name, request) => {
    await refuseHidden(registry, name, request)
    const tags = await registry.packuments.distTags(name)
    if (tags === undefined) throw refusals.notFound(name)
    return tags
  })
  packageRoute(
    app,
    ['PUT', 'POST'],
    '/-/package/{package}/dist-tags/:tag',
  )(async (name, request, reply) => {
    const principal = requireWriter(request, `tagging ${name}`, name)
    await registry.edits.setTag(name, { tag: parameterOf(request, 'tag'), version: request.body }, principal)
    return reply.code(201).send({ ok: `tagged ${name}` })
  })
  packageRoute(
    app,
    'DELETE',
    '/-/package/{package}/dist-tags/:tag',
  )(async (name, request) => {
    const principal = requireWriter(request, `tagging ${name}`, name)
    await registry.edits.removeTag(name, parameterOf(request, 'tag'), principal)
    return { ok: `removed a tag of ${name}` }
  })
  packageRoute(
    app,
    ['PUT', 'POST'],
    '/-/package/{package}/dist-tags',
  )(async (name, request, reply) => {
    const principal = requireWriter(request, `tagging ${name}`, name)
    await registry.edits.setTags(name, request.body, principal)
    return reply.code(201).send({ ok: `tagged ${name}` })
  })
}

type Exchange = { readonly name: PackageName; readonly request: FastifyRequest; readonly reply: FastifyReply }

async function sendPackument(
  { registry, hot }: PackageRoutesOptions,
  { name, request, reply }: Exchange,
): Promise<FastifyReply> {
  request.trail = { ...request.trail, kind: 'packument' }
  const form = preferredForm(request.headers.accept)
  // Taken before anything is read: what is written meanwhile makes the answer old, never the other way round.
  const stamp = registry.index.stamp()
  const served = await registry.packuments.get(name, form)
  if (served === undefined || !maySee({ name, ...served }, request.principal)) throw refusals.notFound(name)
  request.trail = { ...request.trail, source: served.source, ...(served.stale ? { stale: true } : {}) }
  const coding = preferredCoding(request.headers['accept-encoding'])
  const fresh = isWriteRequest(request)
  const headers = packumentHeaders(served, { form, coding, fresh })
  reply.headers(headers)
  if (!fresh && notModified(request.headers, served)) return reply.code(304).send()
  const body = await served.body(coding)
  const bodyHeaders = {
    'content-length': String(body.length),
    ...(coding === 'identity' ? {} : { 'content-encoding': coding }),
  }
  reply.headers(bodyHeaders)
  if (stamp !== undefined && !fresh && !served.restricted && served.freshUntil > registry.now()) {
    const { vary, etag = '', 'cache-control': cacheControl } = headers
    hot.remember(request.raw, {
      validators: served,
      etag,
      headers: Object.entries({ ...headers, ...bodyHeaders, 'x-content-type-options': 'nosniff' }).flat(),
      unchangedHeaders: Object.entries({ ...offer, vary, etag, 'cache-control': cacheControl }).flat() as string[],
      body,
      stamp,
      freshUntil: served.freshUntil,
      entry: { kind: 'packument', name, source: served.source, path: loggedPath(request.raw.url ?? '') },
    })
  }
  return reply.send(request.method === 'HEAD' ? undefined : body)
}

type Negotiated = { readonly form: PackumentForm; readonly coding: ContentCoding; readonly fresh: boolean }

function packumentHeaders(served: ServedPackument, { form, coding, fresh }: Negotiated): Record<string, string> {
  const { etag, modifiedAt, restricted, source, stale, notice } = served
  return {
    vary: VARY,
    ...offer,
    etag: `"${etag}-${coding}"`,
    'cache-control': restricted || source === 'local' || fresh ? PRIVATE_CACHE : PACKUMENT_CACHE,
    'content-type': form === 'abbreviated' ? mediaTypes.abbreviated : 'application/json; charset=utf-8',
    ...(modifiedAt === undefined ? {} : { 'last-modified': new Date(modifiedAt).toUTCString() }),
    ...(stale ? { warning: '110 - "the upstream cannot be reached; this is what it said last"' } : {}),
    ...(notice === undefined ? {} : { 'npm-notice': notice }),
  }
}

/** `?write=true`: a client that will send the document back changed wants no kept one. */
function isWriteRequest(request: FastifyRequest): boolean {
  return (request.query as { write?: unknown }).write === 'true'
}

async function sendManifest(registry: Registry, { name, request, reply }: Exchange): Promise<FastifyReply> {
  const wanted = parameterOf(request, 'version')
  request.trail = { ...request.trail, kind: 'version', version: wanted }
  await refuseHidden(registry, name, request)
  const text = await registry.packuments.manifest(name, wanted)
  if (text === undefined) throw refusals.notFound(`${name}@${wanted}`)
  return reply.type('application/json; charset=utf-8').header('cache-control', PRIVATE_CACHE).send(text)
}

async function sendTarball(registry: Registry, { name, request, reply }: Exchange): Promise<FastifyReply> {
  const file = parameterOf(request, '*')
  const version = versionOfFile(name, file)
  if (version === undefined) throw refusals.notFound(`the file ${file} of ${name}`)
  request.trail = { ...request.trail, kind: 'tarball', version }
  const served = await registry.tarballs.get(name, version)
  if (served === undefined || !maySee({ name, ...served }, request.principal))
    throw refusals.notFound(`${name}@${version}`)
  request.trail = { ...request.trail, source: served.source }
  reply.headers({
    'content-type': 'application/octet-stream',
    'cache-control': `${served.restricted ? 'private' : 'public'}, ${TARBALL_CACHE}`,
    'accept-ranges': 'bytes',
    ...(served.integrity === undefined ? {} : { etag: `"${served.integrity}"` }),
  })
  if (
    served.integrity !== undefined &&
    notModified(request.headers, { etag: served.integrity, modifiedAt: undefined })
  ) {
    return reply.code(304).send()
  }
  const range = served.size === undefined ? undefined : rangeOf(request.headers, served.size)
  if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${served.size}`).send()
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${served.size}`)
  const length = range === undefined ? served.size : range.end - range.start + 1
  if (length !== undefined) reply.header('content-length', length)
  if (request.method === 'HEAD') return reply.send()
  return sendStream(reply, await served.open(range))
}

/** A restricted package does not exist for those who are not signed in. */
async function refuseHidden(registry: Registry, name: PackageName, request: FastifyRequest): Promise<void> {
  const head = await registry.index.head(name)
  if (!maySee({ name, restricted: head?.access === 'restricted' }, request.principal)) throw refusals.notFound(name)
}

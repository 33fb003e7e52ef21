/** The closure of a set of requirements, in one request: docs/formats/closure.md. */
import { Readable } from 'node:stream'
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib'
import type { Transform } from 'node:stream'
import { asJsonObject, asVersion } from '@alkahest/core'
import type { Json } from '@alkahest/core'
import { CLOSURE_FORMAT, CLOSURE_REQUIREMENTS_MAX, preferredCoding, routes } from '@alkahest/protocol'
import type { ContentCoding } from '@alkahest/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal, refusals } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import { readRequirements } from '../services/closures.ts'
import type { ClosureRequest } from '../services/closures.ts'
import { sendUnlessKnown } from '../conditional.ts'
import { seesAll } from '../services/visibility.ts'
import { objectOf } from './package-url.ts'

const BROTLI_QUALITY = 6
const ZSTD_LEVEL = 12

export async function closureRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  app.get('/-/alkahest', () => ({ closure: CLOSURE_FORMAT, publish: 1 }))
  app.post(`/${routes.closure()}`, (request, reply) => answer(registry, request, reply))
}

async function answer(registry: Registry, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const lines = registry.closures.lines(readRequest(request))
  const coding = preferredCoding(request.headers['accept-encoding'])
  reply.headers({
    'content-type': 'application/x-ndjson',
    'cache-control': 'private, no-cache',
    vary: 'Accept-Encoding, Authorization',
  })
  if (request.headers['if-none-match'] === undefined) return reply.send(encoded(reply, Readable.from(lines), coding))
  const all: string[] = []
  for await (const line of lines) all.push(line)
  // The last line is ours, made a moment ago.
  const { revision } = JSON.parse(all.at(-1) ?? '{}') as { readonly revision: string }
  return sendUnlessKnown({ request, reply }, revision, () => reply.send(encoded(reply, Readable.from(all), coding)))
}

function readRequest(request: FastifyRequest): ClosureRequest {
  const body = objectOf(request) as Readonly<Record<string, Json>>
  const requirements = asJsonObject(body.requirements)
  if (requirements === undefined) throw refusals.invalid('a closure needs "requirements", an object of names')
  if (Object.keys(requirements).length > CLOSURE_REQUIREMENTS_MAX)
    throw new Refusal(413, `a closure is of at most ${CLOSURE_REQUIREMENTS_MAX} names`)
  const { publishedBefore, node } = body
  const before = typeof publishedBefore === 'string' ? Date.parse(publishedBefore) : undefined
  if (publishedBefore !== undefined && (before === undefined || Number.isNaN(before)))
    throw refusals.invalid('"publishedBefore" is not an instant in ISO 8601')
  if (node !== undefined && asVersion(node) === undefined) throw refusals.invalid('"node" is not a version')
  return {
    requirements: readRequirements(requirements),
    publishedBefore: before,
    node: asVersion(node),
    restricted: seesAll(request.principal),
  }
}

/** A failure of the source breaks the connection: nobody takes what he has for whole. */
function encoded(reply: FastifyReply, source: Readable, coding: ContentCoding): Readable {
  if (coding === 'identity') return source
  reply.header('content-encoding', coding)
  const encoder = encoderOf(coding)
  source.on('error', (cause) => encoder.destroy(cause))
  return source.pipe(encoder)
}

function encoderOf(coding: Exclude<ContentCoding, 'identity'>): Transform {
  switch (coding) {
    case 'gzip':
      return createGzip({ level: 9 })
    case 'br':
      return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
    case 'zstd':
      return createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } })
  }
}

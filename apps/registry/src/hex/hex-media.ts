/** Bodies of the API: Erlang terms or JSON, in and out, as `content-type` and `accept` say. */
import { asJsonObject, parseJson, UserError } from '@alkahest/core'
import type { Json, JsonObject } from '@alkahest/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import { isStorageFull, storageFull } from '../services/storage-full.ts'
import { decodeTerm, encodeTerm } from './formats/external-terms.ts'
import { HexFormatError } from './formats/format-error.ts'
import { HexRefusal, hexRefusals } from './hex-refusal.ts'

const ERLANG = 'application/vnd.hex+erlang'

/** The body of a request that the parser left as bytes. */
export function bytesOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
}

/** The body as an object, empty when there is none; a 400 when it is none that can be read. */
export function fieldsOf(request: FastifyRequest): JsonObject {
  const bytes = bytesOf(request)
  if (bytes.length === 0) return {}
  const fields = asJsonObject(read(bytes, request.headers['content-type'] ?? ''))
  if (fields === undefined) throw hexRefusals.badRequest('the body is no map')
  return fields
}

function read(bytes: Buffer, contentType: string): Json {
  try {
    return contentType.startsWith(ERLANG) ? decodeTerm(bytes) : parseJson(bytes.toString('utf8'), 'the body')
  } catch (cause) {
    if (cause instanceof HexFormatError || cause instanceof UserError) throw hexRefusals.badRequest(cause.message)
    throw cause
  }
}

export function sendValue(request: FastifyRequest, reply: FastifyReply, value: Json): FastifyReply {
  reply.header('cache-control', 'private, no-store').header('vary', 'accept, authorization')
  if ((request.headers.accept ?? '').includes(ERLANG)) return reply.type(ERLANG).send(encodeTerm(value))
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(value))
}

/** An error as Hex clients read it. */
export function answerHexError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error, request)
  const errors = refusal instanceof HexRefusal ? refusal.errors : undefined
  reply.code(refusal.status).headers(refusal.headers)
  return sendValue(request, reply, {
    status: refusal.status,
    message: refusal.message,
    ...(errors === undefined ? {} : { errors }),
  })
}

function refusalOf(error: unknown, request: FastifyRequest): Refusal {
  if (error instanceof HexRefusal) return error
  if (error instanceof HexFormatError) return hexRefusals.validation({ [error.field]: error.message })
  if (error instanceof Refusal) {
    // Those that the server itself gives before a route is reached speak to npm clients.
    if (error.status !== 401) return error
    return /^basic /i.test(request.headers.authorization ?? '') ? hexRefusals.wrongPassword() : hexRefusals.wrongKey()
  }
  if (error instanceof UserError) return new Refusal(400, error.message)
  if (isStorageFull(error)) {
    process.stderr.write(`${request.method} ${request.routeOptions.url ?? ''}: ${(error as Error).message}\n`)
    return storageFull()
  }
  const { code, statusCode = 500 } = error as { readonly code?: unknown; readonly statusCode?: number }
  if (code === 'ECONNRESET') return new Refusal(400, 'the request broke off')
  if (statusCode < 500) return new Refusal(statusCode, (error as Error).message)
  process.stderr.write(
    `${request.method} ${request.routeOptions.url ?? ''}: ${(error as Error).stack ?? String(error)}\n`,
  )
  return new Refusal(500, 'the registry failed at this request; its log says why')
}

/** Conditional requests: whether what the client has is still right. */
import type { IncomingHttpHeaders } from 'node:http'
import { integrityHex } from '@alkahest/core'
import type { Integrity } from '@alkahest/core'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Hexadecimal digits of a hash that tell two contents apart: 128 bits. */
export const ETAG_LENGTH = 32

export type Validators = {
  /** Without quotes and without the name of a coding. */
  readonly etag: string
  /** ISO 8601. */
  readonly modifiedAt: string | undefined
}

/** By ETag when the client sends one, and only then not by date (RFC 9110, 13.1.3). */
export function notModified(headers: IncomingHttpHeaders, validators: Validators): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) return matchesTag(tags, validators.etag)
  const since = Date.parse(headers['if-modified-since'] ?? '')
  if (validators.modifiedAt === undefined || Number.isNaN(since)) return false
  return Math.floor(Date.parse(validators.modifiedAt) / 1000) * 1000 <= since
}

export type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply }

/** Tells the ETag; whoever has that content already gets a 304 and nothing else. */
export async function sendUnlessKnown(
  { request, reply }: Exchange,
  etag: string,
  send: () => FastifyReply | Promise<FastifyReply>,
): Promise<FastifyReply> {
  reply.header('etag', `"${etag}"`)
  return notModified(request.headers, { etag, modifiedAt: undefined }) ? reply.code(304).send() : send()
}

/** A blob's name is the hash of its content. */
export function etagOfBlob(integrity: Integrity): string {
  return integrityHex(integrity).slice(0, ETAG_LENGTH)
}

/** A tag of another coding of the same document counts: the document has not changed. */
function matchesTag(header: string, etag: string): boolean {
  return header.split(',').some((part) => {
    const tag = part.trim().replace(/^W\//, '').replaceAll('"', '')
    return tag === '*' || tag === etag || tag.startsWith(`${etag}-`)
  })
}

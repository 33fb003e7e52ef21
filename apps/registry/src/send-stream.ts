/** Sends an iterable of bytes as a body; when it fails half-way the connection is broken, and the client sees that it is not whole. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

export function sendStream(reply: FastifyReply, source: AsyncIterable<Uint8Array>): FastifyReply {
  return reply.send(source instanceof Readable ? source : Readable.from(source, { objectMode: false }))
}

/**
 * The body of an answer: bytes off the wire, watched for silence and for an early end, then decoded and counted. The
 * limit holds for the decoded bytes: a small compressed body may be an enormous one.
 */
import type { IncomingMessage } from 'node:http'
import { Readable, pipeline } from 'node:stream'
import type { Transform } from 'node:stream'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { bodyCut, bodyTooLarge, HttpError, idleTimeout, nonsense } from './http-error.ts'
import type { Errand } from './http-error.ts'

/** What we can decode, best first: Zstandard is the cheapest to unpack. */
export const ACCEPTED_CODINGS = 'zstd, br, gzip'

export type BodyOptions = {
  readonly errand: Errand
  readonly message: IncomingMessage
  readonly sizeMax: number
  readonly idleTimeoutMs: number
  /** Called once, when the connection is free again or gone. */
  readonly release: () => void
}

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

const wholeDecoders: Record<Coding, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify(zlib.gunzip),
  deflate: promisify(zlib.inflate),
  br: promisify(zlib.brotliDecompress),
  zstd: promisify(zlib.zstdDecompress),
}

const streamDecoders: Record<Coding, () => Transform> = {
  gzip: () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
}

/** All of it. Small answers are the rule, and decoding in one go is several times faster than through a stream. */
export async function wholeBody(options: BodyOptions, { decode }: { readonly decode: boolean }): Promise<Buffer> {
  const coding = decode ? codingOf(options) : undefined
  const chunks: Buffer[] = []
  for await (const chunk of rawBody(options, coding === undefined ? options.sizeMax : Infinity)) chunks.push(chunk)
  const [only] = chunks
  const raw = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)
  if (coding === undefined || raw.length === 0) return raw
  try {
    return await wholeDecoders[coding](raw, { maxOutputLength: options.sizeMax })
  } catch (cause) {
    throw decodingError(options, coding, cause)
  }
}

/** Chunk by chunk. */
export async function* streamedBody(options: BodyOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const coding = codingOf(options)
  if (coding === undefined) {
    yield* rawBody(options, options.sizeMax)
    return
  }
  const decoder = streamDecoders[coding]()
  // The callback is given errors which the loop below throws as well.
  pipeline(Readable.from(rawBody(options, Infinity), { objectMode: false }), decoder, () => undefined)
  let size = 0
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > options.sizeMax) throw bodyTooLarge(options.errand, options.sizeMax)
      yield chunk
    }
  } catch (cause) {
    throw cause instanceof HttpError ? cause : decodingError(options, coding, cause)
  } finally {
    options.message.destroy()
    options.release()
  }
}

/** The bytes as sent. Silence counts only while we wait: a slow reader is not the server's fault. */
async function* rawBody(options: BodyOptions, sizeMax: number): AsyncGenerator<Buffer, void, undefined> {
  const { errand, message, idleTimeoutMs } = options
  let waiting = true
  let size = 0
  const silence = setTimeout(() => {
    if (waiting) message.destroy(idleTimeout(errand, idleTimeoutMs))
  }, idleTimeoutMs)
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > sizeMax) throw bodyTooLarge(errand, sizeMax)
      waiting = false
      yield chunk
      waiting = true
      silence.refresh()
    }
  } catch (cause) {
    throw cause instanceof HttpError ? cause : bodyCut(errand, size, message.headers['content-length'])
  } finally {
    clearTimeout(silence)
    options.release()
  }
}

/** The coding to undo; undefined for none. */
function codingOf(options: BodyOptions): Coding | undefined {
  const { errand, message } = options
  const text = (message.headers['content-encoding'] ?? '').trim().toLowerCase()
  if (text === '' || text === 'identity') return undefined
  const coding = text === 'x-gzip' ? 'gzip' : text
  if (coding in wholeDecoders) return coding as Coding
  message.destroy()
  options.release()
  throw nonsense(errand, `sends a body in the coding ${JSON.stringify(text.slice(0, 40))}, which nobody asked for`, {
    transient: false,
  })
}

function decodingError(options: BodyOptions, coding: Coding, cause: unknown): Error {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'ERR_BUFFER_TOO_LARGE') return bodyTooLarge(options.errand, options.sizeMax)
  return nonsense(options.errand, `sends a body that is not ${coding}, though it says so`, { transient: false, cause })
}

/**
 * Documents in the codings that clients ask for. The work is done by zlib's threads, never on the event loop; of a large document only a piece at a
 * time is in memory, since the allocator keeps what twenty megabytes once took.
 */
import { createHash } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Transform } from 'node:stream'
import { promisify } from 'node:util'
import {
  brotliCompress,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdDecompress,
  gzip,
  zstdCompress,
  zstdDecompress,
} from 'node:zlib'
import type { ContentCoding } from '@alkahest/protocol'

const gzipAsync = promisify(gzip)
const brotliAsync = promisify(brotliCompress)
const zstdAsync = promisify(zstdCompress)
const unzstdAsync = promisify(zstdDecompress)

/** Measured on large packuments: Zstandard 3 is a tenth of gzip's cost and smaller; brotli 5 is the smallest at gzip's cost. */
const gzipOptions = { level: 6 }
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }
export const zstdOptions: { readonly params: { readonly [parameter: number]: number } } = {
  params: { [constants.ZSTD_c_compressionLevel]: 3 },
}

/** Compressed, in bytes: what unpacks to some hundred kilobytes is quicker done in one go. */
const WHOLE_SIZE_MAX = 32 * 1024

/** In bytes: pieces on their way from one coding to another. */
const PIECE_SIZE = 64 * 1024

export function encode(body: Buffer, coding: ContentCoding): Promise<Buffer> {
  switch (coding) {
    case 'identity':
      return Promise.resolve(body)
    case 'gzip':
      return gzipAsync(body, gzipOptions)
    case 'br':
      return brotliAsync(body, brotliOptions)
    case 'zstd':
      return zstdAsync(body, zstdOptions)
  }
}

/** A document from the coding in which it is stored into another. */
export async function recode(stored: Buffer, coding: ContentCoding): Promise<Buffer> {
  if (coding === 'zstd') return stored
  if (stored.length <= WHOLE_SIZE_MAX) return encode(await decodeStored(stored), coding)
  const pieces: Buffer[] = []
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of source) pieces.push(piece)
  }
  await pipeline(Readable.from([stored]), unpacker(), packerOf(coding), collect)
  return Buffer.concat(pieces)
}

/** Back from the coding in which documents are stored. */
export function decodeStored(body: Uint8Array): Promise<Buffer> {
  return unzstdAsync(body)
}

/** The bytes from `start` to `end` of a stored document, without having all of it in memory. */
export async function decodePart(stored: Buffer, start: number, end: number): Promise<Buffer> {
  if (stored.length <= WHOLE_SIZE_MAX) return (await decodeStored(stored)).subarray(start, end)
  const pieces: Buffer[] = []
  let position = 0
  for await (const piece of Readable.from([stored]).pipe(unpacker()) as AsyncIterable<Buffer>) {
    const part = piece.subarray(Math.max(start - position, 0), Math.max(end - position, 0))
    if (part.length > 0) pieces.push(part)
    position += piece.length
    if (position >= end) break
  }
  return Buffer.concat(pieces)
}

function unpacker(): Transform {
  return createZstdDecompress({ chunkSize: PIECE_SIZE })
}

function packerOf(coding: 'identity' | 'gzip' | 'br'): Transform {
  if (coding === 'identity') return new PassThrough()
  return coding === 'gzip'
    ? createGzip({ ...gzipOptions, chunkSize: PIECE_SIZE })
    : createBrotliCompress({ ...brotliOptions, chunkSize: PIECE_SIZE })
}

/** Strong: 128 bits of the content's hash. */
export function etagOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 22)
}

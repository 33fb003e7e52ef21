/** Documents in the codings that clients ask for. The work is done by zlib's threads, never on the event loop. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, zstdCompress, zstdDecompress } from 'node:zlib'
import type { ContentCoding } from '@alkahest/protocol'

const gzipAsync = promisify(gzip)
const brotliAsync = promisify(brotliCompress)
const zstdAsync = promisify(zstdCompress)
const unzstdAsync = promisify(zstdDecompress)

/** Measured on large packuments: Zstandard 3 is a tenth of gzip's cost and smaller; brotli 5 is the smallest at gzip's cost. */
const GZIP_LEVEL = 6
const BROTLI_QUALITY = 5
const ZSTD_LEVEL = 3

export function encode(body: Buffer, coding: ContentCoding): Promise<Buffer> {
  switch (coding) {
    case 'identity':
      return Promise.resolve(body)
    case 'gzip':
      return gzipAsync(body, { level: GZIP_LEVEL })
    case 'br':
      return brotliAsync(body, {
        params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
      })
    case 'zstd':
      return zstdAsync(body, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } })
  }
}

/** Back from the coding in which documents are stored. */
export function decodeStored(body: Uint8Array): Promise<Buffer> {
  return unzstdAsync(body)
}

/** Strong: 128 bits of the content's hash. */
export function etagOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 22)
}

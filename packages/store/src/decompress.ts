/**
 * A tarball's bytes -> its archive: in one piece when it is small, as a stream with a limit when it is not. What is wrong with the
 * compression is thrown as zlib says it; `readTarball` makes a sentence of that.
 */
import { createGunzip, gunzipSync } from 'node:zlib'
import { userError } from '@alkahest/core'

/** Up to this size an archive is decompressed in one piece; streaming is slower and needs little memory. */
const AT_ONCE_SIZE_MAX = 64 * 1024 * 1024

/** The limits for files (see `protocol`) and their headers fit into it; the attack is an archive that goes on with nothing in it. */
const ARCHIVE_SIZE_MAX = 3 * 1024 * 1024 * 1024

/** Node's default of 16 KiB makes thousands of small steps. */
const STREAM_CHUNK_SIZE = 256 * 1024

export type DecompressOptions = {
  /** `name@version`, for errors. */
  readonly what: string
  /** Of the archive, in bytes. */
  readonly sizeMax?: number
}

export function decompress(bytes: Uint8Array, options: DecompressOptions): Uint8Array | AsyncIterable<Uint8Array> {
  const { what, sizeMax = ARCHIVE_SIZE_MAX } = options
  if (!isGzip(bytes)) return bytes
  const archive =
    decompressAtOnce(bytes, Math.min(sizeMax, AT_ONCE_SIZE_MAX)) ?? decompressStream(bytes, { what, sizeMax })
  if (archive instanceof Uint8Array) refuseNested(archive, what)
  return archive
}

/** Undefined when it does not fit, or is damaged: the stream finds out which. */
function decompressAtOnce(bytes: Uint8Array, sizeMax: number): Uint8Array | undefined {
  try {
    return gunzipSync(bytes, { chunkSize: allocationFor(bytes), maxOutputLength: sizeMax })
  } catch {
    return undefined
  }
}

/** The trailer claims the unpacked size, and one buffer of that size is quickest. It may lie, so its word is bounded by the usual ratio. */
function allocationFor(bytes: Uint8Array): number {
  const trailer = Buffer.from(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).readUInt32LE()
  return Math.min(Math.max(trailer + 64, 64 * 1024), bytes.length * 16 + 64 * 1024, AT_ONCE_SIZE_MAX)
}

async function* decompressStream(
  bytes: Uint8Array,
  { what, sizeMax }: Required<DecompressOptions>,
): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: STREAM_CHUNK_SIZE })
  stream.end(bytes)
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (size === 0) refuseNested(chunk, what)
    size += chunk.length
    if (size > sizeMax) {
      throw userError('TARBALL_INVALID', `${what} is not a package: it unpacks to over ${sizeMax} bytes`)
    }
    yield chunk
  }
}

/** The attack: a second compression, which would be unpacked outside these limits. */
function refuseNested(archive: Uint8Array, what: string): void {
  if (isGzip(archive)) throw userError('TARBALL_INVALID', `${what} is not a package: it is compressed twice`)
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

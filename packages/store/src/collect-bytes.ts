/** A stream of a limited length -> one piece of memory of its own, which can be moved to another thread. */
import { userError } from '@alkahest/core'

/** In bytes, compressed. The largest packages of the public registry are below 300 MB. */
const TARBALL_SIZE_MAX = 1024 * 1024 * 1024

/** Throws `TARBALL_INVALID` when there is more than a tarball may hold; what the stream throws goes through. */
export async function collectBytes(source: Uint8Array | AsyncIterable<Uint8Array>, what: string): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return checkSize(source.length, what) && new Uint8Array(source)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    checkSize(size, what)
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

function checkSize(size: number, what: string): true {
  if (size > TARBALL_SIZE_MAX)
    throw userError('TARBALL_INVALID', `the tarball of ${what} is over ${TARBALL_SIZE_MAX} bytes`)
  return true
}

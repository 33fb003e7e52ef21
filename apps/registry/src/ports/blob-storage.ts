/**
 * The port to bytes. Laws, which one conformance suite checks for every implementation:
 *
 * 1. A blob is named by the SHA-512 of its content, and its content always hashes to its name.
 * 2. Nothing stands under a name before it is complete; a `commit` that resolved survives a kill of the process or the machine.
 * 3. Committing the same bytes twice, also at once, keeps one blob and fails for nobody.
 * 4. A reader that has begun reads to the end, also when the blob is removed meanwhile.
 * 5. What was never committed is never listed, and disappears by itself (at the next `open` of the storage at the latest).
 */
import type { Integrity } from '@alkahest/core'

export type Blob = {
  /** `sha512-...`: the blob's name. */
  readonly integrity: Integrity
  /** SHA-1 in hexadecimal digits. */
  readonly shasum: string
  /** In bytes. */
  readonly size: number
}

/** Inclusive, as in HTTP. */
export type ByteRange = { readonly start: number; readonly end: number }

export interface BlobStorage {
  /** A blob that is being written. The caller ends it with `commit` or `abort`. */
  write(): Promise<BlobWriter>
  /** The bytes, or undefined when there is no such blob. */
  read(integrity: Integrity, range?: ByteRange): Promise<AsyncIterable<Uint8Array> | undefined>
  /** In bytes, or undefined when there is no such blob. */
  size(integrity: Integrity): Promise<number | undefined>
  /** No error when it is not there. */
  remove(integrity: Integrity): Promise<void>
  /** Every committed blob, in no order. */
  list(): AsyncIterable<StoredBlob>
}

export type StoredBlob = {
  readonly integrity: Integrity
  readonly size: number
  /** When it was last committed, in milliseconds since 1970: `gc` spares the young. */
  readonly committedAt: number
}

export interface BlobWriter {
  append(bytes: Uint8Array): Promise<void>
  /** What was appended so far, from the byte given on: for those who cannot wait for the commit. */
  readBack(start: number, end: number): Promise<Uint8Array>
  /** Hashes of all that was appended; nothing can be appended after it. */
  digest(): Blob
  /** Durable when it resolves. */
  commit(): Promise<Blob>
  /** No error when it was already ended. */
  abort(): Promise<void>
}

/** All the bytes of a blob that is known to be small, or undefined when there is no such blob. */
export async function readAll(blobs: BlobStorage, integrity: Integrity): Promise<Buffer | undefined> {
  const stream = await blobs.read(integrity)
  if (stream === undefined) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Commits bytes that are already in memory. */
export async function putBytes(blobs: BlobStorage, bytes: Uint8Array): Promise<Blob> {
  const writer = await blobs.write()
  try {
    await writer.append(bytes)
    return await writer.commit()
  } catch (cause) {
    await writer.abort()
    throw cause
  }
}

/**
 * SHA-256 of files on disk. The runtime's 120 MB are asked for by the pin, the manifest and the cache of compressed files in
 * turn; as long as it is the same file they are read once.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** Smaller ones are read in one go, and are not worth remembering. */
const REMEMBERED_SIZE_MIN = 1024 * 1024
/** How much of a large one is read at once, in bytes. */
const PIECE_SIZE = 1024 * 1024
/** A release has one runtime and a few large files. */
const REMEMBERED_MAX = 100

/** By path and what changes with the content: inode, size, time of the last change. */
const remembered = new Map<string, string>()

/** Hexadecimal. */
export async function sha256OfFile(file: string): Promise<string> {
  const { ino, size, mtimeMs, ctimeMs } = await stat(file)
  const key = [file, ino, size, mtimeMs, ctimeMs].join('\0')
  const known = remembered.get(key)
  if (known !== undefined) return known
  if (size < REMEMBERED_SIZE_MIN) return sha256Of(await readFile(file))
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: PIECE_SIZE }), hash)
  const digest = hash.digest('hex')
  if (remembered.size >= REMEMBERED_MAX) remembered.clear()
  remembered.set(key, digest)
  return digest
}

/** Hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

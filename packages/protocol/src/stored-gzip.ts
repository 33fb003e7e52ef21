/**
 * Gzip without compression (RFC 1951 "stored" blocks, RFC 1952): bytes that no version of zlib can make differ, for
 * tarballs that are packed on many machines and must hash to the same.
 */
import { crc32 } from 'node:zlib'

/** A stored block gives its length in 16 bits. */
const BLOCK_SIZE_MAX = 0xffff

/** Magic number, method deflate, no flags, no time, no extra flags, system unknown. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

export function storedGzip(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [HEADER]
  for (let start = 0; start === 0 || start < bytes.length; start += BLOCK_SIZE_MAX) {
    const block = bytes.subarray(start, start + BLOCK_SIZE_MAX)
    const head = Buffer.alloc(5)
    head.writeUInt8(start + BLOCK_SIZE_MAX >= bytes.length ? 1 : 0, 0)
    head.writeUInt16LE(block.length, 1)
    head.writeUInt16LE(0xffff - block.length, 3)
    parts.push(head, block)
  }
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(bytes), 0)
  trailer.writeUInt32LE(bytes.length >>> 0, 4)
  return Buffer.concat([...parts, trailer])
}

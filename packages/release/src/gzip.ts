/**
 * Reproducible gzip. A gzip file may be several members one after the other, and every reader gives back the joined
 * contents; so a large file gets a member of its own, whose compressed form depends on nothing but its content and can be
 * kept for the next release. Node's own gzip writes the operating system into its header; ours is fixed.
 */
import { crc32, deflateRaw } from 'node:zlib'
import { promisify } from 'node:util'

/** No name, no time, no flags, unknown system (255). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

/** zlib's own default: level 9 takes twice the time for half a percent. */
const LEVEL = 6

const deflate = promisify(deflateRaw)

/** One member. The same bytes give the same member on the same processor architecture and zlib. */
export async function gzipMember(bytes: Uint8Array): Promise<Uint8Array> {
  const body = await deflate(bytes, { level: LEVEL, memLevel: 8 })
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(bytes), 0)
  trailer.writeUInt32LE(bytes.length % 2 ** 32, 4)
  return Buffer.concat([HEADER, body, trailer])
}

/** `alk release verify`: whether a tarball that was made is still what its SHA256SUMS say. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { userError } from '@alkahest/core'
import { readTextFile } from '@alkahest/project'

/** The digest, hexadecimal. Throws `RELEASE_TARBALL_MISSING` or `RELEASE_TARBALL_INVALID`. */
export async function verifyChecksum(tarball: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(tarball), hash)
  } catch (cause) {
    throw userError('RELEASE_TARBALL_MISSING', `${tarball} is not there to be verified`, {
      hint: 'make it with alk release, with the same name, --target and --destination',
      cause,
    })
  }
  const found = hash.digest('hex')
  const sums = join(dirname(tarball), 'SHA256SUMS')
  const lines = ((await readTextFile(sums)) ?? '').split('\n')
  const wanted = lines.find((line) => line.slice(66) === basename(tarball))?.slice(0, 64)
  if (wanted === found) return found
  throw userError(
    'RELEASE_TARBALL_INVALID',
    wanted === undefined ? `${sums} does not name ${basename(tarball)}` : `${tarball} is not what ${sums} says`,
    { hint: 'make the release again with --overwrite' },
  )
}

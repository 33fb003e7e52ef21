/**
 * `alk release verify --rebuild`: the same sources make the same bytes, tried. The release is made again in another folder
 * and compared with the tarball that exists; when they differ, entry by entry.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { userError } from '@alkahest/core'
import { assembleRelease } from './assemble.ts'
import type { ReleaseHost } from './release-host.ts'
import type { Release } from './release.ts'
import { sortedPaths } from './release-file.ts'
import { withTemporaryFolder } from './temporary-folder.ts'

export type TarDifference = {
  readonly path: string
  readonly problem: 'only in the first' | 'only in the second' | 'other content' | 'other header'
}

export type RebuildReport = {
  /** Of the tar inside: what must be the same on every machine. */
  readonly identical: boolean
  readonly tarSha256: readonly [string, string]
  readonly differences: readonly TarDifference[]
}

/** The release's tarball must exist; it is not touched. `again` is the same release planned from where it is made again. */
export async function verifyRebuild(
  release: Release,
  host: ReleaseHost,
  again: Release = release,
): Promise<RebuildReport> {
  return await withTemporaryFolder(async (folder) => {
    const rebuilt = { ...again, tarball: join(folder, basename(release.tarball)) }
    await assembleRelease(rebuilt, host)
    return await compareTarballs(release.tarball, rebuilt.tarball)
  })
}

/** How many differences the sentence names; the details have all. */
const SHOWN_MAX = 20

/** The digest that both tars have. Throws `RELEASE_NOT_REPRODUCIBLE`, naming the entries that differ. */
export function checkRebuild(tarball: string, report: RebuildReport): string {
  const { differences, identical, tarSha256 } = report
  if (identical) return tarSha256[0]
  const shown = differences.slice(0, SHOWN_MAX).map(({ path, problem }) => `\n  ${path}: ${problem}`)
  const rest = differences.length - shown.length
  throw userError(
    'RELEASE_NOT_REPRODUCIBLE',
    `made again, ${tarball} (the first) has ${differences.length} entries that differ${shown.join('')}${
      rest > 0 ? `\n  and ${rest} more` : ''
    }`,
    {
      hint: 'the sources may have changed since, or the build depends on its folder, the time, or files that git ignores',
      details: { tarball, tarSha256, differences },
    },
  )
}

export async function compareTarballs(first: string, second: string): Promise<RebuildReport> {
  const [left, right] = [await readTarball(first), await readTarball(second)]
  return {
    identical: left.sha256 === right.sha256,
    tarSha256: [left.sha256, right.sha256],
    differences: sortedPaths(new Set([...left.entries.keys(), ...right.entries.keys()])).flatMap((path) => {
      const problem = problemOf(left.entries.get(path), right.entries.get(path))
      return problem === undefined ? [] : [{ path, problem }]
    }),
  }
}

/** Digests of an entry's header and content. */
type Entry = { readonly header: string; readonly content: string }

function problemOf(left: Entry | undefined, right: Entry | undefined): TarDifference['problem'] | undefined {
  if (left === undefined) return 'only in the second'
  if (right === undefined) return 'only in the first'
  if (left.content !== right.content) return 'other content'
  return left.header === right.header ? undefined : 'other header'
}

const BLOCK = 512

async function readTarball(
  file: string,
): Promise<{ readonly sha256: string; readonly entries: ReadonlyMap<string, Entry> }> {
  const tar = gunzip(await readFile(file), file)
  const entries = new Map<string, Entry>()
  let longPath: string | undefined
  for (let offset = 0; offset + BLOCK <= tar.length && tar[offset] !== 0;) {
    const header = tar.subarray(offset, offset + BLOCK)
    const size = Number.parseInt(header.toString('latin1', 124, 135), 8)
    if (!(size >= 0)) throw notOurs(file)
    const content = tar.subarray(offset + BLOCK, offset + BLOCK + size)
    if (header[156] === 'x'.charCodeAt(0)) longPath = /path=(.*)\n/.exec(content.toString('utf8'))?.[1]
    else {
      const name = header.toString('utf8', 0, header.indexOf(0) > 100 ? 100 : header.indexOf(0))
      entries.set(longPath ?? name, { header: digest(header), content: digest(content) })
      longPath = undefined
    }
    offset += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return { sha256: digest(tar), entries }
}

function gunzip(bytes: Uint8Array, file: string): Buffer {
  try {
    return gunzipSync(bytes)
  } catch (cause) {
    throw notOurs(file, cause)
  }
}

function notOurs(file: string, cause?: unknown): Error {
  return userError('RELEASE_TARBALL_INVALID', `${file} is not an archive that alk release made`, { cause })
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

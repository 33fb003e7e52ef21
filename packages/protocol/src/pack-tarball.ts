/**
 * Files -> a package's tarball, the same bytes every time: entries sorted, one fixed time (npm's own), no owner, two modes.
 * Which files belong to a package is `project`'s decision; here they are only written down.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { computeIntegrity, userError } from '@alkahest/core'
import type { Integrity } from '@alkahest/core'
import { Header, Pax } from 'tar'
import { storedGzip } from './stored-gzip.ts'
import { checkEntryPath } from './tarball-report.ts'
import type { TarballFile } from './tarball-report.ts'

/** 26 October 1985, 08:15 UTC: what npm writes, so that archives do not differ by the clock. */
const ENTRY_TIME = new Date('1985-10-26T08:15:00.000Z')

const BLOCK_SIZE = 512

/** Byte 9 of a gzip header names the operating system; 255 is "unknown", and the same everywhere. */
const GZIP_SYSTEM_OFFSET = 9

export type PackFile = {
  /** Relative to the package, POSIX. */
  readonly path: string
  readonly content: Uint8Array
  readonly executable?: boolean
}

export type PackedTarball = {
  readonly bytes: Uint8Array
  readonly integrity: Integrity
  /** SHA-1 in hexadecimal digits: what old clients check. */
  readonly shasum: string
  /** Sorted by path. */
  readonly files: readonly TarballFile[]
  /** In bytes. */
  readonly unpackedSize: number
}

export type PackTarballOptions = {
  /** Without compression: the same bytes whatever zlib this Node has. */
  readonly isStored?: boolean
}

/** Packs the files under `package/`; throws `TARBALL_INVALID` for a path that is hostile or occurs twice. */
export function packTarball(files: readonly PackFile[], { isStored = false }: PackTarballOptions = {}): PackedTarball {
  const sorted = files.toSorted((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)))
  const blocks: Uint8Array[] = []
  let previous: string | undefined
  for (const file of sorted) {
    checkPath(file.path, previous)
    previous = file.path
    blocks.push(...entryBlocks(file))
  }
  blocks.push(Buffer.alloc(2 * BLOCK_SIZE))
  const archive = Buffer.concat(blocks)
  const bytes = isStored ? storedGzip(archive) : gzipSync(archive, { level: 9 })
  bytes[GZIP_SYSTEM_OFFSET] = 255
  return {
    bytes,
    integrity: computeIntegrity(bytes),
    shasum: createHash('sha1').update(bytes).digest('hex'),
    files: sorted.map((file) => ({
      path: file.path,
      size: file.content.length,
      executable: file.executable === true,
    })),
    unpackedSize: sorted.reduce((sum, file) => sum + file.content.length, 0),
  }
}

function checkPath(path: string, previous: string | undefined): void {
  const checked = checkEntryPath(`package/${path}`)
  if (checked.kind !== 'inside' || checked.path !== path) {
    throw userError('TARBALL_INVALID', `${JSON.stringify(path)} cannot be packed: it is not a path inside the package`)
  }
  if (path === previous) throw userError('TARBALL_INVALID', `${JSON.stringify(path)} cannot be packed twice`)
}

function entryBlocks(file: PackFile): Uint8Array[] {
  const fields = {
    path: `package/${file.path}`,
    mode: file.executable === true ? 0o755 : 0o644,
    size: file.content.length,
    mtime: ENTRY_TIME,
    type: 'File' as const,
  }
  const block = Buffer.alloc(BLOCK_SIZE)
  const needsPax = new Header(fields).encode(block, 0)
  // Only the path can need it: everything else is fixed or fits.
  const pax = needsPax ? [new Pax({ path: fields.path, mtime: ENTRY_TIME }).encode()] : []
  const padding = Buffer.alloc((BLOCK_SIZE - (file.content.length % BLOCK_SIZE)) % BLOCK_SIZE)
  return [...pax, block, file.content, padding]
}

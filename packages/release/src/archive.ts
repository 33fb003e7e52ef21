/**
 * Writes a release's tree as a `.tar.gz`: to a temporary name, synced, then renamed, so that a tarball that exists is
 * whole. The tar is cut into gzip members at large files; see gzip.ts for why.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { sha256Of, sha256OfFile } from './file-digest.ts'
import { gzipMember } from './gzip.ts'
import { sortedPaths } from './release-file.ts'
import type { ReleaseFile, ReleaseTree } from './release-file.ts'
import { tarEnd, tarHeader, tarPadding } from './tar.ts'

/** From here on a file gets a gzip member of its own: the runtime, hardly ever anything else. */
const LARGE_FILE = 8 * 1024 * 1024
/** How much of the tar is gathered before it is compressed. */
const MEMBER_SIZE = 16 * 1024 * 1024

export type ArchiveOptions = {
  readonly sourceDateEpoch: number
  /** Where compressed large files are kept by the hash of their content; undefined: nowhere. */
  readonly cacheFolder: string | undefined
}

export type ArchiveReport = {
  /** Of the `.tar.gz`, in bytes. */
  readonly size: number
  /** Hexadecimal, of the `.tar.gz`. */
  readonly sha256: string
  /** Hexadecimal, of the tar inside. */
  readonly tarSha256: string
  readonly files: number
}

export async function writeArchive(tree: ReleaseTree, file: string, options: ArchiveOptions): Promise<ArchiveReport> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  try {
    const report = await writeMembers(tree, temporary, options)
    await rename(temporary, file)
    return report
  } finally {
    await rm(temporary, { force: true })
  }
}

async function writeMembers(tree: ReleaseTree, file: string, options: ArchiveOptions): Promise<ArchiveReport> {
  const output = await open(file, 'wx')
  const compressed = createHash('sha256')
  const plain = createHash('sha256')
  let size = 0
  const write = async (member: Uint8Array): Promise<void> => {
    compressed.update(member)
    size += member.length
    await output.writeFile(member)
  }
  let gathered: Uint8Array[] = []
  let gatheredSize = 0
  const gather = (...blocks: readonly Uint8Array[]): void => {
    for (const block of blocks) {
      plain.update(block)
      gathered.push(block)
      gatheredSize += block.length
    }
  }
  const flush = async (): Promise<void> => {
    if (gatheredSize > 0) await write(await gzipMember(Buffer.concat(gathered)))
    gathered = []
    gatheredSize = 0
  }
  try {
    for (const [path, entry] of entriesWithFolders(tree)) {
      const bytes = await contentOf(entry)
      const kind = entry === 'folder' ? 'folder' : entry.kind === 'link' ? 'link' : 'file'
      const executable = entry !== 'folder' && entry.kind !== 'link' && entry.executable
      const target = entry !== 'folder' && entry.kind === 'link' ? entry.target : ''
      gather(tarHeader({ path, kind, executable, size: bytes.length, target }, options.sourceDateEpoch))
      if (bytes.length >= LARGE_FILE) {
        await flush()
        plain.update(bytes)
        await write(await largeMember(bytes, await digestOf(entry, bytes), options.cacheFolder))
      } else {
        gather(bytes)
      }
      gather(tarPadding(bytes.length))
      if (gatheredSize >= MEMBER_SIZE) await flush()
    }
    gather(tarEnd())
    await flush()
    await output.sync()
  } finally {
    await output.close()
  }
  return { size, sha256: compressed.digest('hex'), tarSha256: plain.digest('hex'), files: tree.size }
}

/** Every folder before what is in it, the whole sorted. */
function entriesWithFolders(tree: ReleaseTree): readonly (readonly [string, ReleaseFile | 'folder'])[] {
  const folders = new Set<string>()
  for (const path of tree.keys()) {
    for (let folder = parentOf(path); folder !== '' && !folders.has(folder); folder = parentOf(folder))
      folders.add(folder)
  }
  return sortedPaths([...tree.keys(), ...folders]).map((path) => [path, tree.get(path) ?? 'folder'])
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0))
}

async function contentOf(entry: ReleaseFile | 'folder'): Promise<Uint8Array> {
  if (entry === 'folder' || entry.kind === 'link') return new Uint8Array()
  return entry.kind === 'bytes' ? entry.bytes : await readFile(entry.file)
}

/** Of the bytes that were just read: a file that changed since it was hashed is hashed again. */
async function digestOf(entry: ReleaseFile | 'folder', bytes: Uint8Array): Promise<string> {
  if (entry !== 'folder' && entry.kind === 'file') return await sha256OfFile(entry.file)
  return sha256Of(bytes)
}

/** The compressed form of a large file, kept under the hash of its content and the zlib that made it. */
async function largeMember(bytes: Uint8Array, sha256: string, cacheFolder: string | undefined): Promise<Uint8Array> {
  if (cacheFolder === undefined) return await gzipMember(bytes)
  const key = `${sha256}-${process.versions.zlib}-${process.arch}`
  const file = join(cacheFolder, `${key}.member`)
  const kept = await readIfWhole(file)
  if (kept !== undefined) return kept
  const member = await gzipMember(bytes)
  await mkdir(cacheFolder, { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  await writeFile(temporary, Buffer.concat([checksumOf(member), member]))
  await rename(temporary, file)
  return member
}

/** A cache that a crash or a bad disk damaged is as good as none: its first four bytes are the checksum of the rest. */
async function readIfWhole(file: string): Promise<Uint8Array | undefined> {
  const exists = await stat(file).then(
    () => true,
    () => false,
  )
  if (!exists) return undefined
  const content = await readFile(file)
  const member = content.subarray(CHECKSUM_LENGTH)
  return checksumOf(member).equals(content.subarray(0, CHECKSUM_LENGTH)) ? member : undefined
}

const CHECKSUM_LENGTH = 4

/** Against damage alone: whoever can write here could as well write the checksum. A tenth of the time of a hash. */
function checksumOf(member: Uint8Array): Buffer {
  const checksum = Buffer.alloc(CHECKSUM_LENGTH)
  checksum.writeUInt32BE(crc32(member))
  return checksum
}

/**
 * A tarball's bytes -> an entry of the store, or an error and nothing. Runs in a worker or in the caller's thread alike, and
 * writes synchronously: one thread is busy with one package. Algorithm: docs/internals/store.md, "put".
 */
import { createHash, hash, randomUUID } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { integrityAlgorithm, integrityMismatch, userError } from '@alkahest/core'
import type { Integrity } from '@alkahest/core'
import { readTarball } from '@alkahest/protocol'
import type { TarballContents, TarballFile } from '@alkahest/protocol'
import { decompress } from './decompress.ts'
import { storeError } from './disk-error.ts'
import { formatEntryIndex, parseEntryFacts } from './entry-index.ts'
import type { EntryFacts } from './entry-index.ts'
import { entryPaths } from './entry-paths.ts'
import { readPackageFacts } from './package-facts.ts'

/** A report of more is no help to anybody. */
const OMITTED_MAX = 100

export type ExtractRequest = {
  /** The store's folder. */
  readonly store: string
  /** What the bytes must hash to; undefined when nothing is known. */
  readonly integrity: Integrity | undefined
  /** `name@version`, for errors. */
  readonly what: string
  readonly bytes: Uint8Array
}

/** Throws `INTEGRITY_MISMATCH`, `TARBALL_INVALID` or `STORE_WRITE_FAILED`; then nothing has changed. */
export async function extractPackage(request: ExtractRequest): Promise<EntryFacts> {
  const integrity = checkIntegrity(request)
  const temporary = join(entryPaths.temporary(request.store), randomUUID())
  try {
    const facts = readEntry(request.store, integrity) ?? (await makeEntry(request, integrity, temporary))
    if (request.integrity !== undefined && request.integrity !== integrity)
      writeAlias(request.store, request.integrity, integrity)
    return facts
  } catch (cause) {
    rmSync(temporary, { recursive: true, force: true })
    throw storeError(request.what, cause)
  }
}

/** The sha512 of the bytes, after they were found to be what was promised. */
function checkIntegrity({ bytes, integrity, what }: ExtractRequest): Integrity {
  const strong = `sha512-${hash('sha512', bytes, 'base64')}` as Integrity
  if (integrity === undefined) return strong
  const algorithm = integrityAlgorithm(integrity)
  const found = algorithm === 'sha512' ? strong : `${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`
  if (found !== integrity) throw integrityMismatch(what, integrity, found)
  return strong
}

/** The same bytes may be here already, promised under another hash or put by another process. */
function readEntry(store: string, integrity: Integrity): EntryFacts | undefined {
  const index = entryPaths.index(entryPaths.entry(store, integrity))
  return existsSync(index) ? parseEntryFacts(readFileSync(index, 'utf8')) : undefined
}

async function makeEntry(request: ExtractRequest, integrity: Integrity, temporary: string): Promise<EntryFacts> {
  mkdirSync(temporary)
  const facts = await writeEntry(request, integrity, temporary)
  publish(temporary, entryPaths.entry(request.store, integrity))
  return facts
}

async function writeEntry(request: ExtractRequest, integrity: Integrity, temporary: string): Promise<EntryFacts> {
  const writer = new FileWriter(temporary, request.what)
  const contents = await readTarball(decompress(request.bytes, { what: request.what }), {
    place: request.what,
    onFile: (file, content) => writer.write(file, content),
  })
  refuseHostile(request.what, contents)
  const { files, checksums } = writer.finish()
  const packageFacts = readPackageFacts({
    manifest: contents.manifest,
    what: request.what,
    paths: new Set(writer.paths()),
  })
  const commands = new Set(Object.values(packageFacts.bin))
  const facts: EntryFacts = {
    integrity,
    ...packageFacts,
    crlfBins: [...commands].filter((path) => writer.hasCrlfShebang(path)).sort(),
    omitted: contents.report.omitted.slice(0, OMITTED_MAX).map((entry) => entry.path),
    files: files.map((file) => ({ ...file, executable: file.executable || commands.has(file.path) })),
  }
  for (const file of files) {
    if (commands.has(file.path) && !file.executable) chmodSync(entryPaths.file(temporary, file.path), 0o755)
  }
  writeFileSync(entryPaths.index(temporary), formatEntryIndex({ facts, checksums }))
  return facts
}

function refuseHostile(what: string, { report }: TarballContents): void {
  const worst = report.invalid[0]
  if (worst === undefined) return
  const others = report.invalid.length === 1 ? '' : ` (and ${report.invalid.length - 1} more entries like it)`
  throw userError(
    'TARBALL_INVALID',
    `${what} is hostile or damaged: of ${JSON.stringify(worst.path.slice(0, 200))}, ${worst.reason}${others}`,
    {
      hint: 'nothing was installed from it; use another version, and tell whoever publishes it',
      details: { entries: report.invalid.slice(0, 20) },
    },
  )
}

/** Another process may have been quicker with the same bytes; theirs is as good as ours. What is damaged makes room. */
function publish(temporary: string, entry: string): void {
  try {
    renameSync(temporary, entry)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw cause
    const index = entryPaths.index(entry)
    const isWhole = existsSync(index) && parseEntryFacts(readFileSync(index, 'utf8')) !== undefined
    if (!isWhole) {
      renameSync(entry, `${temporary}.damaged`)
      renameSync(temporary, entry)
    }
    rmSync(isWhole ? temporary : `${temporary}.damaged`, { recursive: true, force: true })
  }
}

function writeAlias(store: string, weak: Integrity, strong: Integrity): void {
  mkdirSync(entryPaths.aliases(store), { recursive: true })
  const path = entryPaths.alias(store, weak)
  const temporary = `${path}.${randomUUID()}`
  writeFileSync(temporary, `${strong}\n`)
  renameSync(temporary, path)
}

/** Writes the files of one archive, each under a path that `readTarball` has checked. */
class FileWriter {
  readonly #root: string
  readonly #what: string
  readonly #folders = new Set<string>()
  readonly #files = new Map<string, TarballFile & { checksum: number }>()
  readonly #crlfShebangs = new Set<string>()

  constructor(root: string, what: string) {
    this.#root = root
    this.#what = what
  }

  paths(): Iterable<string> {
    return this.#files.keys()
  }

  hasCrlfShebang(path: string): boolean {
    return this.#crlfShebangs.has(path)
  }

  write(file: TarballFile, content: Uint8Array): void {
    const slash = file.path.lastIndexOf('/')
    if (slash !== -1) this.#noteFolder(file.path.slice(0, slash))
    const path = entryPaths.file(this.#root, file.path)
    const mode = file.executable ? 0o755 : 0o644
    // Exclusive: nothing that was written before is followed or overwritten unless it is taken away first.
    if (this.#folders.has(file.path)) throw this.#isBoth(file.path)
    const descriptor = this.#files.has(file.path) ? this.#replace(path, mode) : this.#create(path, file.path, mode)
    try {
      for (let written = 0; written < content.length;) written += writeSync(descriptor, content, written)
    } finally {
      closeSync(descriptor)
    }
    this.#files.set(file.path, { ...file, size: content.length, checksum: crc32(content) })
    if (hasCrlfShebang(content)) this.#crlfShebangs.add(file.path)
    else this.#crlfShebangs.delete(file.path)
  }

  /** Sorted by path, so that the order of the archive makes no difference. */
  finish(): { files: readonly TarballFile[]; checksums: readonly number[] } {
    const rows = [...this.#files.values()].sort((left, right) => (left.path < right.path ? -1 : 1))
    return {
      files: rows.map(({ path, size, executable }) => ({ path, size, executable })),
      checksums: rows.map((row) => row.checksum),
    }
  }

  #create(path: string, wanted: string, mode: number): number {
    try {
      return openSync(path, 'wx', mode)
    } catch (cause) {
      // Known under no path of ours, and yet it exists: the file system does not tell upper from lower case.
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
      const folded = wanted.toLowerCase()
      const twin = [...this.#files.keys()].find((known) => known.toLowerCase() === folded)
      if (twin === undefined) throw cause
      this.#files.delete(twin)
      return this.#replace(path, mode)
    }
  }

  #replace(path: string, mode: number): number {
    rmSync(path)
    return openSync(path, 'wx', mode)
  }

  /** Projects make it, and none can when it is a file, too. */
  #noteFolder(path: string): void {
    if (this.#folders.has(path)) return
    if (this.#files.has(path)) throw this.#isBoth(path)
    const slash = path.lastIndexOf('/')
    if (slash !== -1) this.#noteFolder(path.slice(0, slash))
    this.#folders.add(path)
  }

  #isBoth(path: string): Error {
    return userError(
      'TARBALL_INVALID',
      `${this.#what} is hostile or damaged: ${JSON.stringify(path)} is a file and a folder at once`,
    )
  }
}

/** How much of a file is looked at for its first line; kernels read no further. */
const SHEBANG_LENGTH_MAX = 256

function hasCrlfShebang(content: Uint8Array): boolean {
  if (content[0] !== 0x23 || content[1] !== 0x21) return false
  const newline = content.subarray(0, SHEBANG_LENGTH_MAX).indexOf(0x0a)
  return newline > 0 && content[newline - 1] === 0x0d
}

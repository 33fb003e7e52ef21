/**
 * Reads a package's tarball without trusting it: what it holds, what its package.json says, and what in it is hostile.
 * The archive format is node-tar's business; which entries count, and how much of them, is decided here.
 */
import { createGunzip, gunzipSync } from 'node:zlib'
import { asJsonObject, parseJson, userError } from '@alkahest/core'
import type { JsonObject } from '@alkahest/core'
import type { Parser, ReadEntry } from 'tar'
import { readPlainArchive } from './plain-archive.ts'
import type { PlainEntry } from './plain-archive.ts'
import { checkEntryPath, defaultTarballLimits } from './tarball-report.ts'
import type { RejectedEntry, TarballFile, TarballLimits, TarballReport } from './tarball-report.ts'

/** Up to this size unpacking at once is quicker than a stream and blocks for less than a few milliseconds. */
const UNPACK_AT_ONCE_MAX = 256 * 1024

/** What at-once unpacking may come to; beyond it the stream takes over, which checks its limits as it goes. */
const UNPACKED_AT_ONCE_MAX = 4 * 1024 * 1024

/** Archives are padded to some ten kilobytes. In bytes, unpacked. */
const TAIL_SIZE_MAX = 4 * 1024 * 1024

/** As much of the README as registries keep. */
const README_SIZE_MAX = 64 * 1024

export type ReadTarballOptions = {
  /** What the tarball is called in errors, for example `name@1.0.0`. */
  readonly place: string
  readonly limits?: Partial<TarballLimits>
  /** Called for every included file, in the archive's order, before reading goes on. */
  readonly onFile?: (file: TarballFile, content: Uint8Array) => void
}

export type TarballContents = {
  /** The package.json of the tarball, whose name and version nobody has checked yet. */
  readonly manifest: JsonObject
  readonly report: TarballReport
  readonly fileCount: number
  /** In bytes. */
  readonly unpackedSize: number
  readonly readme: { readonly path: string; readonly text: string } | undefined
  readonly hasShrinkwrap: boolean
  /** Whether `binding.gyp` lies at the root: npm then builds it, as if an install script said so. */
  readonly hasBindingGyp: boolean
  /** Plain tar archives exist among the oldest packages. */
  readonly gzip: boolean
}

/** Reads all of it or throws `TARBALL_INVALID`; hostile entries do not throw, they stand in the report. */
export async function readTarball(
  source: Uint8Array | AsyncIterable<Uint8Array>,
  options: ReadTarballOptions,
): Promise<TarballContents> {
  const reader = new EntryReader(options, 'first-folder')
  return reader.finish(await readThrough(source, reader))
}

export type ReadArchiveOptions = {
  /** What the archive is called in errors. */
  readonly place: string
  readonly limits?: Partial<TarballLimits>
  readonly onFile?: (file: TarballFile, content: Uint8Array) => void
}

export type ArchiveContents = Omit<TarballContents, 'manifest' | 'hasShrinkwrap' | 'hasBindingGyp'>

/**
 * Reads an archive whose files stand at its root, without a package.json: Hex's. The rules and limits are those of {@link readTarball}. Throws
 * `TARBALL_INVALID`.
 */
export async function readArchive(
  source: Uint8Array | AsyncIterable<Uint8Array>,
  options: ReadArchiveOptions,
): Promise<ArchiveContents> {
  const reader = new EntryReader(options, 'archive')
  return reader.finishArchive(await readThrough(source, reader))
}

/** Whether it was compressed. */
async function readThrough(source: Uint8Array | AsyncIterable<Uint8Array>, reader: EntryReader): Promise<boolean> {
  try {
    return await (source instanceof Uint8Array ? readBytes(source, reader) : readStream(source, reader))
  } catch (cause) {
    throw isZlibError(cause) ? reader.damaged(cause) : cause
  }
}

async function readBytes(bytes: Uint8Array, reader: EntryReader): Promise<boolean> {
  if (!isGzip(bytes)) {
    await reader.writeWhole(bytes)
    return false
  }
  const unpacked = bytes.length <= UNPACK_AT_ONCE_MAX ? gunzipAtOnce(bytes) : undefined
  if (unpacked !== undefined) await reader.writeWhole(unpacked)
  else await readChunks(gunzip([bytes]), reader)
  return true
}

async function readStream(source: AsyncIterable<Uint8Array>, reader: EntryReader): Promise<boolean> {
  const { first, all } = await peek(source)
  const gzip = isGzip(first)
  await readChunks(gzip ? gunzip(all) : all, reader)
  return gzip
}

/**
 * What follows the end of the archive is read so far that a cut compression is found out, and parsed no more. The attack is
 * a tail without end.
 */
async function readChunks(chunks: AsyncIterable<Uint8Array>, reader: EntryReader): Promise<void> {
  await reader.openParser()
  let tail = 0
  for await (const chunk of chunks) {
    if (!reader.isAtEnd) reader.write(chunk)
    else if ((tail += chunk.length) > TAIL_SIZE_MAX) return
  }
}

/** Undefined when it would come to more than fits: the stream then reads it, with every limit in force. */
function gunzipAtOnce(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: UNPACKED_AT_ONCE_MAX })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw cause
  }
}

async function* gunzip(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = createGunzip()
  const feed = async (): Promise<void> => {
    for await (const chunk of source) {
      if (stream.destroyed) return
      await new Promise<void>((resolve) => stream.write(chunk, () => resolve()))
    }
    stream.end()
  }
  // A failing source fails the reader below, which is the one that reports it.
  feed().catch((cause: unknown) => stream.destroy(cause as Error))
  try {
    for await (const chunk of stream) yield chunk as Uint8Array
  } finally {
    stream.destroy()
  }
}

async function peek(source: AsyncIterable<Uint8Array>): Promise<{ first: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array()
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    head = Buffer.concat([head, next.value])
    if (head.length >= 2) break
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield head
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { first: head, all: all() }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

function isZlibError(cause: unknown): cause is Error & { code: string } {
  const code = (cause as { code?: unknown } | null)?.code
  return typeof code === 'string' && (code.startsWith('Z_') || code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END')
}

function invalidTarball(place: string, reason: string, cause?: unknown): Error {
  return userError('TARBALL_INVALID', `${place} is not a package: ${reason}`, cause === undefined ? {} : { cause })
}

/** Sorts the entries of one archive as they pass by. */
class EntryReader {
  readonly #options: ReadTarballOptions
  /** Where the package begins: below the first folder of every path (npm), or at the root of the archive (Hex). */
  readonly #root: 'first-folder' | 'archive'
  readonly #limits: TarballLimits
  /** node-tar's, which takes as long to load as a hundred small packages take to read; there is none for plain archives. */
  #parser: Parser | undefined
  readonly #included: TarballFile[] = []
  readonly #omitted: RejectedEntry[] = []
  readonly #invalid: RejectedEntry[] = []
  #started = false
  #entryCount = 0
  #unpackedSize = 0
  #manifest: Buffer | undefined
  #readme: { path: string; text: string } | undefined
  /** Two blocks of zeros, or the end of the bytes. */
  isAtEnd = false
  /** The parser reports through events; the first failure waits here until the chunk is written. */
  #failure: Error | undefined

  constructor(options: ReadTarballOptions, root: 'first-folder' | 'archive') {
    this.#options = options
    this.#root = root
    this.#limits = { ...defaultTarballLimits, ...options.limits }
  }

  /** Before the first {@link write}. */
  async openParser(): Promise<void> {
    const tar = await import('tar')
    this.#parser = new tar.Parser({
      onReadEntry: (entry) => this.#onEntry(entry),
      onwarn: (code, message) => this.#onWarning(code, message),
    })
    // What the parser does not know (sparse files, extended headers beyond measure) it would leave out without a word.
    this.#parser.on('ignoredEntry', (entry: ReadEntry) => {
      this.#reject(this.#invalid, entry.path, `it is a ${entry.type} that nobody can unpack`)
    })
    this.#parser.on('eof', () => {
      this.isAtEnd = true
    })
  }

  /** All of the archive in one piece. */
  async writeWhole(archive: Uint8Array): Promise<void> {
    const entries = readPlainArchive(archive)
    if (entries !== undefined) {
      for (const entry of entries) this.#onPlainEntry(entry)
      return
    }
    await this.openParser()
    this.write(archive)
  }

  write(chunk: Uint8Array): void {
    // The attack: a second compression inside the first, which the parser would unpack without our limits.
    if (!this.#started && (isGzip(chunk) || isZstd(chunk))) throw this.#fail('it is compressed twice')
    this.#started ||= chunk.length > 0
    this.#parser?.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    if (this.#failure !== undefined) throw this.#failure
  }

  finish(gzip: boolean): TarballContents {
    const contents = this.finishArchive(gzip)
    if (this.#manifest === undefined) throw this.#fail('it holds no package.json')
    const has = (path: string): boolean => this.#included.some((file) => file.path === path)
    return {
      ...contents,
      manifest: this.#parseManifest(this.#manifest),
      hasShrinkwrap: has('npm-shrinkwrap.json'),
      hasBindingGyp: has('binding.gyp'),
    }
  }

  finishArchive(gzip: boolean): ArchiveContents {
    this.#parser?.end()
    if (this.#failure !== undefined) throw this.#failure
    return {
      report: { included: this.#included, omitted: this.#omitted, invalid: this.#invalid },
      fileCount: new Set(this.#included.map((file) => file.path)).size,
      unpackedSize: this.#unpackedSize,
      readme: this.#readme,
      gzip,
    }
  }

  #onEntry(entry: ReadEntry): void {
    const verdict = this.#judge(entry)
    if (verdict === undefined || this.#failure !== undefined) {
      entry.resume()
      return
    }
    this.#included.push(verdict)
    const kept = this.#keeps(verdict)
    if (!kept) {
      entry.resume()
      return
    }
    const chunks: Buffer[] = []
    entry.on('data', (chunk) => chunks.push(chunk))
    entry.on('end', () => this.#onContent(verdict, Buffer.concat(chunks)))
  }

  #onPlainEntry(entry: PlainEntry): void {
    const verdict = this.#judge(entry)
    if (this.#failure !== undefined) throw this.#failure
    if (verdict === undefined) return
    this.#included.push(verdict)
    if (this.#keeps(verdict)) this.#onContent(verdict, entry.content)
  }

  /** The file that an entry is, or undefined when it is none that counts; limits fail the whole archive. */
  #judge(entry: ReadEntry | PlainEntry): TarballFile | undefined {
    this.#entryCount++
    if (this.#entryCount > this.#limits.entryCountMax) {
      this.#failure ??= this.#fail(`it holds over ${this.#limits.entryCountMax} entries`)
    }
    const checked = checkEntryPath(this.#rooted(entry.path))
    if (checked.kind === 'hostile') return this.#reject(this.#invalid, entry.path, checked.reason)
    if (entry.type === 'Directory' || entry.type === 'GNUDumpDir') return undefined
    if (entry.type === 'SymbolicLink' || entry.type === 'Link') return this.#judgeLink(entry)
    if (entry.type !== 'File' && entry.type !== 'OldFile' && entry.type !== 'ContiguousFile') {
      return this.#reject(this.#invalid, entry.path, `it is a ${entry.type}`)
    }
    if (checked.kind === 'beside') return this.#reject(this.#omitted, entry.path, 'it lies beside the root folder')
    this.#unpackedSize += entry.size
    if (this.#unpackedSize > this.#limits.unpackedSizeMax) {
      this.#failure ??= this.#fail(`it unpacks to over ${this.#limits.unpackedSizeMax} bytes`)
    }
    if (checked.path === 'package.json' && entry.size > this.#limits.manifestSizeMax) {
      this.#failure ??= this.#fail(`its package.json is over ${this.#limits.manifestSizeMax} bytes`)
    }
    return { path: checked.path, size: entry.size, executable: ((entry.mode ?? 0) & 0o111) !== 0 }
  }

  /** The path below some first folder; an absolute one stays what it is, so that it is refused as such. */
  #rooted(path: string): string {
    return this.#root === 'first-folder' || /^[\\/]/.test(path) ? path : `root/${path}`
  }

  /** Clients skip links; one that points out of the package was put there for a client that does not. */
  #judgeLink(entry: ReadEntry): undefined {
    const target = entry.linkpath ?? ''
    const segments = target.split(/[\\/]/)
    const base = entry.type === 'Link' ? [] : this.#rooted(entry.path).split('/').slice(1, -1)
    let depth = base.length
    let outside = /^([\\/]|[A-Za-z]:)/.test(target)
    for (const segment of segments) {
      if (segment === '..') depth--
      else if (segment !== '' && segment !== '.') depth++
      outside ||= depth < 0
    }
    if (!outside) return this.#reject(this.#omitted, entry.path, 'it is a link')
    return this.#reject(this.#invalid, entry.path, `it is a link that leaves the package (${target.slice(0, 200)})`)
  }

  #reject(list: RejectedEntry[], path: string, reason: string): undefined {
    list.push({ path, reason })
    return undefined
  }

  #keeps(file: TarballFile): boolean {
    return file.path === 'package.json' || this.#isReadme(file.path) || this.#options.onFile !== undefined
  }

  #isReadme(path: string): boolean {
    return /^readme(\.(md|markdown|mkdn?|txt|rst))?$/i.test(path)
  }

  #onContent(file: TarballFile, content: Buffer): void {
    if (file.path === 'package.json') this.#onManifest(content)
    if (this.#isReadme(file.path)) {
      this.#readme ??= { path: file.path, text: content.toString('utf8', 0, README_SIZE_MAX) }
    }
    this.#options.onFile?.(file, content)
  }

  /** The attack: two of them, one for the reader here and one for whoever extracts. */
  #onManifest(content: Buffer): void {
    if (this.#manifest !== undefined && !this.#manifest.equals(content)) {
      this.#invalid.push({ path: 'package.json', reason: 'it occurs twice, with different contents' })
    }
    this.#manifest = Buffer.from(content)
  }

  #parseManifest(bytes: Buffer): JsonObject {
    const place = `package.json of ${this.#options.place}`
    let manifest: JsonObject | undefined
    try {
      manifest = asJsonObject(parseJson(bytes.toString('utf8'), place, { lengthMax: this.#limits.manifestSizeMax }))
    } catch (cause) {
      throw this.#fail(`its package.json cannot be read (${(cause as Error).message})`, cause)
    }
    if (manifest === undefined) throw this.#fail('its package.json does not hold a JSON object')
    return manifest
  }

  #onWarning(code: string, message: string): void {
    if (code === 'TAR_ENTRY_INVALID') this.#reject(this.#invalid, '', `an entry's header is damaged (${message})`)
    if (code === 'TAR_BAD_ARCHIVE' || code === 'TAR_ABORT') {
      this.#failure ??= this.#fail(`the archive is damaged (${message})`)
    }
  }

  damaged(cause: Error & { readonly code: string }): Error {
    return this.#fail(`its compression is damaged (${cause.code})`, cause)
  }

  #fail(reason: string, cause?: unknown): Error {
    return invalidTarball(this.#options.place, reason, cause)
  }
}

function isZstd(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
}

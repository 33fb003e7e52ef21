/**
 * Reads the archives that `alk release` writes, and nothing else: ustar with pax headers for long paths, regular files,
 * folders and relative links. The archive may be hostile: a path or link that leaves the folder, a device, a size that lies
 * are errors. Format: docs/formats/release.md#the-archive
 */
import { posix } from 'node:path'
import { Failure } from './failure.ts'

const BLOCK = 512
/** Paths of real packages are below 300 bytes; Linux ends at 4096. */
const PATH_LENGTH_MAX = 4096
/** Files of a large application with all its packages: about 100,000. */
export const ENTRIES_MAX = 1_000_000

export type TarEntry =
  | { readonly kind: 'file'; readonly path: string; readonly executable: boolean; readonly size: number }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }

export type TarVisitor = {
  /** Before the content of a file. */
  readonly entry: (entry: TarEntry) => Promise<void>
  /** Pieces of the content of the file that was announced last. */
  readonly content: (piece: Uint8Array) => Promise<void>
  /** The content is complete. */
  readonly end: () => Promise<void>
}

/** Reads all of it or throws; nothing is left to the caller to check but what the entries mean. */
export async function readTar(stream: AsyncIterable<Uint8Array>, visitor: TarVisitor): Promise<void> {
  const reader = new ByteReader(stream)
  let pax: ReadonlyMap<string, string> = new Map()
  let count = 0
  for (let block = await reader.take(BLOCK); ; block = await reader.take(BLOCK)) {
    if (block === undefined) throw new Failure('the archive ends too early')
    if (block.every((byte) => byte === 0)) return
    const header = parseHeader(block)
    if (header.type === 'x') {
      pax = parsePax(await wholeContent(reader, header.size))
      continue
    }
    count += 1
    if (count > ENTRIES_MAX) throw new Failure(`the archive has over ${ENTRIES_MAX} entries`)
    const entry = entryOf(header, pax)
    pax = new Map()
    await visitor.entry(entry)
    if (entry.kind !== 'file') continue
    await streamContent(reader, entry.size, visitor)
  }
}

type Header = {
  readonly path: string
  readonly mode: number
  readonly size: number
  readonly type: string
  readonly target: string
}

function parseHeader(block: Buffer): Header {
  const text = (offset: number, length: number): string => {
    const field = block.subarray(offset, offset + length)
    const end = field.indexOf(0)
    return field.subarray(0, end === -1 ? length : end).toString('utf8')
  }
  const octal = (offset: number, length: number): number => {
    const digits = text(offset, length).trim()
    if (!/^[0-7]*$/.test(digits)) throw new Failure('the archive is damaged: a number in it is not one')
    return Number.parseInt(digits || '0', 8)
  }
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
  if (sum !== octal(148, 8)) throw new Failure('the archive is damaged: the sum of a header is wrong')
  return { path: text(0, 100), mode: octal(100, 8), size: octal(124, 12), type: text(156, 1), target: text(157, 100) }
}

function entryOf(header: Header, pax: ReadonlyMap<string, string>): TarEntry {
  const path = safePath(pax.get('path') ?? header.path)
  if (header.type === '5') return { kind: 'folder', path }
  if (header.type === '0') return { kind: 'file', path, executable: (header.mode & 0o100) !== 0, size: header.size }
  if (header.type === '2') return { kind: 'link', path, target: safeTarget(path, pax.get('linkpath') ?? header.target) }
  throw new Failure(`${path} in the archive is neither a file, a folder nor a link`)
}

/** The attack: `../../etc/cron.d/x`, or an absolute path. */
function safePath(path: string): string {
  const plain = path.endsWith('/') ? path.slice(0, -1) : path
  const unsafe = plain === '' || plain.length > PATH_LENGTH_MAX || plain.includes('\0') || plain.startsWith('/')
  if (unsafe || plain.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw new Failure(`the archive holds the path ${JSON.stringify(path.slice(0, 200))}, which is not allowed`)
  }
  return plain
}

/** The attack: a link to `/etc`, and then a file below that link. */
function safeTarget(path: string, target: string): string {
  const reached = posix.normalize(posix.join(posix.dirname(path), target))
  if (
    target === '' ||
    target.startsWith('/') ||
    target.includes('\0') ||
    reached === '..' ||
    reached.startsWith('../')
  ) {
    throw new Failure(`the link ${path} in the archive leaves it`)
  }
  return target
}

function parsePax(content: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>()
  for (let offset = 0; offset < content.length;) {
    const space = content.indexOf(32, offset)
    const length = Number(content.subarray(offset, space).toString('latin1'))
    if (space === -1 || !(length > 0) || offset + length > content.length)
      throw new Failure('the archive is damaged: a long path in it')
    const record = content.subarray(space + 1, offset + length - 1).toString('utf8')
    const equals = record.indexOf('=')
    records.set(record.slice(0, equals), record.slice(equals + 1))
    offset += length
  }
  return records
}

async function wholeContent(reader: ByteReader, size: number): Promise<Buffer> {
  if (size > 4 * PATH_LENGTH_MAX) throw new Failure('the archive is damaged: a header in it is too large')
  const content = await reader.take(paddedSize(size))
  if (content === undefined) throw new Failure('the archive ends too early')
  return content.subarray(0, size)
}

async function streamContent(reader: ByteReader, size: number, visitor: TarVisitor): Promise<void> {
  for (let left = size; left > 0;) {
    const piece = await reader.some(left)
    if (piece === undefined) throw new Failure('the archive ends too early')
    await visitor.content(piece)
    left -= piece.length
  }
  if ((await reader.take(paddedSize(size) - size)) === undefined) throw new Failure('the archive ends too early')
  await visitor.end()
}

function paddedSize(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}

/** Exact amounts out of a stream of pieces. */
class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>
  #rest: Buffer = Buffer.alloc(0)

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#iterator = stream[Symbol.asyncIterator]()
  }

  /** So many bytes, or undefined when the stream ends before. */
  async take(size: number): Promise<Buffer | undefined> {
    while (this.#rest.length < size) if (!(await this.#more())) return undefined
    const taken = this.#rest.subarray(0, size)
    this.#rest = this.#rest.subarray(size)
    return taken
  }

  /** At least one byte and at most `most`, as they are at hand. */
  async some(most: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) if (!(await this.#more())) return undefined
    const taken = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(taken.length)
    return taken
  }

  async #more(): Promise<boolean> {
    const next = await this.#iterator.next()
    if (next.done === true) return false
    this.#rest = Buffer.concat([this.#rest, next.value])
    return true
  }
}

/**
 * The quick way through an archive that lies whole in memory and has nothing unusual in it: headers of files and folders,
 * each with a right checksum, then the end. That is nearly every package. Anything else (other types, extended headers,
 * numbers that are not octal, a damaged header) makes the whole archive node-tar's business, which knows every dialect.
 * Format: POSIX.1-1988, ustar.
 */

/** Header and contents lie on multiples of this, in bytes. */
const BLOCK = 512

const NAME = { at: 0, length: 100 }
const MODE = { at: 100, length: 8 }
const SIZE = { at: 124, length: 12 }
const CHECKSUM = { at: 148, length: 8 }
const TYPE = 156
const MAGIC = { at: 257, text: 'ustar\u000000' }
const LINK = { at: 157, length: 100 }
const PREFIX = { at: 345, length: 130 }

/** Not zero when the prefix is longer than that; otherwise some programs keep times in what is left of it. */
const PREFIX_CONTINUES = 475

/** Where numbers begin that nobody here wants; a high bit says that one is not octal, and perhaps no number at all. */
const OTHER_NUMBERS = [108, 116, 136, 329, 337, 476, 488]
const HIGH_BIT = 0x80

const BACKSLASH = 0x5c
const SPACE = 0x20
const ZERO = 0x30
const SEVEN = 0x37
const FILE = 0x30
const FOLDER = 0x35

export type PlainEntry = {
  readonly type: 'File' | 'Directory'
  /** As it stands in the archive. */
  readonly path: string
  readonly size: number
  readonly mode: number
  /** A view of the archive. */
  readonly content: Buffer
}

type Field = { readonly at: number; readonly length: number }

/** All entries in their order, or undefined when the archive holds anything unusual. */
export function readPlainArchive(bytes: Uint8Array): readonly PlainEntry[] | undefined {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: PlainEntry[] = []
  if (archive.length % BLOCK !== 0) return undefined
  for (let at = 0; at + 2 * BLOCK <= archive.length;) {
    if (archive[at] === 0) return entries.length > 0 && isZero(archive, at, 2 * BLOCK) ? entries : undefined
    const entry = readEntry(archive, at)
    if (entry === undefined) return undefined
    entries.push(entry)
    at += BLOCK + Math.ceil(entry.size / BLOCK) * BLOCK
  }
  return undefined // it ends without saying so
}

function readEntry(archive: Buffer, at: number): PlainEntry | undefined {
  if (readOctal(archive, at, CHECKSUM) !== checksumOf(archive, at)) return undefined
  if (!isZero(archive, at + LINK.at, LINK.length)) return undefined
  if (OTHER_NUMBERS.some((number) => (archive[at + number] as number) >= HIGH_BIT)) return undefined
  const path = readPath(archive, at)
  const size = readOctal(archive, at, SIZE)
  const mode = readOctal(archive, at, MODE)
  if (path === undefined || size === undefined || mode === undefined) return undefined
  const isFolderPath = path.endsWith('/')
  const type = archive[at + TYPE]
  const start = at + BLOCK
  if (start + size > archive.length) return undefined
  const content = archive.subarray(start, start + size)
  if (type === FILE && !isFolderPath) return { type: 'File', path, size, mode, content }
  return type === FOLDER && size === 0 ? { type: 'Directory', path, size, mode, content } : undefined
}

/** Undefined when it is empty, or holds what could mean two things. */
function readPath(archive: Buffer, at: number): string | undefined {
  const name = readText(archive, at, NAME)
  if (name === undefined || name === '') return undefined
  if (archive.toString('latin1', at + MAGIC.at, at + MAGIC.at + MAGIC.text.length) !== MAGIC.text) return name
  if (archive[at + PREFIX_CONTINUES] !== 0) return undefined
  const prefix = readText(archive, at, PREFIX)
  if (prefix === undefined) return undefined
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Up to the first zero byte, after which nothing else may follow. */
function readText(archive: Buffer, at: number, field: Field): string | undefined {
  const start = at + field.at
  const end = start + field.length
  let stop = start
  let isPlain = true
  for (; stop < end && archive[stop] !== 0; stop++) {
    const byte = archive[stop] as number
    if (byte === BACKSLASH) return undefined
    isPlain &&= byte < HIGH_BIT
  }
  if (!isZero(archive, stop, end - stop)) return undefined
  return archive.toString(isPlain ? 'latin1' : 'utf8', start, stop)
}

/** Digits, and after them at least one space or zero byte and nothing else. */
function readOctal(archive: Buffer, at: number, field: Field): number | undefined {
  const end = at + field.at + field.length
  let position = at + field.at
  let value = 0
  while (position < end && (archive[position] as number) >= ZERO && (archive[position] as number) <= SEVEN) {
    value = value * 8 + ((archive[position++] as number) - ZERO)
  }
  if (position === at + field.at || position === end) return undefined
  for (; position < end; position++) if (archive[position] !== 0 && archive[position] !== SPACE) return undefined
  return value
}

/** The sum of the header's bytes, with spaces where the sum itself stands. */
function checksumOf(archive: Buffer, at: number): number {
  let sum = CHECKSUM.length * SPACE
  for (let index = at; index < at + CHECKSUM.at; index++) sum += archive[index] as number
  for (let index = at + CHECKSUM.at + CHECKSUM.length; index < at + BLOCK; index++) sum += archive[index] as number
  return sum
}

function isZero(archive: Buffer, at: number, length: number): boolean {
  for (let index = at; index < at + length; index++) if (archive[index] !== 0) return false
  return true
}

/**
 * A reproducible tar: entries sorted by the bytes of their paths, one time for all of them, owner 0, modes 0755 and 0644,
 * ustar with pax headers only where a path or link is too long for it. Format: docs/formats/release.md#the-archive
 */
import { invariant } from '@alkahest/core'

const BLOCK = 512
/** ustar has 100 bytes for a path and 100 for a link's target. */
const NAME_MAX = 100
/** ustar's eleven octal digits: 8 GiB. */
const SIZE_MAX = 0o77777777777

export type TarEntry = {
  /** POSIX; a folder's without the final slash. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link'
  readonly executable: boolean
  /** In bytes; 0 for folders and links. */
  readonly size: number
  /** A link's target, else empty. */
  readonly target: string
}

/** The blocks before an entry's content: its header, with a pax header before it when ustar has no room. */
export function tarHeader(entry: TarEntry, mtimeSeconds: number): Uint8Array {
  invariant(entry.size <= SIZE_MAX, `${entry.path} is small enough for a tar`)
  const path = entry.kind === 'folder' ? `${entry.path}/` : entry.path
  const records = [
    ...(Buffer.byteLength(path) > NAME_MAX ? [paxRecord('path', path)] : []),
    ...(Buffer.byteLength(entry.target) > NAME_MAX ? [paxRecord('linkpath', entry.target)] : []),
  ]
  const header = ustarHeader({ ...entry, path }, mtimeSeconds)
  if (records.length === 0) return header
  const body = Buffer.from(records.join(''))
  const pax = ustarHeader(
    { path: 'PaxHeader', kind: 'pax', executable: false, size: body.length, target: '' },
    mtimeSeconds,
  )
  return Buffer.concat([pax, body, tarPadding(body.length), header])
}

/** The zeros between the end of a content and the next block. */
export function tarPadding(size: number): Uint8Array {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)
}

/** What ends an archive. */
export function tarEnd(): Uint8Array {
  return Buffer.alloc(2 * BLOCK)
}

const TYPES = { file: '0', link: '2', folder: '5', pax: 'x' } as const

function ustarHeader(entry: Omit<TarEntry, 'kind'> & { kind: keyof typeof TYPES }, mtimeSeconds: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const text = (value: string, offset: number, length: number): void => {
    Buffer.from(value).copy(block, offset, 0, length)
  }
  const octal = (value: number, offset: number, length: number): void => {
    text(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, length)
  }
  text(entry.path, 0, NAME_MAX)
  octal(entry.kind === 'link' ? 0o777 : entry.kind === 'folder' || entry.executable ? 0o755 : 0o644, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(entry.size, 124, 12)
  octal(mtimeSeconds, 136, 12)
  text('        ', 148, 8)
  text(TYPES[entry.kind], 156, 1)
  text(entry.target, 157, NAME_MAX)
  text('ustar\u000000', 257, 8)
  octal(0, 329, 8)
  octal(0, 337, 8)
  const sum = block.reduce((total, byte) => total + byte, 0)
  text(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8)
  return block
}

/** `length key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (rest + String(length).length > length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}

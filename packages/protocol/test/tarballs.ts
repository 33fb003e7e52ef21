/** Archives that no packer would write, for the tests of the reader. */
import { gzipSync } from 'node:zlib'
import { Header, Pax } from 'tar'

export type RawEntry = {
  readonly path: string
  readonly content?: string | Uint8Array
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO'
  readonly link?: string
  readonly mode?: number
}

export const manifestEntry: RawEntry = { path: 'package/package.json', content: '{"name":"a","version":"1.0.0"}' }

/** The entries exactly as given, gzipped unless told otherwise. */
export function rawTarball(entries: readonly RawEntry[], options: { readonly gzip?: boolean } = {}): Buffer {
  const tar = Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)])
  return options.gzip === false ? tar : gzipSync(tar)
}

function blocksOf(entry: RawEntry): Buffer[] {
  const content = Buffer.from(entry.content ?? '')
  const fields = {
    path: entry.path,
    mode: entry.mode ?? 0o644,
    size: content.length,
    mtime: new Date(0),
    type: entry.type ?? ('File' as const),
    ...(entry.link === undefined ? {} : { linkpath: entry.link }),
  }
  const block = Buffer.alloc(512)
  const pax = new Header(fields).encode(block, 0)
    ? [new Pax({ path: entry.path, linkpath: entry.link ?? '' }).encode()]
    : []
  return [...pax, block, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
}

export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

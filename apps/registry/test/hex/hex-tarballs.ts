/** Hex tarballs for tests, packed here byte for byte, so that the reader has no hand in what it reads. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

const BLOCK = 512

export type TarFile = {
  readonly path: string
  readonly content: string | Uint8Array
  readonly type?: string
  readonly link?: string
}

/** A plain ustar archive. */
export function tar(files: readonly TarFile[]): Buffer {
  const blocks = files.flatMap((file) => {
    const content = Buffer.from(file.content as Uint8Array)
    const header = Buffer.alloc(BLOCK)
    header.write(file.path, 0, 100)
    header.write('0000644\0', 100)
    header.write('0000000\0', 108)
    header.write('0000000\0', 116)
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('07065310600\0', 136)
    header.write('        ', 148)
    header.write(file.type ?? '0', 156)
    header.write(file.link ?? '', 157, 100)
    header.write('ustar\u000000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)])
}

export type HexPackage = {
  readonly name: string
  readonly version: string
  /** Name to requirement. */
  readonly requirements?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  /** Instead of the metadata made of the fields above. */
  readonly metadata?: string
  /** Instead of the files above. */
  readonly contents?: Uint8Array
  readonly checksum?: string
  readonly format?: string
  readonly surplus?: readonly TarFile[]
}

/** As `mix hex.build` and `rebar3 hex build` pack it. */
export function hexTarball(wanted: HexPackage): Buffer {
  const files = Object.entries(wanted.files ?? { 'src/a.erl': '-module(a).\n' })
  const contents = wanted.contents ?? gzipSync(tar(files.map(([path, content]) => ({ path, content }))))
  const metadata = Buffer.from(wanted.metadata ?? metadataOf(wanted))
  const format = wanted.format ?? '3'
  const checksum =
    wanted.checksum ?? createHash('sha256').update(format).update(metadata).update(contents).digest('hex').toUpperCase()
  return tar([
    { path: 'VERSION', content: format },
    { path: 'CHECKSUM', content: checksum },
    { path: 'metadata.config', content: metadata },
    { path: 'contents.tar.gz', content: contents },
    ...(wanted.surplus ?? []),
  ])
}

function metadataOf({ name, version, requirements = {} }: HexPackage): string {
  const entries = Object.entries(requirements).map(
    ([dependency, requirement]) =>
      `{<<"${dependency}">>,[{<<"app">>,<<"${dependency}">>},{<<"optional">>,false},{<<"requirement">>,<<"${requirement}">>}]}`,
  )
  return `{<<"app">>,<<"${name}">>}.
{<<"build_tools">>,[<<"rebar3">>]}.
{<<"description">>,<<"the package ${name}">>}.
{<<"files">>,[<<"src/a.erl">>]}.
{<<"licenses">>,[<<"MIT">>]}.
{<<"links">>,[{<<"Home">>,<<"https://example.com/${name}">>}]}.
{<<"name">>,<<"${name}">>}.
{<<"requirements">>,[${entries.join(',')}]}.
{<<"version">>,<<"${version}">>}.
`
}

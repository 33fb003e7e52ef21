/**
 * A Hex tarball of format 3: a plain tar of `VERSION`, `CHECKSUM`, `metadata.config` and `contents.tar.gz`. Both checksums are computed here: the
 * inner one over the parts, the outer one over the whole. Contents are scanned by the rules of npm's tarballs.
 */
import { createHash } from 'node:crypto'
import { UserError } from '@alkahest/core'
import { readArchive } from '@alkahest/protocol'
import type { ArchiveContents } from '@alkahest/protocol'
import { HexFormatError } from './format-error.ts'
import { parseHexMetadata } from './hex-metadata.ts'
import type { HexMetadata } from './hex-metadata.ts'

const FORMAT = '3'

/** In bytes, packed: Hex's own limit. */
export const HEX_TARBALL_SIZE_MAX: number = 16 * 1024 * 1024

/** In bytes, unpacked: Hex's own limit. */
export const HEX_UNPACKED_SIZE_MAX: number = 128 * 1024 * 1024

const FILE_COUNT_MAX = 50_000

const parts = ['VERSION', 'CHECKSUM', 'metadata.config', 'contents.tar.gz'] as const
type Part = (typeof parts)[number]

export type HexTarball = {
  readonly metadata: HexMetadata
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly innerChecksum: string
  readonly outerChecksum: string
  readonly contents: ArchiveContents
}

/** Reads all of it or throws {@link HexFormatError}. */
export async function readHexTarball(bytes: Uint8Array, place: string): Promise<HexTarball> {
  const files = await readParts(bytes, place)
  const version = files.get('VERSION')?.toString('latin1')
  if (version !== FORMAT) throw invalid(place, `its format is ${show(version ?? '')}, and only 3 is read`)
  const metadataBytes = files.get('metadata.config') ?? Buffer.alloc(0)
  const contentsBytes = files.get('contents.tar.gz') ?? Buffer.alloc(0)
  const innerChecksum = createHash('sha256').update(version).update(metadataBytes).update(contentsBytes).digest('hex')
  const declared = files.get('CHECKSUM')?.toString('latin1').toLowerCase()
  if (declared !== innerChecksum)
    throw invalid(place, `its checksum is ${innerChecksum}, but it says ${show(declared ?? '')}`)
  const metadata = parseHexMetadata(metadataBytes, `metadata.config of ${place}`)
  return {
    metadata,
    innerChecksum,
    outerChecksum: createHash('sha256').update(bytes).digest('hex'),
    contents: await readHexContents(contentsBytes, place),
  }
}

/** The files of a package or of its documentation: a compressed archive with the files at its root. */
export async function readHexContents(
  bytes: Uint8Array,
  place: string,
  onFile?: (path: string, content: Uint8Array) => void,
): Promise<ArchiveContents> {
  const limits = { unpackedSizeMax: HEX_UNPACKED_SIZE_MAX, entryCountMax: FILE_COUNT_MAX }
  const contents = await readArchive(bytes, {
    place,
    limits,
    ...(onFile === undefined ? {} : { onFile: (file, content) => onFile(file.path, content) }),
  }).catch(told(place))
  const [hostile] = contents.report.invalid
  if (hostile !== undefined) throw invalid(place, `${JSON.stringify(hostile.path)}: ${hostile.reason}`)
  if (!contents.gzip) throw invalid(place, 'its contents are not compressed with gzip')
  return contents
}

async function readParts(bytes: Uint8Array, place: string): Promise<ReadonlyMap<Part, Buffer>> {
  if (bytes.length > HEX_TARBALL_SIZE_MAX) throw invalid(place, `it is over ${HEX_TARBALL_SIZE_MAX} bytes`)
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw invalid(place, 'it is compressed, and a package is a plain tar')
  const files = new Map<Part, Buffer>()
  let surplus: string | undefined
  const limits = { unpackedSizeMax: HEX_TARBALL_SIZE_MAX, entryCountMax: parts.length }
  const onFile = ({ path }: { readonly path: string }, content: Uint8Array): void => {
    const part = parts.find((name) => name === path)
    // The attack: two of a name, one for the reader here and one for whoever extracts.
    if (part === undefined || files.has(part)) surplus = path
    else files.set(part, Buffer.from(content))
  }
  await readArchive(bytes, { place, limits, onFile }).catch(told(place))
  if (surplus !== undefined) throw invalid(place, `it holds ${show(surplus)} beside its parts`)
  const missing = parts.find((part) => !files.has(part))
  if (missing !== undefined) throw invalid(place, `it holds no ${missing}`)
  return files
}

/** What the reader of archives says, as a refusal of this format. */
function told(place: string): (cause: unknown) => never {
  return (cause) => {
    if (!(cause instanceof UserError)) throw cause
    throw new HexFormatError(
      'tar',
      cause.message.replace(/^.* is not a package: /, `${place} is not a Hex package: `),
      {
        cause,
      },
    )
  }
}

function invalid(place: string, reason: string): Error {
  return new HexFormatError('tar', `${place} is not a Hex package: ${reason}`)
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}

/**
 * A packument cut down to what solving and installing read, as one run of bytes: a head with the versions, then one
 * fragment of JSON per version. A document of a thousand versions is read by parsing its head and the three fragments
 * that a solver looks at. Cold and warm answers are read from the same fragments, so they cannot differ.
 *
 *     alkahest-packument 1 <CRC-32 of all that follows, hexadecimal> <length of the head in bytes>\n
 *     <head: JSON>
 *     <fragment><fragment>...        each an abbreviated manifest, JSON
 */
import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { asJsonObject, parseJson } from '@alkahest/core'
import type { Candidate, Json, JsonObject, PackageName, PackageVersions, Version } from '@alkahest/core'
import { canonicalVersions, leanManifest, parsePackument, readCandidate } from '@alkahest/protocol'

const MAGIC = 'alkahest-packument 1'

/** Magic, checksum and length stay below this. */
const FIRST_LINE_MAX = 64

/** How the document was got: what is needed to ask for it again. */
export type Provenance = {
  /** The form that was asked for. */
  readonly form: 'abbreviated' | 'full'
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  /** For how long the registry allows to go without asking again, in milliseconds. */
  readonly maxAgeMs: number
}

export type LeanDocument = PackageVersions & {
  readonly provenance: Provenance
  /** Whether it says when each version was published. */
  readonly hasTimes: boolean
  /** Of the newest change, milliseconds since 1970: no version is younger. */
  readonly modified: number | undefined
}

type Head = {
  readonly name: string
  readonly provenance: Provenance
  readonly local: boolean
  readonly modified: number | undefined
  readonly distTags: Readonly<Record<string, Version>>
  /** Ascending. */
  readonly versions: readonly Version[]
  /** Bytes of each fragment, in the order of `versions`. */
  readonly lengths: readonly number[]
  /** Milliseconds since 1970 in the order of `versions`, 0 where it does not say; absent without any. */
  readonly times: readonly number[] | undefined
}

/**
 * Cuts down what a registry answered, once: the bytes for the cache, and the document over the very same fragments. Throws
 * `PACKUMENT_INVALID` when it is no packument about this name.
 */
export function splitPackument(
  document: Json,
  provenance: Provenance,
  about: { readonly name: PackageName; readonly place: string },
): { readonly bytes: Buffer; readonly document: LeanDocument } {
  const packument = parsePackument(document, about)
  const object = asJsonObject(document) ?? {}
  const manifests = asJsonObject(object.versions) ?? {}
  const keyOf = canonicalVersions(Object.keys(manifests))
  const fragments = packument.versions.map((version) =>
    Buffer.from(JSON.stringify(leanManifest(asJsonObject(manifests[keyOf.get(version) ?? version]) ?? {}))),
  )
  const head: Head = {
    name: packument.name,
    provenance,
    local: packument.local,
    modified: readModified(object),
    distTags: packument.distTags,
    versions: packument.versions,
    lengths: fragments.map((fragment) => fragment.length),
    times:
      asJsonObject(object.time) === undefined
        ? undefined
        : packument.versions.map((version) => packument.publishedAt(version) ?? 0),
  }
  const headBytes = Buffer.from(JSON.stringify(head))
  const rest = Buffer.concat([headBytes, ...fragments])
  const bytes = Buffer.concat([Buffer.from(`${MAGIC} ${crc32(rest).toString(16)} ${headBytes.length}\n`), rest])
  return { bytes, document: new LeanPackument(packument.name, head, rest.subarray(headBytes.length)) }
}

/** Undefined when the bytes are not a whole document about this name: whoever asks fetches it again. */
export function parseLeanDocument(bytes: Buffer, name: PackageName): LeanDocument | undefined {
  const lineEnd = bytes.subarray(0, FIRST_LINE_MAX).indexOf('\n')
  const [, checksum, headLength] =
    /^alkahest-packument 1 ([0-9a-f]{1,8}) (\d{1,9})$/.exec(bytes.toString('latin1', 0, Math.max(lineEnd, 0))) ?? []
  const rest = bytes.subarray(lineEnd + 1)
  if (checksum === undefined || crc32(rest) !== Number.parseInt(checksum, 16)) return undefined
  const head = parseHead(rest.toString('utf8', 0, Number(headLength)))
  // On a file system that takes JSONStream and jsonstream for one name, the file may be another package's.
  return head?.name === name ? new LeanPackument(name, head, rest.subarray(Number(headLength))) : undefined
}

/** The checksum holds, so this is what somebody wrote; whether it was us is seen by its shape. */
function parseHead(text: string): Head | undefined {
  let head: Partial<Head> | undefined
  try {
    head = asJsonObject(JSON.parse(text))
  } catch {
    return undefined // not our file: the answer, not a failure
  }
  const isHead =
    Array.isArray(head?.versions) &&
    Array.isArray(head.lengths) &&
    head.lengths.length === head.versions.length &&
    (head.times === undefined || Array.isArray(head.times)) &&
    asJsonObject(head.distTags) !== undefined &&
    asJsonObject(head.provenance) !== undefined
  return isHead ? (head as Head) : undefined
}

class LeanPackument implements LeanDocument {
  readonly name: PackageName
  readonly distTags: Readonly<Record<string, Version>>
  readonly versions: readonly Version[]
  readonly local: boolean
  readonly provenance: Provenance
  readonly modified: number | undefined
  readonly #lengths: readonly number[]
  readonly #times: readonly number[] | undefined
  readonly #fragments: Buffer
  readonly #candidates = new Map<Version, Candidate | undefined>()
  /** Made at the first question: many documents are loaded and never asked. */
  #indexes: ReadonlyMap<Version, number> | undefined
  #starts: Uint32Array | undefined

  constructor(name: PackageName, head: Head, fragments: Buffer) {
    this.name = name
    this.distTags = head.distTags
    this.versions = head.versions
    this.local = head.local
    this.provenance = head.provenance
    this.modified = head.modified
    this.#lengths = head.lengths
    this.#times = head.times
    this.#fragments = fragments
  }

  get hasTimes(): boolean {
    return this.#times !== undefined
  }

  candidate(version: Version): Candidate | undefined {
    if (!this.#candidates.has(version)) this.#candidates.set(version, this.#read(version))
    return this.#candidates.get(version)
  }

  publishedAt(version: Version): number | undefined {
    const time = this.#times?.[this.#indexOf(version)]
    return time === undefined || time === 0 ? undefined : time
  }

  publishedAfter(instant: number): readonly Version[] {
    return this.versions.filter((_, index) => (this.#times?.[index] ?? 0) > instant)
  }

  #read(version: Version): Candidate | undefined {
    const index = this.#indexOf(version)
    if (index < 0) return undefined
    this.#starts ??= this.#computeStarts()
    const start = this.#starts[index] ?? 0
    const text = this.#fragments.toString('utf8', start, start + (this.#lengths[index] ?? 0))
    return readCandidate(this.name, version, asJsonObject(parseJson(text, `${this.name}@${version}`)) ?? {})
  }

  #indexOf(version: Version): number {
    this.#indexes ??= new Map(this.versions.map((each, index) => [each, index]))
    return this.#indexes.get(version) ?? -1
  }

  /** Where each fragment begins. */
  #computeStarts(): Uint32Array {
    const starts = new Uint32Array(this.#lengths.length)
    let start = 0
    for (const [index, length] of this.#lengths.entries()) {
      starts[index] = start
      start += length
    }
    return starts
  }
}

/** The short form has it as `modified`, the full one in `time`. */
function readModified(document: JsonObject): number | undefined {
  const text = document.modified ?? asJsonObject(document.time)?.modified
  const milliseconds = typeof text === 'string' ? Date.parse(text) : NaN
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}

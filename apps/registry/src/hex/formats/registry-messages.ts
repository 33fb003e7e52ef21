/**
 * The records of a Hex repository in protobuf (proto2): field numbers are Hex's. Required fields are written also when they are zero. What a newer
 * server adds is skipped when reading.
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

export type HexTimestamp = { readonly seconds: number; readonly nanos: number }

export const retirementReasons = ['other', 'invalid', 'security', 'deprecated', 'renamed'] as const
export type RetirementReason = (typeof retirementReasons)[number]
export type Retirement = { readonly reason: RetirementReason; readonly message: string | undefined }

export type NamesMessage = {
  readonly repository: string
  readonly packages: readonly { readonly name: string; readonly updatedAt: HexTimestamp }[]
}

export type VersionsMessage = {
  readonly repository: string
  readonly packages: readonly {
    readonly name: string
    readonly versions: readonly string[]
    /** Places in `versions`. */
    readonly retired: readonly number[]
  }[]
}

export type PackageMessage = {
  readonly repository: string
  readonly name: string
  readonly releases: readonly ReleaseMessage[]
  /** What is known against releases of it; absent when there is nothing. */
  readonly advisories?: readonly AdvisoryMessage[]
}

export const advisorySeverities = ['none', 'low', 'medium', 'high', 'critical'] as const

export type AdvisoryMessage = {
  readonly id: string
  readonly summary: string
  readonly htmlUrl: string
  readonly apiUrl: string
  readonly severity: (typeof advisorySeverities)[number] | undefined
  readonly score: number | undefined
  readonly aliases: readonly string[]
}

export type ReleaseMessage = {
  readonly version: string
  /** 32 bytes, in hexadecimal digits. */
  readonly innerChecksum: string
  /** The same; absent in records of old servers. */
  readonly outerChecksum: string | undefined
  readonly dependencies: readonly DependencyMessage[]
  readonly retirement: Retirement | undefined
  readonly publishedAt: HexTimestamp | undefined
  /** Places in the package's advisories; absent when there are none. */
  readonly advisories?: readonly number[]
}

export type DependencyMessage = {
  readonly package: string
  readonly requirement: string
  readonly optional: boolean
  /** Only when it is not the package's name. */
  readonly app: string | undefined
  /** Only when it is not this repository. */
  readonly repository: string | undefined
}

export function encodeSigned(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.LengthDelimited).bytes(payload)
  return writer.tag(2, WireType.LengthDelimited).bytes(signature).finish()
}

export function encodeNames(message: NamesMessage): Uint8Array {
  const writer = new BinaryWriter()
  for (const { name, updatedAt } of message.packages) {
    writer.tag(1, WireType.LengthDelimited).fork()
    text(writer, 1, name)
    timestamp(writer, 3, updatedAt)
    writer.join()
  }
  text(writer, 2, message.repository)
  return writer.finish()
}

export function encodeVersions(message: VersionsMessage): Uint8Array {
  const writer = new BinaryWriter()
  for (const { name, versions, retired } of message.packages) {
    writer.tag(1, WireType.LengthDelimited).fork()
    text(writer, 1, name)
    for (const version of versions) text(writer, 2, version)
    if (retired.length > 0) {
      writer.tag(3, WireType.LengthDelimited).fork()
      for (const index of retired) writer.int32(index)
      writer.join()
    }
    writer.join()
  }
  text(writer, 2, message.repository)
  return writer.finish()
}

export function encodePackage(message: PackageMessage): Uint8Array {
  const writer = new BinaryWriter()
  for (const release of message.releases) {
    writer.tag(1, WireType.LengthDelimited).fork()
    encodeRelease(writer, release)
    writer.join()
  }
  text(writer, 2, message.name)
  text(writer, 3, message.repository)
  for (const advisory of message.advisories ?? []) {
    writer.tag(4, WireType.LengthDelimited).fork()
    encodeAdvisory(writer, advisory)
    writer.join()
  }
  return writer.finish()
}

function encodeAdvisory(writer: BinaryWriter, advisory: AdvisoryMessage): void {
  text(writer, 1, advisory.id)
  text(writer, 2, advisory.summary)
  text(writer, 3, advisory.htmlUrl)
  if (advisory.severity !== undefined)
    writer.tag(4, WireType.Varint).int32(advisorySeverities.indexOf(advisory.severity))
  if (advisory.score !== undefined) writer.tag(5, WireType.Bit32).float(advisory.score)
  text(writer, 6, advisory.apiUrl)
  for (const alias of advisory.aliases) text(writer, 7, alias)
}

function encodeRelease(writer: BinaryWriter, release: ReleaseMessage): void {
  text(writer, 1, release.version)
  writer.tag(2, WireType.LengthDelimited).bytes(Buffer.from(release.innerChecksum, 'hex'))
  for (const dependency of release.dependencies) {
    writer.tag(3, WireType.LengthDelimited).fork()
    encodeDependency(writer, dependency)
    writer.join()
  }
  if (release.retirement !== undefined) {
    writer.tag(4, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.Varint).int32(retirementReasons.indexOf(release.retirement.reason))
    if (release.retirement.message !== undefined) text(writer, 2, release.retirement.message)
    writer.join()
  }
  if (release.outerChecksum !== undefined) {
    writer.tag(5, WireType.LengthDelimited).bytes(Buffer.from(release.outerChecksum, 'hex'))
  }
  // One by one, unlike every other list of numbers here.
  for (const place of release.advisories ?? []) writer.tag(6, WireType.Varint).uint32(place)
  if (release.publishedAt !== undefined) timestamp(writer, 7, release.publishedAt)
}

function encodeDependency(writer: BinaryWriter, dependency: DependencyMessage): void {
  text(writer, 1, dependency.package)
  text(writer, 2, dependency.requirement)
  if (dependency.optional) writer.tag(3, WireType.Varint).bool(true)
  if (dependency.app !== undefined) text(writer, 4, dependency.app)
  if (dependency.repository !== undefined) text(writer, 5, dependency.repository)
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value)
}

function timestamp(writer: BinaryWriter, field: number, value: HexTimestamp): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.Varint).int64(value.seconds)
  writer.tag(2, WireType.Varint).int32(value.nanos)
  writer.join()
}

/** The payload and the signature; throws when it is no such message. */
export function decodeSigned(bytes: Uint8Array): { readonly payload: Uint8Array; readonly signature: Uint8Array } {
  let payload: Uint8Array = new Uint8Array()
  let signature: Uint8Array = new Uint8Array()
  fields(bytes, {
    1: (reader) => void (payload = reader.bytes()),
    2: (reader) => void (signature = reader.bytes()),
  })
  return { payload, signature }
}

/** Throws when it is no such message, or one without a name. */
export function decodePackage(bytes: Uint8Array): PackageMessage {
  const releases: ReleaseMessage[] = []
  const advisories: AdvisoryMessage[] = []
  let name = ''
  let repository = ''
  fields(bytes, {
    1: (reader) => void releases.push(decodeRelease(reader.bytes())),
    2: (reader) => void (name = reader.string()),
    3: (reader) => void (repository = reader.string()),
    4: (reader) => void advisories.push(decodeAdvisory(reader.bytes())),
  })
  return { name, repository, releases, ...(advisories.length === 0 ? {} : { advisories }) }
}

function decodeAdvisory(bytes: Uint8Array): AdvisoryMessage {
  const aliases: string[] = []
  const found: { -readonly [Key in keyof AdvisoryMessage]: AdvisoryMessage[Key] } = {
    id: '',
    summary: '',
    htmlUrl: '',
    apiUrl: '',
    severity: undefined,
    score: undefined,
    aliases,
  }
  fields(bytes, {
    1: (reader) => void (found.id = reader.string()),
    2: (reader) => void (found.summary = reader.string()),
    3: (reader) => void (found.htmlUrl = reader.string()),
    4: (reader) => void (found.severity = advisorySeverities[reader.int32()]),
    5: (reader) => void (found.score = reader.float()),
    6: (reader) => void (found.apiUrl = reader.string()),
    7: (reader) => void aliases.push(reader.string()),
  })
  return found
}

function decodeRelease(bytes: Uint8Array): ReleaseMessage {
  const dependencies: DependencyMessage[] = []
  const advisories: number[] = []
  const found: { -readonly [Key in keyof ReleaseMessage]: ReleaseMessage[Key] } = {
    version: '',
    innerChecksum: '',
    outerChecksum: undefined,
    dependencies,
    retirement: undefined,
    publishedAt: undefined,
  }
  fields(bytes, {
    1: (reader) => void (found.version = reader.string()),
    2: (reader) => void (found.innerChecksum = hexOf(reader.bytes())),
    3: (reader) => void dependencies.push(decodeDependency(reader.bytes())),
    4: (reader) => void (found.retirement = decodeRetirement(reader.bytes())),
    5: (reader) => void (found.outerChecksum = hexOf(reader.bytes())),
    6: (reader) => void advisories.push(reader.uint32()),
    7: (reader) => void (found.publishedAt = decodeTimestamp(reader.bytes())),
  })
  return advisories.length === 0 ? found : { ...found, advisories }
}

function decodeDependency(bytes: Uint8Array): DependencyMessage {
  const found: { -readonly [Key in keyof DependencyMessage]: DependencyMessage[Key] } = {
    package: '',
    requirement: '',
    optional: false,
    app: undefined,
    repository: undefined,
  }
  fields(bytes, {
    1: (reader) => void (found.package = reader.string()),
    2: (reader) => void (found.requirement = reader.string()),
    3: (reader) => void (found.optional = reader.bool()),
    4: (reader) => void (found.app = reader.string()),
    5: (reader) => void (found.repository = reader.string()),
  })
  return found
}

function decodeRetirement(bytes: Uint8Array): Retirement {
  let reason: RetirementReason = 'other'
  let message: string | undefined
  fields(bytes, {
    1: (reader) => void (reason = retirementReasons[reader.int32()] ?? 'other'),
    2: (reader) => void (message = reader.string()),
  })
  return { reason, message }
}

function decodeTimestamp(bytes: Uint8Array): HexTimestamp {
  let seconds = 0
  let nanos = 0
  fields(bytes, {
    1: (reader) => void (seconds = Number(reader.int64())),
    2: (reader) => void (nanos = reader.int32()),
  })
  return { seconds, nanos }
}

/** Reads each field by its number; those without a reader are skipped. */
function fields(bytes: Uint8Array, readers: Readonly<Record<number, (reader: BinaryReader) => void>>): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    const read = readers[field]
    if (read === undefined) reader.skip(type, field)
    else read(reader)
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

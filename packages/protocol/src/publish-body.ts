/**
 * The body of a publish (`PUT /{name}`): built by our client, read by our server. The tarball travels inside as base64, so the reader here
 * works on the stream: attachments are decoded as they pass and never stand in memory whole, in whatever order the keys come.
 */
import { asJsonObject, asVersion, parseJson, userError } from '@alkahest/core'
import type { Json, JsonObject, PackageName } from '@alkahest/core'
import type { PackedTarball } from './pack-tarball.ts'
import { isServedName, tarballFileName } from './routes.ts'

/** Everything but the tarball: manifests, READMEs, provenance. npm itself allows less. */
const DOCUMENT_SIZE_MAX = 32 * 1024 * 1024

/** A tarball and a provenance bundle. */
const ATTACHMENT_COUNT_MAX = 2

/** Base64 is handed on in pieces of this many characters; a multiple of four. */
const PIECE_SIZE = 256 * 1024

export type PublishBodyOptions = {
  /** The checked package.json that is also in the tarball. */
  readonly manifest: JsonObject & { readonly name: string; readonly version: string }
  readonly packed: PackedTarball
  readonly registry: string
  readonly tag: string
  readonly access?: 'public' | 'restricted'
  readonly readme?: { readonly path: string; readonly text: string }
}

export function publishBody(options: PublishBodyOptions): JsonObject {
  const { manifest, packed } = options
  const name = manifest.name as PackageName
  const file = `${name}-${manifest.version}.tgz`
  const tarball = `${options.registry.replace(/\/?$/, '/')}${name}/-/${tarballFileName(name, manifest.version)}`
  const readme =
    options.readme === undefined ? {} : { readme: options.readme.text, readmeFilename: options.readme.path }
  return {
    _id: name,
    name,
    ...(typeof manifest.description === 'string' ? { description: manifest.description } : {}),
    'dist-tags': { [options.tag]: manifest.version },
    versions: {
      [manifest.version]: {
        ...manifest,
        ...readme,
        _id: `${name}@${manifest.version}`,
        dist: { integrity: packed.integrity, shasum: packed.shasum, tarball },
      },
    },
    access: options.access ?? null,
    _attachments: {
      [file]: {
        content_type: 'application/octet-stream',
        data: Buffer.from(packed.bytes.buffer, packed.bytes.byteOffset, packed.bytes.byteLength).toString('base64'),
        length: packed.bytes.length,
      },
    },
  }
}

/** Any body of `PUT /{name}`: a publish has attachments, a deprecation or a change of owners has none. */
export type PublishDocument = {
  readonly name: PackageName
  readonly revision: string | undefined
  readonly distTags: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, JsonObject>>
  readonly access: 'public' | 'restricted' | undefined
  readonly tarballs: readonly AttachedTarball[]
  readonly provenance: readonly AttachedProvenance[]
  /** The document itself, for what only one reader needs (maintainers, users). */
  readonly document: JsonObject
}

export type AttachedTarball = {
  readonly fileName: string
  /** In bytes, as the client counted them; undefined when it did not say. */
  readonly declaredLength: number | undefined
}

export type AttachedProvenance = {
  readonly fileName: string
  readonly mediaType: string
  /** The bundle, as JSON text. */
  readonly data: string
}

/** Takes the decoded bytes of the tarball; awaited, so that a slow disk slows the client instead of filling memory. */
export type AttachmentSink = (fileName: string, bytes: Uint8Array) => void | Promise<void>

/** Reads a body whose tarball goes to the sink; throws `PUBLISH_BODY_INVALID`. */
export async function readPublishBody(
  source: AsyncIterable<Uint8Array>,
  sink: AttachmentSink,
): Promise<PublishDocument> {
  const splitter = new BodySplitter(sink)
  for await (const chunk of source) await splitter.write(chunk)
  return parsePublishDocument(await splitter.finish(), splitter.fileNames)
}

/** The document, its tarballs taken out; `fileNames` are those whose data were seen. */
export function parsePublishDocument(value: unknown, fileNames: readonly string[]): PublishDocument {
  const document = asJsonObject(value)
  if (document === undefined) throw invalid('it is not a JSON object')
  const name = document.name
  if (typeof name !== 'string' || !isServedName(name)) throw invalid('its "name" is not a package name')
  const attachments = Object.entries(asJsonObject(document._attachments) ?? {})
  if (attachments.length > ATTACHMENT_COUNT_MAX) throw invalid(`it has over ${ATTACHMENT_COUNT_MAX} attachments`)
  const tarballs = attachments.filter(([fileName]) => fileName.endsWith('.tgz'))
  if (fileNames.length !== tarballs.length || tarballs.some(([fileName]) => !fileNames.includes(fileName))) {
    throw invalid('an attachment has no data, or more than one')
  }
  return {
    name,
    revision: typeof document._rev === 'string' ? document._rev : undefined,
    distTags: readDistTags(document['dist-tags']),
    versions: readVersions(document.versions),
    access: readAccess(document.access),
    tarballs: tarballs.map(([fileName, attachment]) => readTarballEntry(fileName, attachment)),
    provenance: attachments.filter(([fileName]) => !fileName.endsWith('.tgz')).map(readProvenance),
    document,
  }
}

function readDistTags(value: unknown): Readonly<Record<string, string>> {
  const tags = Object.entries(asJsonObject(value) ?? {})
  if (tags.some(([, version]) => asVersion(version) === undefined)) throw invalid('a dist-tag does not name a version')
  return Object.fromEntries(tags) as Record<string, string>
}

function readVersions(value: unknown): Readonly<Record<string, JsonObject>> {
  const versions = Object.entries(asJsonObject(value) ?? {})
  return Object.fromEntries(
    versions.map(([version, manifest]) => {
      const object = asJsonObject(manifest)
      if (object === undefined) throw invalid(`its version ${JSON.stringify(version.slice(0, 80))} is not an object`)
      return [version, object]
    }),
  )
}

function readAccess(value: unknown): PublishDocument['access'] {
  if (value === undefined || value === null) return undefined
  if (value === 'private') return 'restricted'
  if (value !== 'public' && value !== 'restricted') throw invalid('its "access" is neither "public" nor "restricted"')
  return value
}

function readTarballEntry(fileName: string, attachment: Json): AttachedTarball {
  const length = asJsonObject(attachment)?.length
  return { fileName, declaredLength: typeof length === 'number' ? length : undefined }
}

function readProvenance([fileName, attachment]: [string, Json]): AttachedProvenance {
  const { content_type: mediaType, data } = asJsonObject(attachment) ?? {}
  if (!fileName.endsWith('.sigstore') || typeof mediaType !== 'string' || typeof data !== 'string') {
    throw invalid(
      `its attachment ${JSON.stringify(fileName.slice(0, 80))} is neither a tarball nor a provenance bundle`,
    )
  }
  return { fileName, mediaType, data }
}

function invalid(reason: string): Error {
  return userError('PUBLISH_BODY_INVALID', `the body is not a publish: ${reason}`)
}

/** Longer keys are cut: none of them is the one looked for. */
const KEY_LENGTH_MAX = 1024

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENERS = new Set([0x7b, 0x5b])
const CLOSERS = new Set([0x7d, 0x5d])
const COLON = 0x3a
const COMMA = 0x2c

/**
 * Splits a body into its document and the data of its tarballs, byte by byte. It knows just enough of JSON: depth, keys and strings; whether
 * the rest is JSON at all is found when the document is parsed. Data are the string under `_attachments` / `*.tgz` / `data`.
 */
class BodySplitter {
  readonly fileNames: string[] = []
  readonly #sink: AttachmentSink
  readonly #kept: Buffer[] = []
  #keptSize = 0
  #depth = 0
  /** The keys on the way to here; index is depth. */
  readonly #keys: string[] = []
  /** The bytes of the string being read, when it may be a key. */
  #string: number[] | undefined
  #lastString = ''
  #inString = false
  #escaped = false
  #afterColon = false
  /** The base64 that does not fill a piece yet; undefined outside of data. */
  #data: string | undefined

  constructor(sink: AttachmentSink) {
    this.#sink = sink
  }

  async write(chunk: Uint8Array): Promise<void> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let position = 0
    while (position < bytes.length) {
      position = this.#data === undefined ? this.#readDocument(bytes, position) : await this.#readData(bytes, position)
    }
  }

  async finish(): Promise<Json> {
    if (this.#data !== undefined || this.#inString) throw invalid('it ends too early')
    const text = Buffer.concat(this.#kept).toString('utf8')
    try {
      return parseJson(text, 'the body', { lengthMax: DOCUMENT_SIZE_MAX })
    } catch (cause) {
      throw invalid((cause as Error).message)
    }
  }

  /** Keeps bytes up to the chunk's end or the beginning of data, and returns where it stopped. */
  #readDocument(bytes: Buffer, start: number): number {
    let position = start
    while (position < bytes.length && this.#data === undefined) this.#step(bytes[position++] as number)
    this.#keep(bytes.subarray(start, position))
    return position
  }

  #step(byte: number): void {
    if (this.#inString) return this.#stepInString(byte)
    if (byte === QUOTE) return this.#beginString()
    if (byte === COLON) {
      this.#keys[this.#depth] = this.#lastString
      this.#afterColon = true
    } else if (byte === COMMA) this.#afterColon = false
    else if (OPENERS.has(byte)) {
      this.#depth++
      this.#afterColon = false
    } else if (CLOSERS.has(byte)) {
      this.#keys.length = Math.min(this.#keys.length, this.#depth)
      this.#depth--
      this.#afterColon = false
    }
  }

  #stepInString(byte: number): void {
    if (this.#escaped) this.#escaped = false
    else if (byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) return this.#endString()
    if (this.#string !== undefined && this.#string.length < KEY_LENGTH_MAX) this.#string.push(byte)
  }

  #beginString(): void {
    if (this.#afterColon && this.#isData()) {
      const fileName = this.#keys[2] as string
      this.fileNames.push(fileName)
      if (this.fileNames.length > 1) throw invalid('it has more than one tarball')
      this.#data = ''
      return
    }
    this.#inString = true
    this.#string = this.#afterColon || this.#depth > 3 ? undefined : []
  }

  #endString(): void {
    this.#inString = false
    if (this.#string === undefined) return
    const raw = Buffer.from(this.#string).toString('utf8')
    this.#lastString = raw.includes('\\') ? unescape(raw) : raw
    this.#string = undefined
  }

  #isData(): boolean {
    const [, top, file, field] = this.#keys
    return (
      this.#depth === 3 && top === '_attachments' && field === 'data' && file !== undefined && file.endsWith('.tgz')
    )
  }

  async #readData(bytes: Buffer, start: number): Promise<number> {
    const quote = bytes.indexOf(QUOTE, start)
    const end = quote < 0 ? bytes.length : quote
    // Some serialisers write `/` as `\/`; nothing else can be escaped in base64.
    const text = bytes.toString('latin1', start, end)
    this.#data += text.includes('\\') ? text.replaceAll('\\', '') : text
    if (quote < 0) {
      if ((this.#data as string).length >= PIECE_SIZE) await this.#handOn(false)
      return end
    }
    await this.#handOn(true)
    this.#data = undefined
    // Its opening quote was kept as the last byte of the document.
    this.#keep(Buffer.from('"'))
    return quote + 1
  }

  async #handOn(all: boolean): Promise<void> {
    const text = this.#data as string
    const length = all ? text.length : text.length - (text.length % 4)
    const piece = text.slice(0, length)
    if (/[^A-Za-z0-9+/=]/.test(piece)) throw invalid('its tarball is not base64')
    this.#data = text.slice(length)
    await this.#sink(this.fileNames.at(-1) as string, Buffer.from(piece, 'base64'))
  }

  #keep(bytes: Buffer): void {
    this.#keptSize += bytes.length
    if (this.#keptSize > DOCUMENT_SIZE_MAX) throw invalid(`it is over ${DOCUMENT_SIZE_MAX} bytes without its tarball`)
    this.#kept.push(bytes)
  }
}

/** A key with escapes, as JSON means it; damaged escapes are left for the parser of the document to report. */
function unescape(raw: string): string {
  try {
    return String(JSON.parse(`"${raw}"`))
  } catch {
    return raw
  }
}

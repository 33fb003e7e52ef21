/**
 * Packuments as clients get them, local and upstream alike: a form, a coding, an ETag, a date. Whose a name is decides where the document comes
 * from; everything after that is the same.
 */
import { createHash } from 'node:crypto'
import { asJsonObject, parseJson } from '@alkahest/core'
import type { JsonObject, PackageName, Version } from '@alkahest/core'
import { closeText, renderAbbreviated, renderFull, tarballAddress } from '@alkahest/protocol'
import type { ContentCoding, PackumentForm, VersionRow } from '@alkahest/protocol'
import type { BlobStorage } from '../ports/blob-storage.ts'
import { readAll } from '../ports/blob-storage.ts'
import type { PackageHead, PackageIndex, PackageRecord } from '../ports/package-index.ts'
import { BodyCache } from './sized-cache.ts'
import { decodePart, encode, etagOf, recode } from './coding.ts'
import type { Names } from './names.ts'
import { SingleFlight } from './single-flight.ts'
import type { StoredDocument, UpstreamPackument, UpstreamPackuments } from './upstream-packuments.ts'

/** In bytes: some thousand ordinary documents, or the hundred largest. */
const CACHE_SIZE_MAX = 48 * 1024 * 1024

/** Answers remembered; each is a few hundred bytes, its body is in the cache of bodies. */
const ANSWERS_MAX = 20_000

export type ServedPackument = {
  /** A hash of the content; the coding is put behind it. */
  readonly etag: string
  /** ISO 8601; undefined when nobody knows. */
  readonly modifiedAt: string | undefined
  readonly restricted: boolean
  readonly source: 'local' | 'cache' | 'upstream'
  /** Set when the upstream failed and this is what it said before. */
  readonly stale: boolean
  /** What clients print for people. */
  readonly notice: string | undefined
  /** Milliseconds since 1970 until which it may be served again while nothing was written. */
  readonly freshUntil: number
  body(coding: ContentCoding): Promise<Buffer>
}

/** A name as it stands, for whoever wants a few of its manifests. */
export type KnownVersions = {
  /** Names this state of the package. */
  readonly key: string
  readonly restricted: boolean
  /** Published here, not at an upstream. */
  readonly local: boolean
  listing(): Promise<VersionListing>
  /** JSON text of a version by its key in the document. */
  manifest(key: string): Promise<string>
}

/** All versions as the document has them. */
export type VersionListing = {
  readonly distTags: Readonly<Record<string, string>>
  /** Ascending by their keys in the document, each with its time in milliseconds since 1970. */
  readonly versions: ReadonlyMap<string, number | undefined>
}

export type PackumentsOptions = {
  readonly index: PackageIndex
  readonly blobs: BlobStorage
  readonly names: Names
  readonly upstream: UpstreamPackuments
  /** Our public URL with a trailing slash; known when the server listens. */
  readonly baseUrl: () => string
  readonly now: () => number
}

export class Packuments {
  readonly #options: PackumentsOptions
  readonly #bodies = new BodyCache(CACHE_SIZE_MAX)
  readonly #etags = new BodyCache(CACHE_SIZE_MAX / 64)
  readonly #flights = new SingleFlight<Buffer>()
  /** Answers by form and name, each with the stamp under which it was found. */
  readonly #answers = new Map<string, { readonly stamp: number; readonly served: ServedPackument }>()

  constructor(options: PackumentsOptions) {
    this.#options = options
  }

  /** Undefined when nobody has the package. */
  async get(name: PackageName, form: PackumentForm): Promise<ServedPackument | undefined> {
    // Taken before anything is read: what is written meanwhile makes the answer old, never the other way round.
    const stamp = this.#options.index.stamp()
    if (stamp === undefined) return this.#find(name, form)
    const key = `${form} ${name}`
    const known = this.#answers.get(key)
    if (known?.stamp === stamp && this.#options.now() < known.served.freshUntil) return known.served
    const served = await this.#find(name, form)
    if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear()
    if (served !== undefined && served.freshUntil > 0) this.#answers.set(key, { stamp, served })
    return served
  }

  async #find(name: PackageName, form: PackumentForm): Promise<ServedPackument | undefined> {
    const standing = await this.#options.names.standing(name)
    if (standing.kind === 'local') return this.#local(standing.head, form)
    if (standing.kind !== 'upstream') return undefined
    const found = await this.#options.upstream.get(name, standing.upstream)
    return found === undefined ? undefined : this.#ofUpstream(found, form)
  }

  /** The manifest of one version, or of what a tag names; as JSON text. */
  async manifest(name: PackageName, wanted: string): Promise<string | undefined> {
    const standing = await this.#options.names.standing(name)
    if (standing.kind === 'local') return this.#localManifest(name, wanted)
    if (standing.kind !== 'upstream') return undefined
    const found = await this.#options.upstream.get(name, standing.upstream)
    if (found === undefined) return undefined
    const facts = await this.#options.upstream.facts(found)
    const version = facts.versions[wanted] ?? facts.versions[facts.distTags[wanted] ?? '']
    if (version === undefined) return undefined
    return this.#part(found.full, version)
  }

  async distTags(name: PackageName): Promise<Readonly<Record<string, string>> | undefined> {
    const standing = await this.#options.names.standing(name)
    if (standing.kind === 'local') return (await this.#options.index.read(name))?.distTags
    if (standing.kind !== 'upstream') return undefined
    const found = await this.#options.upstream.get(name, standing.upstream)
    return found === undefined ? undefined : (await this.#options.upstream.facts(found)).distTags
  }

  /** What is known of a name; undefined when nobody has it. */
  async versions(name: PackageName): Promise<KnownVersions | undefined> {
    const standing = await this.#options.names.standing(name)
    if (standing.kind === 'local') return this.#localVersions(name)
    if (standing.kind !== 'upstream') return undefined
    const found = await this.#options.upstream.get(name, standing.upstream)
    if (found === undefined) return undefined
    return {
      key: `${name} ${found.factsBlob.integrity}`,
      restricted: false,
      local: false,
      listing: async () => {
        const { versions, distTags } = await this.#options.upstream.facts(found)
        const times = Object.entries(versions).map(([key, { publishedAt }]) => [key, publishedAt] as const)
        return { distTags, versions: new Map(times) }
      },
      manifest: async (key) => {
        const { versions } = await this.#options.upstream.facts(found)
        return this.#part(found.full, versions[key] ?? { start: 0, end: 0 })
      },
    }
  }

  async #localVersions(name: PackageName): Promise<KnownVersions | undefined> {
    const record = await this.#options.index.read(name)
    if (record === undefined || record.versions.length === 0) return undefined
    const rows = new Map<string, VersionRow>(record.versions.map((row) => [row.version, row]))
    return {
      key: `${name} ${record.createdAt} ${record.revision}`,
      restricted: record.access === 'restricted',
      local: true,
      listing: async () => ({
        distTags: record.distTags,
        versions: new Map(record.versions.map((row) => [row.version, Date.parse(row.publishedAt)])),
      }),
      manifest: async (key) => rows.get(key)?.full ?? '{}',
    }
  }

  async #local(head: PackageHead, form: PackumentForm): Promise<ServedPackument | undefined> {
    const base = this.#options.baseUrl()
    const key = `${head.name} ${head.createdAt} ${head.revision} ${form} ${base}`
    const known = this.#etags.get(key)
    const identity = known === undefined ? await this.#render(key, head.name, form) : undefined
    if (identity?.length === 0) return undefined
    const etag = known ?? Buffer.from(etagOf(identity ?? Buffer.alloc(0)))
    this.#etags.set(key, etag)
    return {
      etag: etag.toString(),
      modifiedAt: head.modifiedAt,
      restricted: head.access === 'restricted',
      source: 'local',
      stale: false,
      notice: undefined,
      freshUntil: Infinity,
      body: (coding) => this.#encoded(`${key} ${coding}`, coding, () => this.#render(key, head.name, form)),
    }
  }

  /** The document as it is, empty when no version is left; kept under its key and rendered once at a time. */
  #render(key: string, name: PackageName, form: PackumentForm): Promise<Buffer> {
    return this.#encoded(`${key} identity`, 'identity', async () => {
      const record = await this.#options.index.read(name)
      if (record === undefined || record.versions.length === 0) return Buffer.alloc(0)
      return Buffer.from(renderRecord(record, form, this.#options.baseUrl()))
    })
  }

  #ofUpstream(found: UpstreamPackument, form: PackumentForm): ServedPackument {
    const document = found[form]
    return {
      etag: document.etag,
      modifiedAt: found.modifiedAt,
      restricted: false,
      source: found.source,
      stale: found.stale,
      notice: this.#options.upstream.notice(found),
      // What is held back matures without anything being written.
      freshUntil: found.held.length > 0 ? 0 : found.freshUntil,
      body: (coding) =>
        this.#made(`${document.integrity} ${coding}`, async () => recode(await this.#stored(document), coding)),
    }
  }

  /** A piece of a document's text. */
  async #part(document: StoredDocument, { start, end }: { start: number; end: number }): Promise<string> {
    return (await decodePart(await this.#stored(document), start, end)).toString('utf8')
  }

  /** As it is stored: compressed with Zstandard. */
  #stored(document: StoredDocument): Promise<Buffer> {
    return this.#made(`${document.integrity} stored`, async () => {
      const bytes = await readAll(this.#options.blobs, document.integrity)
      if (bytes === undefined) throw new Error(`the blob ${document.integrity} of a cached document is missing`)
      return bytes
    })
  }

  #encoded(key: string, coding: ContentCoding, source: () => Promise<Buffer>): Promise<Buffer> {
    return this.#made(key, async () => encode(await source(), coding))
  }

  /** From the cache, or made once however many ask. */
  async #made(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const known = this.#bodies.get(key)
    if (known !== undefined) return known
    return this.#flights.run(key, async () => {
      const body = await make()
      this.#bodies.set(key, body)
      return body
    })
  }

  async #localManifest(name: PackageName, wanted: string): Promise<string | undefined> {
    const record = await this.#options.index.read(name)
    const version = record?.distTags[wanted] ?? wanted
    const row = record?.versions.find((candidate) => candidate.version === version)
    return row === undefined
      ? undefined
      : closeText(row.full, tarballAddress(this.#options.baseUrl(), name, row.version))
  }
}

export function renderRecord(record: PackageRecord, form: PackumentForm, baseUrl: string): string {
  const parts = { ...record, baseUrl }
  if (form === 'abbreviated') return renderAbbreviated(parts)
  return renderFull(parts, {
    revision: revisionText(record),
    maintainers: record.owners.map((owner) => ({ name: owner, email: '' })),
    users: Object.fromEntries(record.stars.map((account) => [account, true])),
    access: record.access,
    readme: record.readme?.text ?? '',
    readmeFilename: record.readme?.path ?? '',
    latest: latestManifest(record),
  })
}

/** `_rev` as clients send it back: the number of the state, and a name for it that no other package's has. */
export function revisionText(head: Pick<PackageHead, 'name' | 'revision' | 'createdAt'>): string {
  const hash = createHash('sha256').update(`${head.name} ${head.createdAt} ${head.revision}`).digest('hex')
  return `${head.revision}-${hash.slice(0, 32)}`
}

function latestManifest(record: PackageRecord): JsonObject {
  const latest: Version | undefined = record.distTags.latest
  const row: VersionRow | undefined = record.versions.find((version) => version.version === latest)
  return row === undefined ? {} : (asJsonObject(parseJson(row.full, `${record.name}@${row.version}`)) ?? {})
}

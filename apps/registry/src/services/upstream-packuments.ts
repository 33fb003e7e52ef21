/**
 * The upstream's packuments: fetched once however many ask, derived once, kept as blobs, asked for again when they are no longer fresh, and
 * served as they were when the upstream fails. "Not found" is kept as well, briefly.
 */
import { asJsonObject, parseJson } from '@alkahest/core'
import type { Integrity, JsonObject, PackageName } from '@alkahest/core'
import { acceptFull, routes } from '@alkahest/protocol'
import type { BlobStorage } from '../ports/blob-storage.ts'
import { putBytes, readAll } from '../ports/blob-storage.ts'
import type { UpstreamIndex, UpstreamRecord } from '../ports/package-index.ts'
import { Refusal } from '../refusal.ts'
import { encode, etagOf } from './coding.ts'
import type { PackumentFacts } from './derive-packument.ts'
import type { Deriver } from './derive-worker.ts'
import type { UpstreamRule } from './names.ts'
import { SingleFlight } from './single-flight.ts'
import type { UpstreamClient } from './upstream-client.ts'

/** Tables of facts kept in memory; each is some hundred bytes a version. */
const FACTS_KEPT_MAX = 300

/** Changes when what is derived changes: older derived documents are then derived again. */
const DERIVATION = 1

export type StoredDocument = {
  /** The blob, compressed with Zstandard. */
  readonly integrity: Integrity
  readonly size: number
  readonly etag: string
}

export type UpstreamPackument = {
  readonly name: PackageName
  readonly upstream: string
  readonly full: StoredDocument
  readonly abbreviated: StoredDocument
  readonly factsBlob: { readonly integrity: Integrity; readonly size: number }
  readonly modifiedAt: string | undefined
  /** What its addresses begin with; with another public URL it is derived again. */
  readonly baseUrl: string
  readonly source: 'cache' | 'upstream'
  readonly stale: boolean
}

export type UpstreamPackumentsOptions = {
  readonly index: UpstreamIndex
  readonly blobs: BlobStorage
  readonly client: UpstreamClient
  readonly deriver: Deriver
  readonly baseUrl: () => string
  readonly maxAgeMs: number
  readonly negativeMaxAgeMs: number
  readonly now: () => number
}

export class UpstreamPackuments {
  readonly #options: UpstreamPackumentsOptions
  readonly #flights = new SingleFlight<UpstreamPackument | undefined>()
  readonly #facts = new Map<Integrity, PackumentFacts>()

  constructor(options: UpstreamPackumentsOptions) {
    this.#options = options
  }

  /** Undefined when the upstream does not have it; a refusal when it cannot be asked and nothing is kept. */
  async get(name: PackageName, rule: UpstreamRule): Promise<UpstreamPackument | undefined> {
    const record = await this.#record(name, rule)
    const kept = record === undefined ? undefined : this.#keptIn(record)
    if (record !== undefined && this.#isFresh(record) && (kept !== undefined || !record.found)) return kept
    return this.#flights.run(name, () => this.#refresh(name, rule, record))
  }

  /** Whether the upstream has the name now, asked afresh: what a publish needs to know. */
  async exists(name: PackageName, rule: UpstreamRule): Promise<boolean> {
    const found = await this.#flights.run(name, async () => this.#refresh(name, rule, await this.#record(name, rule)))
    if (found?.stale === true)
      throw new Refusal(503, `the upstream cannot be asked whether it has ${name}: try again later`)
    return found !== undefined
  }

  async facts(packument: UpstreamPackument): Promise<PackumentFacts> {
    const { integrity } = packument.factsBlob
    const known = this.#facts.get(integrity)
    if (known !== undefined) return known
    const bytes = await readAll(this.#options.blobs, integrity)
    if (bytes === undefined) throw new Error(`the blob ${integrity} of a cached table of facts is missing`)
    // Written by us from checked values: it is read back as it was.
    const facts = parseJson(bytes.toString('utf8'), `facts of ${packument.name}`) as unknown as PackumentFacts
    if (this.#facts.size >= FACTS_KEPT_MAX) this.#facts.clear()
    this.#facts.set(integrity, facts)
    return facts
  }

  /** What is kept, if it came from this upstream. */
  async #record(name: PackageName, rule: UpstreamRule): Promise<UpstreamRecord | undefined> {
    const record = await this.#options.index.upstream(name)
    return record?.upstream === rule.url ? record : undefined
  }

  #isFresh(record: UpstreamRecord): boolean {
    const maxAge = record.found ? this.#options.maxAgeMs : this.#options.negativeMaxAgeMs
    return this.#options.now() - record.checkedAt < maxAge
  }

  /** The kept documents, or undefined when they were derived otherwise than today. */
  #keptIn(record: UpstreamRecord): UpstreamPackument | undefined {
    const documents = record.documents as JsonObject & Partial<UpstreamPackument> & { derivation?: number }
    if (!record.found || documents.derivation !== DERIVATION || documents.baseUrl !== this.#options.baseUrl())
      return undefined
    return {
      ...(documents as unknown as UpstreamPackument),
      name: record.name,
      upstream: record.upstream,
      source: 'cache',
      stale: false,
    }
  }

  async #refresh(
    name: PackageName,
    rule: UpstreamRule,
    record: UpstreamRecord | undefined,
  ): Promise<UpstreamPackument | undefined> {
    const kept = record === undefined ? undefined : this.#keptIn(record)
    try {
      return await this.#fetch(name, rule, kept === undefined ? undefined : record)
    } catch (cause) {
      // Half an hour without the upstream must not stop anyone: what it said last is served, and said to be old.
      if (kept !== undefined) return { ...kept, stale: true }
      throw cause
    }
  }

  async #fetch(
    name: PackageName,
    rule: UpstreamRule,
    record: UpstreamRecord | undefined,
  ): Promise<UpstreamPackument | undefined> {
    const { client, index, now } = this.#options
    const answer = await client.document(rule, routes.packument(name), {
      accept: acceptFull,
      ...(record?.etag === undefined ? {} : { 'if-none-match': record.etag }),
      ...(record?.lastModified === undefined ? {} : { 'if-modified-since': record.lastModified }),
    })
    const seen = { name, upstream: rule.url, checkedAt: now() }
    if (answer.status === 404) {
      await index.putUpstream({ ...seen, found: false, etag: undefined, lastModified: undefined, documents: {} })
      return undefined
    }
    if (answer.status === 304 && record !== undefined) {
      await index.putUpstream({ ...record, checkedAt: seen.checkedAt })
      return this.#keptIn(record)
    }
    const source = etagOf(answer.body)
    if (record !== undefined && record.documents.source === source) {
      // An upstream without ETags sends all of it again: what is the same is not derived again, and keeps its own ETag.
      await index.putUpstream({ ...record, checkedAt: seen.checkedAt })
      return this.#keptIn(record)
    }
    const packument = await this.#derive(name, rule, answer.body)
    const { name: _name, upstream: _upstream, source: _source, stale: _stale, ...documents } = packument
    await index.putUpstream({
      ...seen,
      found: true,
      etag: answer.headers.etag,
      lastModified: answer.headers['last-modified'],
      documents: asJsonObject(JSON.parse(JSON.stringify({ ...documents, derivation: DERIVATION, source }))) ?? {},
    })
    return packument
  }

  async #derive(name: PackageName, rule: UpstreamRule, body: Buffer): Promise<UpstreamPackument> {
    const { blobs, deriver, baseUrl } = this.#options
    const base = baseUrl()
    const derived = await deriver.derive({ name, baseUrl: base, body }).catch((cause: unknown) => {
      throw new Refusal(502, `the upstream's answer about ${name} cannot be used: ${(cause as Error).message}`)
    })
    const store = async (bytes: Uint8Array): Promise<StoredDocument> => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const { integrity, size } = await putBytes(blobs, await encode(buffer, 'zstd'))
      return { integrity, size, etag: etagOf(buffer) }
    }
    const [full, abbreviated, facts] = await Promise.all([
      store(derived.full),
      store(derived.abbreviated),
      putBytes(blobs, Buffer.from(JSON.stringify(derived.facts))),
    ])
    return {
      name,
      upstream: rule.url,
      full,
      abbreviated,
      factsBlob: { integrity: facts.integrity, size: facts.size },
      modifiedAt: derived.modifiedAt,
      baseUrl: base,
      source: 'upstream',
      stale: false,
    }
  }
}

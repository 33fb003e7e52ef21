/**
 * The upstream's packuments: fetched once however many ask, derived once, kept as blobs, asked for again when they are no longer fresh, and
 * served as they were when the upstream fails. "Not found" is kept as well, briefly. What the upstream withdraws, and what our policy holds
 * back, is not in them.
 */
import { asJsonObject, parseJson } from '@alkahest/core'
import type { Integrity, JsonObject, PackageName, Version } from '@alkahest/core'
import { acceptFull, routes } from '@alkahest/protocol'
import type { BlobStorage } from '../ports/blob-storage.ts'
import { putBytes, readAll } from '../ports/blob-storage.ts'
import type { UpstreamIndex, UpstreamRecord } from '../ports/package-index.ts'
import { Refusal } from '../refusal.ts'
import type { HeldVersion, PackumentFacts } from './derive-packument.ts'
import type { DerivedBytes, DerivedDocument, DeriveRequest } from './derive-bytes.ts'
import type { Deriver } from './deriver.ts'
import type { UpstreamRule } from './names.ts'
import { SingleFlight } from './single-flight.ts'
import { isStorageFull } from './storage-full.ts'
import type { UpstreamClient } from './upstream-client.ts'
import type { UpstreamPolicy } from './upstream-policy.ts'

/** Of the tables of facts kept in memory, as JSON in bytes; parsed they take some three times as much. */
const FACTS_SIZE_MAX = 12 * 1024 * 1024

/** Changes when what is derived changes: older derived documents are then derived again. */
const DERIVATION = 2

/** Up to this many times its age a document is served at once and refreshed behind it; older than that, who asks waits a little. */
const STALE_FACTOR = 2

/**
 * How long whoever asks for an old document waits for the upstream before he gets the old one: a quick upstream shows what is new at the first
 * question, and a slow one (no ETags, so that every answer is the whole document) costs an install of many names no more than this for each level.
 */
const PATIENCE_MS = 300

/** Versions that a notice names. */
const NOTICE_VERSIONS_MAX = 5

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
  /** What the addresses begin with and which policy counted: with others it is derived again. */
  readonly derivedFor: string
  /** Versions that the upstream had and has no more, with the day on which that was seen. */
  readonly withdrawn: Readonly<Record<string, string>>
  readonly held: readonly HeldVersion[]
  readonly source: 'cache' | 'upstream'
  readonly stale: boolean
  /** Milliseconds since 1970 until which it need not be looked at again; 0 when it must be. */
  readonly freshUntil: number
}

export type UpstreamPackumentsOptions = {
  readonly index: UpstreamIndex
  readonly blobs: BlobStorage
  readonly client: UpstreamClient
  readonly deriver: Deriver
  readonly policy: UpstreamPolicy
  readonly baseUrl: () => string
  readonly maxAgeMs: number
  readonly negativeMaxAgeMs: number
  readonly quarantineMs: number
  readonly now: () => number
}

type Known = { readonly record: UpstreamRecord; readonly kept: UpstreamPackument | undefined }

export class UpstreamPackuments {
  readonly #options: UpstreamPackumentsOptions
  readonly #flights = new SingleFlight<UpstreamPackument | undefined>()
  readonly #facts = new Map<Integrity, PackumentFacts>()
  #factsSize = 0

  constructor(options: UpstreamPackumentsOptions) {
    this.#options = options
  }

  /** Undefined when the upstream does not have it; a refusal when it cannot be asked and nothing is kept. */
  async get(name: PackageName, rule: UpstreamRule): Promise<UpstreamPackument | undefined> {
    this.#options.policy.checkName(name)
    const known = await this.#known(name, rule)
    const freshness = known === undefined ? 'old' : this.#freshness(known)
    if (freshness === 'fresh') return known?.kept
    const refreshed = this.#flights.run(name, () => this.#refresh(name, rule, known))
    if (freshness === 'old' || known?.kept === undefined) return refreshed
    // Whoever waits for this flight is told of its failure; those who got the kept one need not know.
    refreshed.catch(() => undefined)
    const kept = { ...known.kept, freshUntil: 0 }
    return freshness === 'stale' ? kept : withinPatience(refreshed, kept)
  }

  /** Whether the upstream has the name now, asked afresh: what a publish needs to know. */
  async exists(name: PackageName, rule: UpstreamRule): Promise<boolean> {
    const found = await this.#flights.run(name, async () => this.#refresh(name, rule, await this.#known(name, rule)))
    if (found?.stale === true)
      throw new Refusal(503, `the upstream cannot be asked whether it has ${name}: try again later`)
    return found !== undefined
  }

  /** Resolves when nothing is being asked any more: nobody waits for what is refreshed behind an answer. */
  settled(): Promise<void> {
    return this.#flights.settled()
  }

  async facts(packument: UpstreamPackument): Promise<PackumentFacts> {
    const { integrity } = packument.factsBlob
    const known = this.#facts.get(integrity)
    if (known !== undefined) return known
    const bytes = await readAll(this.#options.blobs, integrity)
    if (bytes === undefined) throw new Error(`the blob ${integrity} of a cached table of facts is missing`)
    // Written by us from checked values: it is read back as it was.
    const facts = parseJson(bytes.toString('utf8'), `facts of ${packument.name}`) as unknown as PackumentFacts
    if (this.#factsSize + bytes.length > FACTS_SIZE_MAX) {
      this.#facts.clear()
      this.#factsSize = 0
    }
    this.#facts.set(integrity, facts)
    this.#factsSize += bytes.length
    return facts
  }

  /** Throws when a tarball that is kept may no longer be given out: withdrawn upstream, or held back here. */
  async checkTarball(name: PackageName, version: Version, rule: UpstreamRule): Promise<void> {
    const packument = await this.get(name, rule)
    const day = packument?.withdrawn[version]
    if (packument === undefined) throw new Refusal(404, `${name} not found: the upstream has it no more`)
    if (day !== undefined)
      throw new Refusal(404, `${name}@${version} not found: the upstream withdrew it (seen on ${day})`)
    const held = packument.held.find((candidate) => candidate.version === version)
    if (held !== undefined)
      throw new Refusal(403, `${name}@${version} is held back by this registry${this.#until(held)}`)
  }

  /** What clients print for people: why a version that they may have seen elsewhere is not here. */
  notice(packument: UpstreamPackument): string | undefined {
    const held = packument.held
      .slice(-NOTICE_VERSIONS_MAX)
      .map((version) => `${version.version}${this.#until(version)}`)
    const withdrawn = Object.keys(packument.withdrawn).slice(-NOTICE_VERSIONS_MAX)
    const parts = [
      ...(held.length === 0 ? [] : [`held back by this registry: ${held.join(', ')}`]),
      ...(withdrawn.length === 0 ? [] : [`withdrawn by the upstream: ${withdrawn.join(', ')}`]),
    ]
    return parts.length === 0 ? undefined : `${packument.name}: ${parts.join('; ')}`
  }

  #until(held: HeldVersion): string {
    const until = this.#options.policy.heldUntil({ id: '', publishedAt: held.publishedAt }, this.#options.now())
    return until === undefined ? '' : ` until ${new Date(until).toISOString()}`
  }

  /** What is kept, if it came from this upstream. */
  async #known(name: PackageName, rule: UpstreamRule): Promise<Known | undefined> {
    const record = await this.#options.index.upstream(name)
    return record?.upstream === rule.url ? { record, kept: this.#keptIn(record) } : undefined
  }

  #freshness({ record, kept }: Known): 'fresh' | 'stale' | 'late' | 'old' {
    const now = this.#options.now()
    const age = now - record.checkedAt
    if (!record.found) return age < this.#options.negativeMaxAgeMs ? 'fresh' : 'old'
    if (kept === undefined || this.#hasMatured(kept, now)) return 'old'
    if (age < this.#options.maxAgeMs) return 'fresh'
    // An age of nothing means that nothing old is wanted.
    if (this.#options.maxAgeMs === 0) return 'old'
    return age < this.#options.maxAgeMs * STALE_FACTOR ? 'stale' : 'late'
  }

  /** Whether a version that was held back for its age is old enough by now. */
  #hasMatured(kept: UpstreamPackument, now: number): boolean {
    const { quarantineMs } = this.#options
    return kept.held.some(({ version, publishedAt }) => {
      const id = `${kept.name}@${version}`
      return (
        publishedAt !== undefined &&
        quarantineMs > 0 &&
        this.#options.policy.heldUntil({ id, publishedAt }, now) === undefined
      )
    })
  }

  /** The kept documents, or undefined when they were derived otherwise than today. */
  #keptIn(record: UpstreamRecord): UpstreamPackument | undefined {
    const documents = record.documents as JsonObject & Partial<UpstreamPackument>
    if (!record.found || documents.derivedFor !== this.#derivedFor()) return undefined
    return {
      ...(documents as unknown as UpstreamPackument),
      name: record.name,
      upstream: record.upstream,
      source: 'cache',
      stale: false,
      freshUntil: record.checkedAt + this.#options.maxAgeMs,
    }
  }

  #derivedFor(): string {
    return `${DERIVATION} ${this.#options.baseUrl()} ${this.#options.policy.key}`
  }

  async #refresh(
    name: PackageName,
    rule: UpstreamRule,
    known: Known | undefined,
  ): Promise<UpstreamPackument | undefined> {
    try {
      return await this.#fetch(name, rule, known)
    } catch (cause) {
      // Half an hour without the upstream must not stop anyone: what it said last is served, and said to be old.
      const failed = (cause instanceof Refusal && cause.status >= 500) || isStorageFull(cause)
      if (known?.kept !== undefined && failed) return { ...known.kept, stale: true, freshUntil: 0 }
      throw cause
    }
  }

  async #fetch(
    name: PackageName,
    rule: UpstreamRule,
    known: Known | undefined,
  ): Promise<UpstreamPackument | undefined> {
    const { client, index, now } = this.#options
    // Only what can be served again unchanged is asked for conditionally.
    const same = known?.kept === undefined || this.#hasMatured(known.kept, now()) ? undefined : known
    const answer = await client.document(rule, routes.packument(name), {
      accept: acceptFull,
      ...(same?.record.etag === undefined ? {} : { 'if-none-match': same.record.etag }),
      ...(same?.record.lastModified === undefined ? {} : { 'if-modified-since': same.record.lastModified }),
    })
    const checkedAt = now()
    if (answer.status === 404) {
      const gone = {
        name,
        upstream: rule.url,
        checkedAt,
        found: false,
        etag: undefined,
        lastModified: undefined,
        documents: {},
      }
      await index.putUpstream(gone)
      return undefined
    }
    const keptSource = same?.record.documents.source
    const derived =
      same !== undefined && answer.status === 304
        ? undefined
        : await this.#derive(name, {
            body: answer.body,
            coding: answer.headers['content-encoding'],
            // An upstream without ETags sends all of it again: what is the same is not derived again, and keeps its own ETag.
            keptSource: typeof keptSource === 'string' ? keptSource : undefined,
          })
    if (same !== undefined && derived === undefined) {
      await index.putUpstream({ ...same.record, checkedAt })
      return same.kept
    }
    if (derived === undefined) throw new Refusal(502, `the upstream answered ${answer.status} to ${name} for no reason`)
    const packument = await this.#keep({ name, rule, derived, before: known })
    const {
      name: _name,
      upstream: _upstream,
      source: _source,
      stale: _stale,
      freshUntil: _fresh,
      ...documents
    } = packument
    await index.putUpstream({
      name,
      upstream: rule.url,
      found: true,
      checkedAt,
      etag: answer.headers.etag,
      lastModified: answer.headers['last-modified'],
      documents: asJsonObject(JSON.parse(JSON.stringify({ ...documents, source: derived.source }))) ?? {},
    })
    return packument
  }

  #derive(
    name: PackageName,
    document: Pick<DeriveRequest, 'body' | 'coding' | 'keptSource'>,
  ): Promise<DerivedBytes | undefined> {
    const { deriver, baseUrl, policy, quarantineMs, now } = this.#options
    const hold = {
      publishedAfter: quarantineMs === 0 ? undefined : now() - quarantineMs,
      versions: policy.deniedVersionsOf(name),
    }
    return deriver.derive({ name, baseUrl: baseUrl(), hold, ...document }).catch((cause: unknown) => {
      throw new Refusal(502, `the upstream's answer about ${name} cannot be used: ${(cause as Error).message}`)
    })
  }

  async #keep({ name, rule, derived, before }: Material): Promise<UpstreamPackument> {
    const { blobs } = this.#options
    const store = async ({ bytes, etag }: DerivedDocument): Promise<StoredDocument> => {
      const { integrity, size } = await putBytes(blobs, bytes)
      return { integrity, size, etag }
    }
    const [full, abbreviated, facts] = await Promise.all([
      store(derived.full),
      store(derived.abbreviated),
      putBytes(blobs, derived.facts),
    ])
    return {
      name,
      upstream: rule.url,
      full,
      abbreviated,
      factsBlob: { integrity: facts.integrity, size: facts.size },
      modifiedAt: derived.modifiedAt,
      derivedFor: this.#derivedFor(),
      withdrawn: await this.#withdrawn(derived, before),
      held: derived.held,
      source: 'upstream',
      stale: false,
      freshUntil: 0,
    }
  }

  /** What was there the last time and is not there now; once withdrawn, remembered for as long as it stays away. */
  async #withdrawn(derived: DerivedBytes, before: Known | undefined): Promise<Readonly<Record<string, string>>> {
    const last =
      before?.record.found === true ? (before.record.documents as unknown as Partial<UpstreamPackument>) : undefined
    if (before === undefined || last?.factsBlob === undefined) return {}
    const known = await this.facts({ ...(last as UpstreamPackument), name: before.record.name })
    const present = new Set([...derived.versions, ...derived.held.map(({ version }) => version)])
    const today = new Date(this.#options.now()).toISOString().slice(0, 10)
    const gone = Object.keys(known.versions).filter((version) => !present.has(version))
    const still = Object.entries(last.withdrawn ?? {}).filter(([version]) => !present.has(version))
    return { ...Object.fromEntries(gone.map((version) => [version, today])), ...Object.fromEntries(still) }
  }
}

/** The refreshed one when it comes soon, the kept one otherwise. */
async function withinPatience<Result>(refreshed: Promise<Result>, kept: Result): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<Result>((resolve) => (timer = setTimeout(() => resolve(kept), PATIENCE_MS)))
  try {
    return await Promise.race([refreshed, patience])
  } finally {
    clearTimeout(timer)
  }
}

type Material = {
  readonly name: PackageName
  readonly rule: UpstreamRule
  readonly derived: DerivedBytes
  readonly before: Known | undefined
}

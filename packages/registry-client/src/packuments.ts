/**
 * What versions a package has: from the cache when that is allowed to answer, else from the registry, asked only for
 * what changed. One request per name, however many want it; the short form unless times are needed that it lacks.
 */
import { asJsonObject } from '@alkahest/core'
import type { JsonObject, PackageName, PackageVersions } from '@alkahest/core'
import { checkStatus, parseAnswer } from '@alkahest/http'
import type { HttpAnswer } from '@alkahest/http'
import { acceptAbbreviated, acceptFull, routes } from '@alkahest/protocol'
import { nonsense } from './connection.ts'
import type { Closures } from './closures.ts'
import type { Connection } from './connection.ts'
import type { CachedDocument, DocumentCache } from './document-cache.ts'
import { splitPackument } from './lean-document.ts'
import type { LeanDocument, Provenance } from './lean-document.ts'

/** However long a registry says: publishing and unpublishing must become visible within a working day. */
const MAX_AGE_MAX_MS = 60 * 60 * 1000

export type VersionsOptions = {
  /** Milliseconds since 1970: it matters which versions are younger. */
  readonly publishedAfter?: number
  /** Ask the registry even when it allowed to keep the document for some time. */
  readonly fresh?: boolean
}

export type PackumentsOptions = {
  readonly connection: Connection
  readonly cache: DocumentCache
  /** Learns from every answer whether the registry has closures. */
  readonly closures: Closures
  readonly preferOffline: boolean
  readonly now: () => number
}

export class Packuments {
  readonly #options: PackumentsOptions
  /** What this process was told or is being told. */
  readonly #known = new Map<string, Promise<PackageVersions | 'missing'>>()
  /** Whom this process asked the registry about: nothing is fresher. */
  readonly #asked = new Set<PackageName>()

  constructor(options: PackumentsOptions) {
    this.#options = options
  }

  versions(name: PackageName, options: VersionsOptions): Promise<PackageVersions | 'missing'> {
    const fresh = options.fresh === true && !this.#asked.has(name) && !this.#options.connection.offline
    if (fresh) this.#dropKnown(name)
    const key = `${name} ${options.publishedAfter ?? ''}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const loading = this.#load(name, { ...options, fresh })
    this.#known.set(key, loading)
    // A failure is not knowledge: whoever asks again, asks the registry.
    loading.catch(() => this.#known.delete(key))
    return loading
  }

  /** After a publish, ours or another's, what was known is old. */
  async forget(name: PackageName): Promise<void> {
    this.#dropKnown(name)
    this.#asked.delete(name)
    this.#options.closures.forget()
    await this.#options.cache.forget(this.#options.connection.registryOf(name), name)
  }

  /** The full document as the registry has it, for people. */
  async document(name: PackageName): Promise<JsonObject | 'missing'> {
    const { connection } = this.#options
    const registry = connection.registryOf(name)
    const answer = await connection.ask('GET', routes.packument(name), { purpose: `get ${name}`, registry })
    if (answer.status === 404) return 'missing'
    checkStatus(answer)
    const document = asJsonObject(parseAnswer(answer))
    if (document === undefined) throw nonsense(`get ${name}`, registry, 'answered no document')
    return document
  }

  #dropKnown(name: PackageName): void {
    for (const key of this.#known.keys()) if (key.startsWith(`${name} `)) this.#known.delete(key)
  }

  async #load(name: PackageName, options: VersionsOptions): Promise<PackageVersions | 'missing'> {
    const { connection, cache } = this.#options
    const registry = connection.registryOf(name)
    const cached = cache.read(registry, name)
    if (cached !== undefined && this.#mayAnswer(cached, options)) return cached.document
    connection.checkOnline(`get ${name}`)
    const isCachedEnough = cached === undefined || isEnough(cached.document, options)
    const form = isCachedEnough ? (cached?.document.provenance.form ?? 'abbreviated') : 'full'
    const loaded = await this.#fetch(name, form, cached?.document)
    if (loaded === 'missing' || isEnough(loaded, options) || form === 'full') return loaded
    return this.#fetch(name, 'full', undefined)
  }

  /** Without asking: offline always, else while the registry allows it, and never for what is published there itself. */
  #mayAnswer({ document, confirmedAt }: CachedDocument, options: VersionsOptions): boolean {
    if (this.#options.connection.offline) return true
    if (!isEnough(document, options) || options.fresh === true) return false
    if (this.#options.preferOffline) return true
    const age = this.#options.now() - confirmedAt
    return !document.local && age >= 0 && age < document.provenance.maxAgeMs
  }

  async #fetch(
    name: PackageName,
    form: Provenance['form'],
    cached: LeanDocument | undefined,
  ): Promise<LeanDocument | 'missing'> {
    const { connection, cache, now } = this.#options
    const registry = connection.registryOf(name)
    this.#asked.add(name)
    const accept = form === 'full' ? acceptFull : acceptAbbreviated
    const headers = { accept, ...validators(cached, form) }
    const answer = await connection.ask('GET', routes.packument(name), { purpose: `get ${name}`, registry, headers })
    await this.#options.closures.learn(registry, answer)
    if (answer.status === 304 && cached !== undefined) {
      await cache.confirm(registry, name, now())
      return cached
    }
    if (answer.status === 404) return this.#missing(registry, name)
    checkStatus(answer)
    const document = parseAnswer(answer)
    if (isUnpublished(asJsonObject(document))) return this.#missing(registry, name)
    const place = registry + routes.packument(name)
    const split = splitPackument(document, provenanceOf(answer, form), { name, place })
    await cache.write(registry, name, split.bytes)
    await cache.confirm(registry, name, now())
    return split.document
  }

  async #missing(registry: string, name: PackageName): Promise<'missing'> {
    await this.#options.cache.forget(registry, name)
    return 'missing'
  }
}

/** Whether it tells what has to be known about ages: each one, or that none is younger than asked. */
function isEnough(document: LeanDocument, options: VersionsOptions): boolean {
  if (options.publishedAfter === undefined || document.local || document.hasTimes) return true
  return document.modified !== undefined && document.modified <= options.publishedAfter
}

/** A document of the other form is another document. */
function validators(cached: LeanDocument | undefined, form: Provenance['form']): Readonly<Record<string, string>> {
  if (cached === undefined || cached.provenance.form !== form) return {}
  const { etag, lastModified } = cached.provenance
  if (etag !== undefined) return { 'if-none-match': etag }
  return lastModified === undefined ? {} : { 'if-modified-since': lastModified }
}

function provenanceOf(answer: HttpAnswer, form: Provenance['form']): Provenance {
  const control = answer.headers['cache-control'] ?? ''
  const seconds = /(?:^|[\s,])max-age=(\d{1,9})/.exec(control)?.[1]
  const isKept = seconds !== undefined && !/no-cache|no-store/.test(control)
  return {
    form,
    etag: answer.headers.etag,
    lastModified: answer.headers['last-modified'],
    maxAgeMs: isKept ? Math.min(Number(seconds) * 1000, MAX_AGE_MAX_MS) : 0,
  }
}

/** npm's remains of a package that was taken back whole. */
function isUnpublished(document: JsonObject | undefined): boolean {
  return document?.versions === undefined && asJsonObject(document?.time)?.unpublished !== undefined
}

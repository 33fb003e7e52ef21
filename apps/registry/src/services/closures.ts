/**
 * The closure of a set of requirements: the minimal metadata of everything that can be reached from them, found breadth-first. Format and rules:
 * docs/formats/closure.md. Waves are taken one after the other and each in order, so that the same world gives the same lines.
 */
import { createHash } from 'node:crypto'
import { asJsonObject, asRange, isPackageName, parseJson, parseSpecifier, rangeHas, UserError } from '@alkahest/core'
import type { Json, JsonObject, PackageName, Specifier, Version } from '@alkahest/core'
import { Refusal } from '../refusal.ts'
import { BodyCache } from './sized-cache.ts'
import type { KnownVersions, Packuments } from './packuments.ts'

const NAMES_MAX = 10_000
const VERSIONS_MAX = 40_000
const RANGES_MAX = 50

/** Documents that are read at once: each may be tens of megabytes while its few manifests are cut out. */
const READ_AT_ONCE = 8

/** In bytes: cut-down manifests, some hundred bytes each. */
const MANIFESTS_SIZE_MAX = 16 * 1024 * 1024

const FIELDS = [
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bundleDependencies',
  'bundledDependencies',
  'engines',
  'bin',
  'os',
  'cpu',
  'libc',
  'deprecated',
  'hasInstallScript',
] as const

/** What a dependency asks for of a registry. */
type Wanted = Extract<Specifier, { kind: 'range' | 'tag' }>

export type ClosureRequest = {
  readonly requirements: readonly Wanted[]
  /** Milliseconds since 1970. */
  readonly publishedBefore: number | undefined
  /** Whether restricted packages may be seen. */
  readonly restricted: boolean
}

export type ClosuresOptions = {
  readonly packuments: Packuments
  readonly baseUrl: () => string
}

/** What is known of a name while a closure is made. */
type Reached = { readonly known: KnownVersions | string; readonly ranges: Set<string>; readonly picked: Set<string> }

export class Closures {
  readonly #options: ClosuresOptions
  readonly #manifests = new BodyCache(MANIFESTS_SIZE_MAX)

  constructor(options: ClosuresOptions) {
    this.#options = options
  }

  /** The lines, each with its line break; the last one has the revision. Throws a 413 beyond the limits. */
  async *lines(request: ClosureRequest): AsyncGenerator<string> {
    const hash = createHash('sha256')
    const line = (document: Json): string => {
      const text = `${JSON.stringify(document)}\n`
      hash.update(text)
      return text
    }
    yield line({ closure: 1, tarballs: this.#options.baseUrl() })
    const reached = new Map<PackageName, Reached>()
    let versions = 0
    for (let wave = request.requirements; wave.length > 0;) {
      const next: Wanted[] = []
      for (const name of await this.#readNew(wave, reached, request)) {
        const known = reached.get(name)?.known
        if (typeof known === 'string') yield line({ name, missing: known })
        else if (known !== undefined)
          yield line({ name, tags: known.distTags, ...(known.local ? { local: true } : {}) })
      }
      for (const wanted of wave) {
        const { known, ranges, picked } = reached.get(wanted.name) as Reached
        const text = wanted.kind === 'tag' ? `tag ${wanted.tag}` : wanted.range.text
        if (typeof known === 'string' || ranges.has(text)) continue
        ranges.add(text)
        if (ranges.size > RANGES_MAX) throw tooLarge(`${wanted.name} is asked for in over ${RANGES_MAX} ways`)
        for await (const [version, manifest] of this.#pick(known, wanted, request)) {
          if (picked.has(version)) continue
          picked.add(version)
          if (++versions > VERSIONS_MAX) throw tooLarge(`it reaches over ${VERSIONS_MAX} versions`)
          yield line({ name: wanted.name, version, manifest })
          next.push(...wantedBy(manifest))
        }
      }
      wave = next
    }
    yield `${JSON.stringify({ revision: hash.digest('base64url').slice(0, 32), packages: reached.size, versions })}\n`
  }

  /** Reads what the wave names for the first time; gives those names in order. */
  async #readNew(
    wave: readonly Wanted[],
    reached: Map<PackageName, Reached>,
    request: ClosureRequest,
  ): Promise<readonly PackageName[]> {
    const names = [...new Set(wave.map(({ name }) => name))].filter((name) => !reached.has(name))
    if (reached.size + names.length > NAMES_MAX) throw tooLarge(`it reaches over ${NAMES_MAX} packages`)
    // Entered in order before anything is awaited: the order of the lines is that of the wave.
    const found = new Map<PackageName, KnownVersions | string>()
    const queue = [...names]
    const readers = Array.from({ length: READ_AT_ONCE }, async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift())
        found.set(name, await this.#read(name, request))
    })
    await Promise.all(readers)
    for (const name of names) reached.set(name, { known: found.get(name) ?? '', ranges: new Set(), picked: new Set() })
    return names
  }

  /** A sentence when it cannot be had: one name that fails is no reason to answer nothing about the others. */
  async #read(name: PackageName, { restricted }: ClosureRequest): Promise<KnownVersions | string> {
    try {
      const known = await this.#options.packuments.versions(name)
      return known === undefined || (known.restricted && !restricted) ? `${name} not found` : known
    } catch (cause) {
      if (cause instanceof Refusal) return cause.message
      throw cause
    }
  }

  /** What npm would take of it, and, when that is deprecated, what is not. */
  async *#pick(known: KnownVersions, wanted: Wanted, request: ClosureRequest): AsyncGenerator<[string, JsonObject]> {
    const before = known.local ? undefined : request.publishedBefore
    const isOld = (version: string): boolean => before === undefined || (known.publishedAt(version) ?? 0) <= before
    if (wanted.kind === 'tag') {
      const version = known.distTags[wanted.tag]
      if (version !== undefined && isOld(version)) yield [version, await this.#manifest(known, version)]
      return
    }
    const { range } = wanted
    const inRange = (version: string): boolean => isOld(version) && rangeHas(range, version as Version)
    const { latest } = known.distTags
    const highest = known.versions.findLast(inRange)
    const best = latest !== undefined && isOld(latest) && (range.text === '*' || inRange(latest)) ? latest : highest
    if (best === undefined) return
    const manifest = await this.#manifest(known, best)
    yield [best, manifest]
    if (manifest.deprecated === undefined) return
    for (const version of known.versions.toReversed().filter(inRange)) {
      const other = await this.#manifest(known, version)
      if (other.deprecated !== undefined) continue
      yield [version, other]
      return
    }
  }

  async #manifest(known: KnownVersions, version: string): Promise<JsonObject> {
    const key = `${known.key} ${version}`
    const kept = this.#manifests.get(key)
    if (kept !== undefined) return JSON.parse(kept.toString('utf8')) as JsonObject
    const manifest = minimal(asJsonObject(parseJson(await known.manifest(version), key)) ?? {})
    this.#manifests.set(key, Buffer.from(JSON.stringify(manifest)))
    return manifest
  }
}

/** Reads the body's requirements; what is no requirement of a registry is passed over. */
export function readRequirements(value: Json | undefined): readonly Wanted[] {
  return Object.entries(asJsonObject(value) ?? {}).flatMap(([alias, texts]) =>
    (Array.isArray(texts) ? texts : [texts]).flatMap((text) => (typeof text === 'string' ? wantedOf(alias, text) : [])),
  )
}

function wantedBy(manifest: JsonObject): readonly Wanted[] {
  const optionalPeers = asJsonObject(manifest.peerDependenciesMeta) ?? {}
  return [
    ...Object.entries(asJsonObject(manifest.dependencies) ?? {}),
    ...Object.entries(asJsonObject(manifest.optionalDependencies) ?? {}),
    ...Object.entries(asJsonObject(manifest.peerDependencies) ?? {}).filter(
      ([name]) => asJsonObject(optionalPeers[name])?.optional !== true,
    ),
  ].flatMap(([alias, text]) => (typeof text === 'string' ? wantedOf(alias, text) : []))
}

function wantedOf(alias: string, text: string): readonly Wanted[] {
  if (!isPackageName(alias)) return []
  // Nearly all of them, without the other grammars.
  const range = asRange(text)
  if (range !== undefined) return [{ kind: 'range', name: alias, range }]
  try {
    const specifier = parseSpecifier(alias, text, 'the requirements')
    return specifier.kind === 'range' || specifier.kind === 'tag' ? [specifier] : []
  } catch (cause) {
    // Published manifests hold every mistake ever made: what nobody can read, nobody can reach.
    if (cause instanceof UserError) return []
    throw cause
  }
}

function minimal(manifest: JsonObject): JsonObject {
  const dist = asJsonObject(manifest.dist) ?? {}
  const promise = typeof dist.integrity === 'string' ? { integrity: dist.integrity } : { shasum: dist.shasum ?? null }
  const kept = FIELDS.flatMap((field) => (isSaid(manifest[field]) ? [[field, manifest[field]] as [string, Json]] : []))
  return {
    ...Object.fromEntries(kept),
    dist: { ...promise, ...(typeof dist.unpackedSize === 'number' ? { unpackedSize: dist.unpackedSize } : {}) },
  }
}

/** Neither absent nor empty. */
function isSaid(value: Json | undefined): value is Json {
  if (value === undefined || value === null || value === false || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

function tooLarge(reason: string): Refusal {
  return new Refusal(413, `the closure is too large: ${reason}`)
}

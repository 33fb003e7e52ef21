/**
 * The closure of a set of requirements: the metadata of everything that can be reached from them, found breadth-first.
 * Format and rules: docs/formats/closure.md. Waves are taken one after the other and each in order, so that the same world
 * gives the same lines.
 */
import { createHash } from 'node:crypto'
import { asJsonObject, asRange, asVersion, isPackageName, parseJson, parseSpecifier, UserError } from '@alkahest/core'
import type { Json, JsonObject, PackageName, Version } from '@alkahest/core'
import {
  canonicalVersions,
  CLOSURE_FORMAT,
  CLOSURE_NAMES_MAX,
  CLOSURE_VERSIONS_MAX,
  formatVersionList,
  leanManifest,
  tarballAddress,
} from '@alkahest/protocol'
import { Refusal } from '../refusal.ts'
import { pickVersions } from './closure-picks.ts'
import type { Listed, Pick, Wanted } from './closure-picks.ts'
import type { KnownVersions, Packuments } from './packuments.ts'
import { BodyCache, SizedCache } from './sized-cache.ts'

const RANGES_MAX = 50

/** Documents that are read at once: each may be tens of megabytes while its few manifests are cut out. */
const READ_AT_ONCE = 8

/** In bytes: lean manifests, some hundred bytes each. */
const MANIFESTS_SIZE_MAX = 16 * 1024 * 1024

/** In versions, of all lists that are kept: some hundred bytes each. */
const LISTED_MAX = 200_000

export type ClosureRequest = {
  readonly requirements: readonly Wanted[]
  /** Milliseconds since 1970. */
  readonly publishedBefore: number | undefined
  /** The Node that `engines` is held against. */
  readonly node: string | undefined
  /** Whether restricted packages may be seen. */
  readonly restricted: boolean
}

export type ClosuresOptions = {
  readonly packuments: Packuments
  readonly baseUrl: () => string
}

/** A name with all its versions, as it is kept. */
type Listing = Listed & {
  /** As it travels. */
  readonly text: string
  /** Where the document has a version under another spelling. */
  readonly keys: ReadonlyMap<Version, string>
}

/** What is known of a name while a closure is made; the sentence says why there is nothing. */
type Reached = {
  readonly found: { readonly known: KnownVersions; readonly listing: Listing } | string
  readonly ranges: Set<string>
  readonly told: Set<string>
  readonly followed: Set<string>
}

export class Closures {
  readonly #options: ClosuresOptions
  readonly #manifests = new BodyCache(MANIFESTS_SIZE_MAX)
  readonly #listings = new SizedCache<Listing>({ sizeMax: LISTED_MAX, sizeOf: ({ versions }) => versions.length + 8 })

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
    yield line({ closure: CLOSURE_FORMAT, tarballs: this.#options.baseUrl() })
    const reached = new Map<PackageName, Reached>()
    let versions = 0
    for (let wave = request.requirements; wave.length > 0;) {
      const next: Wanted[] = []
      for (const name of await this.#readNew(wave, reached, request)) {
        const { found } = reached.get(name) as Reached
        yield line(typeof found === 'string' ? { name, missing: found } : headOf(name, found.listing, request))
      }
      for (const wanted of wave) {
        const { name } = wanted
        const { found, ranges, told, followed } = reached.get(name) as Reached
        const text = wanted.kind === 'tag' ? `tag ${wanted.tag}` : wanted.range.text
        if (typeof found === 'string' || ranges.has(text)) continue
        ranges.add(text)
        if (ranges.size > RANGES_MAX) throw tooLarge(`${name} is asked for in over ${RANGES_MAX} ways`)
        const { looks, taken } = await this.#pick(found, wanted, request)
        for (const [version, manifest] of looks) {
          if (told.has(version)) continue
          told.add(version)
          if (++versions > CLOSURE_VERSIONS_MAX) throw tooLarge(`it reaches over ${CLOSURE_VERSIONS_MAX} versions`)
          yield line({ name, version, manifest })
        }
        if (taken === undefined || followed.has(taken)) continue
        followed.add(taken)
        next.push(...wantedBy(looks.get(taken) ?? {}))
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
    if (reached.size + names.length > CLOSURE_NAMES_MAX) throw tooLarge(`it reaches over ${CLOSURE_NAMES_MAX} packages`)
    const found = new Map<PackageName, Reached['found']>()
    const queue = [...names]
    const readers = Array.from({ length: READ_AT_ONCE }, async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift())
        found.set(name, await this.#read(name, request))
    })
    await Promise.all(readers)
    for (const name of names) {
      reached.set(name, { found: found.get(name) ?? '', ranges: new Set(), told: new Set(), followed: new Set() })
    }
    return names
  }

  /** A sentence when it cannot be had: one name that fails is no reason to answer nothing about the others. */
  async #read(name: PackageName, { restricted }: ClosureRequest): Promise<Reached['found']> {
    try {
      const known = await this.#options.packuments.versions(name)
      if (known === undefined || (known.restricted && !restricted)) return `${name} not found`
      return { known, listing: await this.#listing(known) }
    } catch (cause) {
      if (cause instanceof Refusal) return cause.message
      throw cause
    }
  }

  async #listing(known: KnownVersions): Promise<Listing> {
    const kept = this.#listings.get(known.key)
    if (kept !== undefined) return kept
    const { distTags, versions: times } = await known.listing()
    const keyOf = canonicalVersions([...times.keys()])
    const versions = [...keyOf.keys()]
    const published = new Map(versions.map((version) => [version, times.get(keyOf.get(version) ?? version) ?? 0]))
    const tags = Object.entries(distTags).flatMap(([tag, text]): [string, Version][] => {
      const version = asVersion(text)
      return version === undefined || !published.has(version) ? [] : [[tag, version]]
    })
    const listing: Listing = {
      versions,
      tags: Object.fromEntries(tags),
      local: known.local,
      text: formatVersionList(versions),
      keys: new Map([...keyOf].filter(([version, key]) => version !== key)),
      publishedAt: (version) => published.get(version) ?? 0,
    }
    this.#listings.set(known.key, listing)
    return listing
  }

  #pick(
    { known, listing }: Exclude<Reached['found'], string>,
    wanted: Wanted,
    { publishedBefore, node }: ClosureRequest,
  ): Promise<Pick> {
    const manifest = (version: Version): Promise<JsonObject> =>
      this.#manifest(known, { name: wanted.name, version, key: listing.keys.get(version) ?? version })
    return pickVersions(listing, wanted, { publishedBefore, node, manifest })
  }

  /** Its address only where it is not the one that follows from name and version. */
  async #manifest(
    known: KnownVersions,
    { name, version, key }: { readonly name: PackageName; readonly version: Version; readonly key: string },
  ): Promise<JsonObject> {
    const place = `${known.key} ${version}`
    const kept = this.#manifests.get(place)
    if (kept !== undefined) return JSON.parse(kept.toString('utf8')) as JsonObject
    const lean = leanManifest(asJsonObject(parseJson(await known.manifest(key), place)) ?? {})
    const { tarball: _tarball, ...dist } = asJsonObject(lean.dist) ?? {}
    const address = key === version ? {} : { tarball: tarballAddress(this.#options.baseUrl(), name, key) }
    const manifest: JsonObject = { ...lean, dist: { ...dist, ...address } }
    this.#manifests.set(place, Buffer.from(JSON.stringify(manifest)))
    return manifest
  }
}

/** Reads the body's requirements; what is no requirement of a registry is passed over. */
export function readRequirements(value: Json | undefined): readonly Wanted[] {
  return Object.entries(asJsonObject(value) ?? {}).flatMap(([alias, texts]) =>
    (Array.isArray(texts) ? texts : [texts]).flatMap((text) => (typeof text === 'string' ? wantedOf(alias, text) : [])),
  )
}

/** The times of what was published later than asked, and of nothing else: they are most of what a document is. */
function headOf(name: PackageName, listing: Listing, { publishedBefore }: ClosureRequest): JsonObject {
  const { text, tags, local, versions } = listing
  const young =
    local || publishedBefore === undefined
      ? []
      : versions.filter((version) => listing.publishedAt(version) > publishedBefore)
  return {
    name,
    tags,
    versions: text,
    ...(local ? { local: true } : {}),
    ...(young.length === 0
      ? {}
      : { young: Object.fromEntries(young.map((version) => [version, listing.publishedAt(version)])) }),
  }
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

function tooLarge(reason: string): Refusal {
  return new Refusal(413, `the closure is too large: ${reason}`)
}

/**
 * A packument, full or abbreviated, of any registry -> {@link PackageVersions}. Published documents hold every mistake ever made, so
 * a field that means nothing is left out instead of failing its version, and a version without a tarball is no candidate.
 */
import {
  asIntegrity,
  asJsonObject,
  asVersion,
  compareVersionParts,
  integrityOfShasum,
  isPackageName,
  parsePackageName,
  unscopedName,
  userError,
  versionParts,
} from '@alkahest/core'
import type { Candidate, DependencyMap, JsonObject, PackageName, PackageVersions, Version } from '@alkahest/core'

/** The most that any package of the public registry has is about 30,000. */
const VERSION_COUNT_MAX = 100_000

/** As many as the largest real package; beyond it a document is an attack on the solver. */
const DEPENDENCY_COUNT_MAX = 10_000

export type ParsePackumentOptions = {
  /** Where the document came from, for errors. */
  readonly place: string
  /** What was asked for; the document must be about it. */
  readonly name?: PackageName
}

/** Throws `PACKUMENT_INVALID` when the document as a whole is none. */
export function parsePackument(value: unknown, options: ParsePackumentOptions): PackageVersions {
  const document = asJsonObject(value)
  const versions = asJsonObject(document?.versions)
  if (document === undefined || versions === undefined) throw invalid(options, 'it has no "versions"')
  if (typeof document.name !== 'string') throw invalid(options, 'it has no "name"')
  if (options.name !== undefined && document.name !== options.name) {
    throw invalid(options, `it is about ${JSON.stringify(document.name.slice(0, 80))}, not ${options.name}`)
  }
  const versionCount = Object.keys(versions).length
  if (versionCount > VERSION_COUNT_MAX) throw invalid(options, `over ${VERSION_COUNT_MAX} versions`)
  return new ParsedPackument(parsePackageName(document.name, options.place), document, versions)
}

function invalid(options: ParsePackumentOptions, reason: string): Error {
  return userError('PACKUMENT_INVALID', `${options.place} is not a document about a package: ${reason}`)
}

/** Reads candidates when asked, once each: of a thousand versions a solver looks at three. */
class ParsedPackument implements PackageVersions {
  readonly name: PackageName
  readonly distTags: Readonly<Record<string, Version>>
  readonly versions: readonly Version[]
  readonly local: boolean
  readonly #documents: JsonObject
  readonly #time: JsonObject
  /** From the normalised version to the key it stands under. */
  readonly #keyOf: ReadonlyMap<Version, string>
  readonly #candidates = new Map<Version, Candidate | undefined>()

  constructor(name: PackageName, document: JsonObject, versions: JsonObject) {
    this.name = name
    this.#documents = versions
    this.#time = asJsonObject(document.time) ?? {}
    this.#keyOf = canonicalVersions(Object.keys(versions))
    this.versions = [...this.#keyOf.keys()]
    this.distTags = readDistTags(document['dist-tags'], this.#keyOf)
    this.local = asJsonObject(document._alkahest)?.local === true
  }

  candidate(version: Version): Candidate | undefined {
    if (!this.#candidates.has(version)) this.#candidates.set(version, this.#read(version))
    return this.#candidates.get(version)
  }

  publishedAt(version: Version): number | undefined {
    const text = this.#time[this.#keyOf.get(version) ?? version]
    const milliseconds = typeof text === 'string' ? Date.parse(text) : NaN
    return Number.isNaN(milliseconds) ? undefined : milliseconds
  }

  #read(version: Version): Candidate | undefined {
    const key = this.#keyOf.get(version)
    const manifest = key === undefined ? undefined : asJsonObject(this.#documents[key])
    return manifest === undefined ? undefined : readCandidate(this.name, version, manifest)
  }
}

/** The versions that a document's keys mean, ascending, each with its key: of `1.0.0` and `v1.0.0` the canonical spelling wins. */
export function canonicalVersions(keys: readonly string[]): ReadonlyMap<Version, string> {
  const keyOf = new Map<Version, string>()
  for (const key of keys) {
    const version = asVersion(key)
    if (version !== undefined && (key === version || !keyOf.has(version))) keyOf.set(version, key)
  }
  const sorted = [...keyOf]
    .map(([version, key]) => ({ version, key, parts: versionParts(version) }))
    .toSorted((left, right) => compareVersionParts(left.parts, right.parts))
  return new Map(sorted.map(({ version, key }) => [version, key]))
}

/**
 * The candidate in a published manifest that has a `dist`; undefined when it names no tarball. The manifest inside a tarball has no `dist`:
 * give one to read it by the same rules.
 */
export function readCandidate(name: PackageName, version: Version, manifest: JsonObject): Candidate | undefined {
  const dist = asJsonObject(manifest.dist)
  if (dist === undefined || !isHttpAddress(dist.tarball)) return undefined
  const optionalDependencies = readDependencies(manifest.optionalDependencies)
  const dependencies = readDependencies(manifest.dependencies)
  return {
    name,
    version,
    dependencies: without(dependencies, optionalDependencies),
    optionalDependencies,
    ...readPeers(manifest),
    bundled: readBundled(manifest, dependencies),
    engines: readTexts(manifest.engines),
    bin: readBin(name, manifest.bin),
    os: readList(manifest.os),
    cpu: readList(manifest.cpu),
    libc: readList(manifest.libc),
    hasInstallScript: hasInstallScript(manifest),
    deprecated: readDeprecated(manifest.deprecated),
    dist: {
      integrity: asIntegrity(dist.integrity) ?? integrityOfShasum(dist.shasum),
      tarball: dist.tarball,
      unpackedSize: typeof dist.unpackedSize === 'number' && dist.unpackedSize >= 0 ? dist.unpackedSize : undefined,
    },
  }
}

/** npm's `hasInstallScript`, also where a registry does not compute it. */
export function hasInstallScript(manifest: JsonObject): boolean {
  if (typeof manifest.hasInstallScript === 'boolean') return manifest.hasInstallScript
  const scripts = asJsonObject(manifest.scripts) ?? {}
  return ['preinstall', 'install', 'postinstall'].some((script) => typeof scripts[script] === 'string')
}

function readDistTags(value: unknown, keyOf: ReadonlyMap<Version, string>): Readonly<Record<string, Version>> {
  const tags: [string, Version][] = []
  for (const [tag, text] of Object.entries(asJsonObject(value) ?? {})) {
    const version = asVersion(text)
    if (version !== undefined && keyOf.has(version)) tags.push([tag, version])
  }
  return Object.fromEntries(tags)
}

function isHttpAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)
}

function readDependencies(value: unknown): DependencyMap {
  const entries = Object.entries(asJsonObject(value) ?? {})
  const read = entries.filter(
    (entry): entry is [string, string] => isPackageName(entry[0]) && typeof entry[1] === 'string',
  )
  return Object.fromEntries(read.slice(0, DEPENDENCY_COUNT_MAX))
}

function readPeers(manifest: JsonObject): Pick<Candidate, 'peerDependencies' | 'optionalPeers'> {
  const required = readDependencies(manifest.peerDependencies)
  const optional = Object.entries(asJsonObject(manifest.peerDependenciesMeta) ?? {})
    .filter(([name, meta]) => isPackageName(name) && asJsonObject(meta)?.optional === true)
    .map(([name]) => name)
  const implied = Object.fromEntries(optional.filter((name) => !(name in required)).map((name) => [name, '*']))
  return { peerDependencies: { ...required, ...implied }, optionalPeers: optional.toSorted() }
}

/** Both spellings of the field; `true` bundles every dependency. */
function readBundled(manifest: JsonObject, dependencies: DependencyMap): readonly string[] {
  const value = manifest.bundleDependencies ?? manifest.bundledDependencies
  if (value === true) return Object.keys(dependencies).toSorted()
  return readList(value).filter(isPackageName).toSorted()
}

/** Names without folders, paths that stay inside: npm's normalisation, since old documents hold anything. */
function readBin(name: PackageName, value: unknown): Readonly<Record<string, string>> {
  const entries =
    typeof value === 'string' ? [[unscopedName(name), value] as const] : Object.entries(asJsonObject(value) ?? {})
  const bin: [string, string][] = []
  for (const [rawCommand, rawPath] of entries) {
    const command = rawCommand.replace(/[\\:]/g, '/').split('/').at(-1) ?? ''
    const path = typeof rawPath === 'string' ? insidePath(rawPath) : undefined
    if (command !== '' && command !== '.' && command !== '..' && path !== undefined) bin.push([command, path])
  }
  return Object.fromEntries(bin)
}

/** The path with `..` resolved against the package's own root, as npm does, or undefined when nothing remains. */
function insidePath(path: string): string | undefined {
  const inside: string[] = []
  for (const segment of path.replaceAll('\\', '/').split('/')) {
    if (segment === '..') inside.pop()
    else if (segment !== '' && segment !== '.') inside.push(segment)
  }
  return inside.length === 0 || path.includes('\0') ? undefined : inside.join('/')
}

function readDeprecated(value: unknown): string | undefined {
  if (value === true) return 'this version is deprecated'
  return typeof value === 'string' && value !== '' ? value : undefined
}

function readList(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

function readTexts(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(asJsonObject(value) ?? {})
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function without(map: DependencyMap, other: DependencyMap): DependencyMap {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !(name in other)))
}

/**
 * An upstream's packument -> the two documents that we serve and a table of facts that we answer from. Pure, so that a worker can do it: the
 * largest take most of a second. Only known fields are kept at the top: what an upstream says about itself is not what we say.
 */
import { asIntegrity, asJsonObject, asVersion, compareVersions, parseJson, userError } from '@alkahest/core'
import type { Integrity, Json, JsonObject, PackageName, Version } from '@alkahest/core'
import { abbreviateManifest, closeText, openText, tarballAddress } from '@alkahest/protocol'
import type { Signature } from '@alkahest/protocol'

/** As many as any real package has, several times over. */
const VERSION_COUNT_MAX = 100_000

/** Top fields of the full form beside those that are made here. */
const FULL_FIELDS = [
  'description',
  'maintainers',
  'author',
  'contributors',
  'repository',
  'bugs',
  'homepage',
  'keywords',
  'license',
  'readme',
  'readmeFilename',
  'users',
] as const

export type DeriveOptions = {
  readonly name: PackageName
  /** Our public URL with a trailing slash. */
  readonly baseUrl: string
  readonly sign: (name: string, version: string, integrity: string) => Signature
  readonly hold: Hold
}

/** Which versions are left out, as data, since it travels to the worker. */
export type Hold = {
  /** Published after it: milliseconds since 1970. Undefined: none for its age. */
  readonly publishedAfter: number | undefined
  readonly versions: readonly string[]
}

export type VersionFacts = {
  /** Undefined when the upstream gives only a shasum. */
  readonly integrity: Integrity | undefined
  readonly shasum: string | undefined
  /** Where the upstream keeps the tarball. */
  readonly tarball: string
  /** Milliseconds since 1970; undefined when the upstream does not say. */
  readonly publishedAt: number | undefined
  /** Where the version's manifest stands in the full document, in bytes. */
  readonly start: number
  readonly end: number
}

export type PackumentFacts = {
  readonly distTags: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, VersionFacts>>
}

export type HeldVersion = { readonly version: string; readonly publishedAt: number | undefined }

export type DerivedPackument = {
  readonly full: string
  readonly abbreviated: string
  readonly facts: PackumentFacts
  /** Versions that were left out. */
  readonly held: readonly HeldVersion[]
  /** ISO 8601, or undefined when the upstream gives no times. */
  readonly modifiedAt: string | undefined
}

/** Throws `PACKUMENT_INVALID` (or `JSON_INVALID`) for what is no packument of that package. */
export function derivePackument(text: string, options: DeriveOptions): DerivedPackument {
  const place = `the upstream's document on ${options.name}`
  const document = asJsonObject(parseJson(text, place))
  const versions = asJsonObject(document?.versions)
  if (document === undefined || versions === undefined) throw invalid(place, 'it has no "versions"')
  if (document.name !== options.name) throw invalid(place, `it is about ${JSON.stringify(document.name)}`)
  const keys = Object.keys(versions).filter((key) => asVersion(key) !== undefined)
  if (keys.length > VERSION_COUNT_MAX) throw invalid(place, `it has over ${VERSION_COUNT_MAX} versions`)
  const sorted = keys.toSorted((left, right) => compareVersions(left as Version, right as Version))
  const time = readTime(asJsonObject(document.time) ?? {}, document, sorted)
  const held = sorted.flatMap((version) => holdBack(version, time[version], options.hold))
  const hidden = new Set(held.map(({ version }) => version))
  const manifests = sorted
    .filter((version) => !hidden.has(version))
    .flatMap((version) => readManifest(version, versions[version], options))
  const distTags = readDistTags(document['dist-tags'], new Set(manifests.map((manifest) => manifest.version)))
  const shown = Object.fromEntries(Object.entries(time).filter(([version]) => !hidden.has(version)))
  return { ...render({ document, options, time: shown, distTags, manifests }), held }
}

function holdBack(version: string, time: string | undefined, hold: Hold): HeldVersion[] {
  const publishedAt = time === undefined ? undefined : Date.parse(time)
  const young = hold.publishedAfter !== undefined && publishedAt !== undefined && publishedAt > hold.publishedAfter
  return young || hold.versions.includes(version) ? [{ version, publishedAt }] : []
}

type ReadManifest = { readonly version: string; readonly manifest: JsonObject; readonly tarball: string }

/** None when the version cannot be used: it names no tarball. */
function readManifest(version: string, value: Json | undefined, options: DeriveOptions): ReadManifest[] {
  const manifest = asJsonObject(value)
  const dist = asJsonObject(manifest?.dist)
  if (manifest === undefined || dist === undefined || typeof dist.tarball !== 'string') return []
  const integrity = asIntegrity(dist.integrity)
  // What the upstream signed is not what we vouch for; our own keys are those that our clients can ask for.
  const { signatures: _theirs, attestations: _elsewhere, ...facts } = dist
  const signed =
    integrity === undefined ? facts : { ...facts, signatures: [options.sign(options.name, version, integrity)] }
  return [{ version, manifest: { ...manifest, dist: signed }, tarball: dist.tarball }]
}

type Material = {
  readonly document: JsonObject
  readonly options: DeriveOptions
  readonly time: Readonly<Record<string, string>>
  readonly distTags: Readonly<Record<string, string>>
  readonly manifests: readonly ReadManifest[]
}

function render(material: Material): Omit<DerivedPackument, 'held'> {
  const { document, options, time, distTags, manifests } = material
  const { name, baseUrl } = options
  const base = { name, 'dist-tags': distTags, time }
  const kept = Object.fromEntries(
    FULL_FIELDS.flatMap((field) => (document[field] === undefined ? [] : [[field, document[field]]])),
  )
  const fullHead = openHead({
    _id: name,
    ...(document._rev === undefined ? {} : { _rev: document._rev }),
    ...base,
    ...kept,
  })
  const abbreviatedHead = openHead({ ...base, ...(time.modified === undefined ? {} : { modified: time.modified }) })
  const full: string[] = []
  const abbreviated: string[] = []
  const facts: Record<string, VersionFacts> = {}
  let offset = Buffer.byteLength(fullHead)
  for (const { version, manifest, tarball } of manifests) {
    const address = tarballAddress(baseUrl, name, version)
    const key = `${full.length === 0 ? '' : ','}${JSON.stringify(version)}:`
    const text = closeText(openText(manifest), address)
    abbreviated.push(key + closeText(openText(abbreviateManifest(manifest)), address))
    full.push(key + text)
    const start = offset + Buffer.byteLength(key)
    offset = start + Buffer.byteLength(text)
    facts[version] = { ...factsOf(manifest, time[version]), tarball, start, end: offset }
  }
  return {
    full: `${fullHead}${full.join('')}}}`,
    abbreviated: `${abbreviatedHead}${abbreviated.join('')}}}`,
    facts: { distTags, versions: facts },
    modifiedAt: time.modified,
  }
}

function openHead(head: object): string {
  return `${JSON.stringify(head).slice(0, -1)},"versions":{`
}

function factsOf(
  manifest: JsonObject,
  time: string | undefined,
): Pick<VersionFacts, 'integrity' | 'shasum' | 'publishedAt'> {
  const dist = asJsonObject(manifest.dist)
  return {
    integrity: asIntegrity(dist?.integrity),
    shasum: typeof dist?.shasum === 'string' ? dist.shasum.toLowerCase() : undefined,
    publishedAt: time === undefined ? undefined : Date.parse(time),
  }
}

/** In ISO 8601 whatever the upstream writes; `created` and `modified` are made from the versions' times when they are missing. */
function readTime(
  time: JsonObject,
  document: JsonObject,
  versions: readonly string[],
): Readonly<Record<string, string>> {
  const published = versions.flatMap((version): [string, string][] => {
    const instant = instantOf(time[version])
    return instant === undefined ? [] : [[version, instant]]
  })
  const instants = published.map(([, instant]) => instant).toSorted()
  const created = instantOf(time.created) ?? instants[0]
  const modified = instantOf(time.modified) ?? instantOf(document.modified) ?? instants.at(-1)
  return {
    ...(created === undefined ? {} : { created }),
    ...(modified === undefined ? {} : { modified }),
    ...Object.fromEntries(published),
  }
}

function instantOf(value: Json | undefined): string | undefined {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString()
}

/** Without tags on versions that are not there; with `latest`, since clients fail without it. */
function readDistTags(value: Json | undefined, versions: ReadonlySet<string>): Readonly<Record<string, string>> {
  const tags = Object.entries(asJsonObject(value) ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && versions.has(entry[1]),
  )
  const all = [...versions]
  const highest = all.findLast((version) => !version.includes('-')) ?? all.at(-1)
  return { ...(highest === undefined ? {} : { latest: highest }), ...Object.fromEntries(tags) }
}

function invalid(place: string, reason: string): Error {
  return userError('PACKUMENT_INVALID', `${place} is not a document about it: ${reason}`)
}

/**
 * Which versions of a name a client looks at for one requirement, and which of them it takes. This is the client's order
 * of preference, so that it seldom looks at what it was not given; where the two differ it asks for the packument.
 */
import { asRange, parseRange, rangeHas } from '@alkahest/core'
import type { JsonObject, Specifier, Version } from '@alkahest/core'

/** Versions that are looked at for one requirement: beyond them most of a package is deprecated, or nothing runs on the given Node. */
const LOOKS_MAX = 50

/** What a dependency asks for of a registry. */
export type Wanted = Extract<Specifier, { kind: 'range' | 'tag' }>

export type Listed = {
  /** Ascending. */
  readonly versions: readonly Version[]
  readonly tags: Readonly<Record<string, Version>>
  readonly local: boolean
  /** Milliseconds since 1970; 0 when nobody knows, which counts as old. */
  publishedAt(version: Version): number
}

export type PickOptions = {
  /** Milliseconds since 1970; what is younger is not taken, local versions aside. */
  readonly publishedBefore: number | undefined
  /** The Node that `engines` is held against. */
  readonly node: string | undefined
}

export type Pick = {
  /** Lean. */
  readonly looks: ReadonlyMap<Version, JsonObject>
  /** What is taken: its own requirements are followed. */
  readonly taken: Version | undefined
}

export async function pickVersions(
  listed: Listed,
  wanted: Wanted,
  { publishedBefore, node, manifest }: PickOptions & { readonly manifest: (version: Version) => Promise<JsonObject> },
): Promise<Pick> {
  const looks = new Map<Version, JsonObject>()
  const look = async (version: Version): Promise<number> => {
    const known = looks.get(version) ?? (await manifest(version))
    looks.set(version, known)
    return standingOf(known, node)
  }
  const isOld = (version: Version): boolean =>
    listed.local || publishedBefore === undefined || listed.publishedAt(version) <= publishedBefore
  const asked = askedFor(listed, wanted)
  const possible =
    wanted.kind === 'tag' && !asked.every(isOld) ? upTo(listed, asked).filter(isOld) : asked.filter(isOld)
  const { latest } = listed.tags
  const taken = await preferred(possible, { latest, look })
  // What would have been taken, had it been old enough: clients say what they held back.
  const young = asked.filter((version) => !isOld(version))
  if (young.length > 0) await preferred(taken === undefined ? young : [...young, taken], { latest, look })
  // Of a package that has nothing to give, explanations name the latest.
  if (taken === undefined && latest !== undefined) await look(latest)
  return { looks, taken }
}

/** All that the words of the requirement allow, ascending. */
function askedFor({ versions, tags }: Listed, wanted: Wanted): readonly Version[] {
  if (wanted.kind === 'tag') {
    const tagged = tags[wanted.tag]
    return tagged === undefined ? [] : [tagged]
  }
  const { range } = wanted
  const inRange = versions.filter((version) => rangeHas(range, version))
  if (range.text !== '*') return inRange
  // npm: `*` allows whatever latest is, and any version at all when there are prereleases only.
  const { latest } = tags
  if (inRange.length === 0) return versions
  return latest === undefined || inRange.includes(latest) ? inRange : [...inRange, latest]
}

/** npm: a tag on a version that is too young means the newest version up to it. */
function upTo({ versions }: Listed, [tagged]: readonly Version[]): readonly Version[] {
  const range = parseRange(`<=${tagged ?? '0.0.0'}`)
  return versions.filter((version) => rangeHas(range, version))
}

/** npm-pick-manifest: `latest` when it is possible and sound, else the highest of the best standing. */
async function preferred(
  possible: readonly Version[],
  { latest, look }: { readonly latest: Version | undefined; readonly look: (version: Version) => Promise<number> },
): Promise<Version | undefined> {
  if (latest !== undefined && possible.includes(latest) && (await look(latest)) === 0) return latest
  let best: { readonly version: Version; readonly standing: number } | undefined
  for (const version of possible.toReversed().slice(0, LOOKS_MAX)) {
    const standing = await look(version)
    if (best === undefined || standing < best.standing) best = { version, standing }
    if (standing === 0) break
  }
  return best?.version
}

/** npm's order: sound, deprecated, made for another Node, both. */
function standingOf(manifest: JsonObject, node: string | undefined): number {
  const isDeprecated = manifest.deprecated !== undefined && manifest.deprecated !== ''
  return Number(isDeprecated) + (node === undefined || runsOn(manifest, node) ? 0 : 2)
}

/** An `engines` that cannot be read forbids nothing. */
function runsOn({ engines }: JsonObject, node: string): boolean {
  const text = (engines as JsonObject | undefined)?.node
  const range = typeof text === 'string' ? asRange(text) : undefined
  return range === undefined || rangeHas(range, node as Version, { includePrerelease: true })
}

/**
 * The versions of one name as the solver sees them: sorted once, each an index, ranges turned into sets of indexes by
 * node-semver's own rule and remembered. Everything after works on sets (docs/internals/resolver.md, "Version sets").
 */
import { asRange, majorOf, rangeHas, versionsInRange } from '@alkahest/core'
import type {
  Candidate,
  PackageName,
  PackageVersions,
  PeerRequirement,
  Range,
  ResolvedPackage,
  Version,
} from '@alkahest/core'
import { extendCandidate } from './package-extensions.ts'
import { peersOf } from './requirement.ts'
import { complement, emptySet, intersect, setOf } from './version-set.ts'
import type { VersionSet } from './version-set.ts'

/** Index of a version in its universe. */
export type VersionIndex = number

/** npm's preference classes, best first: see {@link Universe.standing}. */
export type Standing = 0 | 1 | 2 | 3

export class Universe {
  readonly name: PackageName
  readonly versions: readonly Version[]
  /** Whether it holds the locked versions alone, because nothing asked for more yet. */
  readonly isClosed: boolean
  private readonly source: PackageVersions
  private readonly lockedPackages: ReadonlyMap<Version, ResolvedPackage>
  /** Made at the first question: most universes are asked for ranges alone. */
  private indexes: ReadonlyMap<Version, VersionIndex> | undefined
  private readonly sets = new Map<string, VersionSet>()
  private readonly candidates: (Candidate | null | undefined)[] = []
  private readonly peersByIndex: (readonly PeerRequirement[] | undefined)[] = []
  private readonly standings = new Map<string, Standing[]>()

  constructor(source: PackageVersions, lockedPackages?: ReadonlyMap<Version, ResolvedPackage>) {
    this.name = source.name
    this.source = source
    this.versions = source.versions
    this.isClosed = lockedPackages !== undefined
    this.lockedPackages = lockedPackages ?? new Map()
  }

  /** Domain of a variable over it: the versions, and absent as the last value. */
  get size(): number {
    return this.versions.length + 1
  }

  indexOf(version: Version): VersionIndex | undefined {
    this.indexes ??= new Map(this.versions.map((each, index) => [each, index]))
    return this.indexes.get(version)
  }

  version(index: VersionIndex): Version {
    return this.versions[index] as Version
  }

  /** The paragraph of the lockfile it was read from, in a closed universe. */
  lockedPackage(index: VersionIndex): ResolvedPackage | undefined {
    return this.lockedPackages.get(this.version(index))
  }

  /** The peers of a version, sorted by name. */
  peers(index: VersionIndex): readonly PeerRequirement[] {
    const known = this.peersByIndex[index]
    if (known !== undefined) return known
    const candidate = this.candidate(index)
    const peers = candidate === undefined ? [] : peersOf(candidate)
    this.peersByIndex[index] = peers
    return peers
  }

  /** Undefined for a version whose document cannot be used. */
  candidate(index: VersionIndex): Candidate | undefined {
    const known = this.candidates[index]
    if (known !== undefined) return known ?? undefined
    const read = this.source.candidate(this.version(index))
    // What stands in a lockfile was extended when it was resolved.
    const candidate = read === undefined || this.isClosed ? read : extendCandidate(read)
    this.candidates[index] = candidate ?? null
    return candidate
  }

  tagged(tag: string): VersionIndex | undefined {
    const version = this.source.distTags[tag]
    return version === undefined ? undefined : this.indexOf(version)
  }

  publishedAt(index: VersionIndex): number | undefined {
    return this.source.publishedAt(this.version(index))
  }

  /** Whether release age applies: not to what was published to the registry itself. */
  get isLocal(): boolean {
    return this.source.local
  }

  /** The versions in a range, by npm's rule; for peers prereleases of allowed versions count too, as in pnpm. */
  inRange(range: Range, options: { readonly includePrerelease: boolean }): VersionSet {
    const key = `${options.includePrerelease ? 'peer ' : ''}${range.text}`
    const known = this.sets.get(key)
    if (known !== undefined) return known
    const indexes = [...versionsInRange(range, this.versions, options)]
    // npm: `*` allows whatever latest is, and any version at all when there are prereleases only.
    if (range.text === '*' && !options.includePrerelease) {
      const latest = this.tagged('latest')
      if (indexes.length === 0) indexes.push(...this.versions.keys())
      else if (latest !== undefined && !indexes.includes(latest)) indexes.push(latest)
    }
    const set = setOf(this.size, indexes)
    this.sets.set(key, set)
    return set
  }

  /** The versions published no later than the instant; unknown dates count as old, as in npm. */
  publishedBy(instant: number): VersionSet {
    const key = `before ${instant}`
    const known = this.sets.get(key)
    if (known !== undefined) return known
    const young = this.source.publishedAfter?.(instant)
    const set =
      young === undefined
        ? setOf(
            this.size,
            [...this.versions.keys()].filter((index) => (this.publishedAt(index) ?? 0) <= instant),
          )
        : intersect(setOf(this.size, this.versions.keys()), complement(this.setOfVersions(young)))
    this.sets.set(key, set)
    return set
  }

  /** The set of these versions, without those that do not exist. */
  setOfVersions(versions: Iterable<Version>): VersionSet {
    const indexes: VersionIndex[] = []
    for (const version of versions) {
      const index = this.indexOf(version)
      if (index !== undefined) indexes.push(index)
    }
    return indexes.length === 0 ? emptySet(this.size) : setOf(this.size, indexes)
  }

  /** npm's order of preference: sound, engine fits though deprecated, not deprecated though the engine does not fit, neither. */
  standing(index: VersionIndex, nodeVersion: string | undefined): Standing {
    const key = nodeVersion ?? ''
    let known = this.standings.get(key)
    if (known === undefined) this.standings.set(key, (known = []))
    return (known[index] ??= this.computeStanding(index, nodeVersion))
  }

  private computeStanding(index: VersionIndex, nodeVersion: string | undefined): Standing {
    const candidate = this.candidate(index)
    if (candidate === undefined) return 3
    const engine = candidate.engines.node
    const runs = nodeVersion === undefined || engine === undefined || engineAllows(engine, nodeVersion)
    if (runs) return candidate.deprecated === undefined ? 0 : 1
    return candidate.deprecated === undefined ? 2 : 3
  }

  majorOf(index: VersionIndex): number {
    return majorOf(this.version(index))
  }
}

const universes = new WeakMap<PackageVersions, Universe>()

/** The one universe over a registry's answer: what is learned of it serves every later resolution. */
export function universeOf(source: PackageVersions): Universe {
  let known = universes.get(source)
  if (known === undefined) universes.set(source, (known = new Universe(source)))
  return known
}

/** Engines that cannot be read forbid nothing: half of the old ones are prose. */
function engineAllows(engine: string, nodeVersion: string): boolean {
  const range = asRange(engine)
  return range === undefined || rangeHas(range, nodeVersion as Version, { includePrerelease: true })
}

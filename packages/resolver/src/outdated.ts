/** `alk outdated`: for every direct dependency from a registry what is there, what its range allows, and what is latest. */
import { compareVersions, parseSpecifier } from '@alkahest/core'
import type {
  EdgeKind,
  PackageName,
  PackageVersions,
  Resolution,
  ResolvedEdge,
  ResolvedPackage,
  Version,
} from '@alkahest/core'
import { holdersOf } from './holders.ts'
import type { Holder } from './holders.ts'
import { Model } from './model.ts'
import { manifestPlace } from './requirement.ts'
import type { PackageSource, ResolveInput } from './resolve-input.ts'
import { universeOf } from './universe.ts'
import { intersect, setOf } from './version-set.ts'

export type OutdatedOutcome =
  | { readonly kind: 'needs'; readonly names: readonly PackageName[] }
  | { readonly kind: 'rows'; readonly rows: readonly OutdatedRow[] }

export type OutdatedRow = {
  /** POSIX path of the member. */
  readonly member: string
  readonly alias: string
  readonly name: PackageName
  readonly kind: EdgeKind
  readonly current: Version
  /** The best that the requirement allows. */
  readonly wanted: Version
  /** What the registry calls latest, old enough or not. */
  readonly latest: Version
  /** Who asks for less than `wanted`; when nobody does, or it is there already, who asks for less than `latest`. */
  readonly heldBy: readonly Holder[]
}

/** Rows where something newer exists, sorted by member and alias. Locked versions are not preferred here. */
export function computeOutdated(input: ResolveInput, resolution: Resolution, source: PackageSource): OutdatedOutcome {
  const model = new Model({ ...input, unlock: 'all' }, source, { opened: new Set(), addVariable: () => 0 })
  const byId = new Map(resolution.packages.map((one) => [one.id, one]))
  const needed = new Set<PackageName>()
  const rows: OutdatedRow[] = []
  for (const member of resolution.members) {
    for (const edge of member.edges) {
      const target = edge.target === undefined ? undefined : byId.get(edge.target)
      if (target?.source.kind !== 'registry' || edge.kind === 'peer') continue
      const loaded = source.packageVersions(target.name)
      if (loaded === undefined) needed.add(target.name)
      if (loaded === undefined || loaded === 'missing') continue
      const versions = versionsOf(model, loaded, { member: member.path, edge, target })
      const isBehind = [versions.wanted, versions.latest].some((one) => compareVersions(one, target.version) > 0)
      if (!isBehind) continue
      const { name, version: current } = target
      const heldBy = heldByOf(resolution, target, versions)
      rows.push({ member: member.path, alias: edge.alias, name, kind: edge.kind, current, ...versions, heldBy })
    }
  }
  return needed.size > 0 ? { kind: 'needs', names: [...needed].sort() } : { kind: 'rows', rows }
}

type Newer = { readonly wanted: Version; readonly latest: Version }

function versionsOf(
  model: Model,
  loaded: PackageVersions,
  asked: { readonly member: string; readonly edge: ResolvedEdge; readonly target: ResolvedPackage },
): Newer {
  const { member, edge, target } = asked
  const universe = universeOf(loaded)
  const parsed = parseSpecifier(edge.alias, edge.specifier, manifestPlace(member))
  const tagged = parsed.kind === 'tag' ? universe.tagged(parsed.tag) : undefined
  const inRange =
    parsed.kind === 'range'
      ? universe.inRange(parsed.range, { includePrerelease: false })
      : setOf(universe.size, tagged === undefined ? [] : [tagged])
  const mature = model.mature(universe)
  const best = model.preferred(universe, mature === undefined ? inRange : intersect(inRange, mature))
  const wanted = best === undefined ? target.version : universe.version(best)
  return { wanted, latest: loaded.distTags.latest ?? wanted }
}

function heldByOf(resolution: Resolution, target: ResolvedPackage, { wanted, latest }: Newer): readonly Holder[] {
  const fromWanted = wanted === target.version ? [] : holdersOf(resolution, target, wanted)
  return fromWanted.length > 0 ? fromWanted : holdersOf(resolution, target, latest)
}

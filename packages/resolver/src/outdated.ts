/** `alk outdated`: for every direct dependency from a registry what is there, what its range allows, and what is latest. */
import { parseSpecifier } from '@alkahest/core'
import type { EdgeKind, PackageId, PackageName, Resolution, Version } from '@alkahest/core'
import { manifestPlace } from './requirement.ts'
import type { PackageSource, ResolveInput } from './resolve-input.ts'
import { universeOf } from './universe.ts'
import { valuesOf } from './version-set.ts'
import { Model } from './model.ts'
import { explainWhy } from './why.ts'

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
  /** The best that the range allows. */
  readonly wanted: Version
  /** What the registry calls latest, old enough or not. */
  readonly latest: Version
  /** Who asks for less than `wanted`: why an update alone does not bring it. */
  readonly heldBy: readonly PackageId[]
}

/** Rows where something newer exists, sorted by member and alias. Locked versions are not preferred here. */
export function computeOutdated(input: ResolveInput, resolution: Resolution, source: PackageSource): OutdatedOutcome {
  const fresh = { ...input, unlock: 'all' as const }
  const model = new Model(fresh, source, { opened: new Set(), addVariable: () => 0 })
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
      const universe = universeOf(loaded)
      const parsed = parseSpecifier(edge.alias, edge.specifier, manifestPlace(member.path))
      const inRange = parsed.kind === 'range' ? universe.inRange(parsed.range, { includePrerelease: false }) : undefined
      const mature = model.mature(universe)
      const usable =
        inRange === undefined
          ? []
          : valuesOf(inRange).filter((index) => mature === undefined || valuesOf(mature).includes(index))
      const best =
        usable.length === 0
          ? undefined
          : model.preferred(universe, universe.setOfVersions(usable.map((index) => universe.version(index))))
      const wanted = best === undefined ? target.version : universe.version(best)
      const latest = loaded.distTags.latest ?? wanted
      if (wanted === target.version && latest === target.version) continue
      const why = explainWhy(resolution, target.name).versions.find((one) => one.id === target.id)
      const heldBy =
        wanted === target.version
          ? []
          : (why?.requirements ?? []).map((one) => one.from).filter((from) => !from.startsWith('workspace:'))
      rows.push({
        member: member.path,
        alias: edge.alias,
        name: target.name,
        kind: edge.kind,
        current: target.version,
        wanted,
        latest,
        heldBy: [...new Set(heldBy)].sort(),
      })
    }
  }
  return needed.size > 0 ? { kind: 'needs', names: [...needed].sort() } : { kind: 'rows', rows }
}

/** Who keeps a package from a version: the requirements and peers of a resolution that do not allow it. */
import { asRange, memberId, rangeHas } from '@alkahest/core'
import type { EdgeKind, PackageId, Resolution, ResolvedEdge, ResolvedPackage, Version } from '@alkahest/core'

export type Holder = {
  readonly from: PackageId
  readonly kind: EdgeKind
  readonly alias: string
  /** The range that excludes the version. */
  readonly specifier: string
}

/** Members first, then packages in the order of the resolution. Tags and addresses hold nothing: they are no ranges. */
export function holdersOf(resolution: Resolution, target: ResolvedPackage, version: Version): readonly Holder[] {
  const holders: Holder[] = []
  const look = (from: PackageId, edges: readonly ResolvedEdge[]): void => {
    for (const { alias, kind, specifier, target: chosen } of edges) {
      if (chosen === target.id && excludes(specifier, version, kind)) holders.push({ from, kind, alias, specifier })
    }
  }
  for (const member of resolution.members) look(memberId(member.path), member.edges)
  for (const one of resolution.packages) {
    look(one.id, one.edges)
    for (const { name, range } of one.peers) {
      if (name !== target.name || !excludes(range, version, 'peer')) continue
      holders.push({ from: one.id, kind: 'peer', alias: name, specifier: range })
    }
  }
  return holders
}

/** Peers accept prereleases of what they allow (docs/internals/resolver.md, "Peers"). */
function excludes(specifier: string, version: Version, kind: EdgeKind): boolean {
  const range = asRange(specifier.replace(/^npm:(?:@[^@]*|[^@]*)@/, ''))
  return range !== undefined && !rangeHas(range, version, { includePrerelease: kind === 'peer' })
}

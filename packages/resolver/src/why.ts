/** `alk why`: every path to a package, and the requirements that decided its version. */
import { asRange, memberId, memberPathOf, rangeHas } from '@alkahest/core'
import type { EdgeKind, PackageId, Resolution, ResolvedEdge, Version } from '@alkahest/core'

/** Diamonds multiply paths; beyond this many per version the rest are counted only. */
const PATHS_MAX = 100

export type WhyReport = {
  readonly name: string
  /** Ascending. */
  readonly versions: readonly WhyVersion[]
}

export type WhyVersion = {
  readonly id: PackageId
  readonly version: Version
  /** Shortest first; each from a member down to the package. */
  readonly paths: readonly (readonly WhyStep[])[]
  /** Whether there are more paths than are listed. */
  readonly isCut: boolean
  /** Every requirement that points at it, the narrowest first: what decided the version. */
  readonly requirements: readonly WhyRequirement[]
  /** Of those the ones that exclude every newer chosen version, in other words what holds it there. */
  readonly decidedBy: readonly WhyRequirement[]
}

export type WhyStep = {
  readonly from: PackageId
  readonly alias: string
  readonly kind: EdgeKind
  readonly specifier: string
  readonly to: PackageId
}

export type WhyRequirement = {
  readonly from: PackageId
  readonly alias: string
  readonly kind: EdgeKind
  readonly specifier: string
}

/** `name` is a package's real name or an alias. A name that is not in the resolution has no versions. */
export function explainWhy(resolution: Resolution, name: string): WhyReport {
  const dependents = dependentsOf(resolution)
  const wanted = resolution.packages.filter(
    (one) => one.name === name || (dependents.get(one.id) ?? []).some((step) => step.alias === name),
  )
  return {
    name,
    versions: wanted.map((one) => {
      const steps = dependents.get(one.id) ?? []
      const requirements = steps.map(({ from, alias, kind, specifier }) => ({ from, alias, kind, specifier }))
      const { paths, isCut } = pathsTo(one.id, dependents)
      const others = wanted.filter((other) => other.name === one.name && other.id !== one.id)
      const decidedBy = requirements.filter(({ specifier }) => {
        const range = asRange(specifier.replace(/^npm:(?:@[^@]*|[^@]*)@/, ''))
        return range === undefined || others.every((other) => !rangeHas(range, other.version))
      })
      return { id: one.id, version: one.version, paths, isCut, requirements, decidedBy }
    }),
  }
}

/** Breadth-first from the package upwards, so that short paths come first; no path passes a package twice. */
function pathsTo(
  id: PackageId,
  dependents: ReadonlyMap<PackageId, readonly WhyStep[]>,
): { paths: readonly (readonly WhyStep[])[]; isCut: boolean } {
  const paths: (readonly WhyStep[])[] = []
  let level: (readonly WhyStep[])[] = (dependents.get(id) ?? []).map((step) => [step])
  while (level.length > 0) {
    const next: (readonly WhyStep[])[] = []
    for (const path of level) {
      const [first] = path
      if (first === undefined) continue
      if (memberPathOf(first.from) !== undefined) {
        if (paths.length >= PATHS_MAX) return { paths, isCut: true }
        paths.push(path)
        continue
      }
      for (const step of dependents.get(first.from) ?? []) {
        if (
          !path.some((one) => one.to === step.from || one.from === step.from) &&
          next.length < PATHS_MAX * PATHS_MAX
        ) {
          next.push([step, ...path])
        }
      }
    }
    level = next
  }
  return { paths, isCut: false }
}

function dependentsOf(resolution: Resolution): ReadonlyMap<PackageId, readonly WhyStep[]> {
  const dependents = new Map<PackageId, WhyStep[]>()
  const add = (from: PackageId, edges: readonly ResolvedEdge[]): void => {
    for (const { alias, kind, specifier, target } of edges) {
      if (target === undefined) continue
      const step = { from, alias, kind, specifier, to: target }
      const known = dependents.get(target)
      if (known === undefined) dependents.set(target, [step])
      else known.push(step)
    }
  }
  for (const member of resolution.members) add(memberId(member.path), member.edges)
  for (const one of resolution.packages) add(one.id, one.edges)
  return dependents
}

/**
 * Repairs of published manifests that forgot a dependency or a peer. The list is Yarn's (`@yarnpkg/extensions`), which
 * pnpm uses as well: with it a strict layout is realistic. It only ever adds: what an author wrote stays.
 */
import { asRange, rangeHas } from '@alkahest/core'
import type { Candidate, DependencyMap, Range } from '@alkahest/core'
import { packageExtensions } from '@yarnpkg/extensions'

type Extension = {
  readonly range: Range
  readonly dependencies: DependencyMap
  readonly peerDependencies: DependencyMap
  readonly optionalPeers: readonly string[]
}

/** What the list holds of a package: parts of a manifest. */
type ExtensionData = {
  readonly dependencies?: DependencyMap
  readonly peerDependencies?: DependencyMap
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

const extensionsByName = readExtensions()

/** The candidate with what the list adds to it, or the same object when the list does not mention it. */
export function extendCandidate(candidate: Candidate): Candidate {
  let extended = candidate
  for (const extension of extensionsByName.get(candidate.name) ?? []) {
    if (rangeHas(extension.range, candidate.version)) extended = extend(extended, extension)
  }
  return extended
}

function extend(candidate: Candidate, extension: Extension): Candidate {
  const declared = { ...candidate.dependencies, ...candidate.optionalDependencies }
  const isNew = ([name]: readonly [string, string]): boolean => !(name in declared)
  const peerDependencies = {
    ...Object.fromEntries(Object.entries(extension.peerDependencies).filter(isNew)),
    ...candidate.peerDependencies,
  }
  return {
    ...candidate,
    dependencies: {
      ...Object.fromEntries(Object.entries(extension.dependencies).filter(isNew)),
      ...candidate.dependencies,
    },
    peerDependencies,
    optionalPeers: [...new Set([...candidate.optionalPeers, ...extension.optionalPeers])]
      .filter((name) => name in peerDependencies)
      .sort(),
  }
}

function readExtensions(): ReadonlyMap<string, readonly Extension[]> {
  const byName = new Map<string, Extension[]>()
  for (const [selector, data] of packageExtensions as readonly (readonly [string, ExtensionData])[]) {
    const at = selector.lastIndexOf('@')
    const range = asRange(selector.slice(at + 1))
    if (at <= 0 || range === undefined) continue // the list's own tests keep it free of these
    const optionalPeers = Object.entries(data.peerDependenciesMeta ?? {})
      .filter(([, meta]) => meta.optional === true)
      .map(([name]) => name)
    const implied = Object.fromEntries(optionalPeers.map((name) => [name, '*']))
    const extension: Extension = {
      range,
      dependencies: data.dependencies ?? {},
      peerDependencies: { ...implied, ...data.peerDependencies },
      optionalPeers,
    }
    const name = selector.slice(0, at)
    byName.set(name, [...(byName.get(name) ?? []), extension])
  }
  return byName
}

/** What two resolutions differ in, as people count it: packages by name, not instances. */
import { compareVersions } from '@alkahest/core'
import type { Resolution, Version } from '@alkahest/core'
import type { PackageChange, PackageMove } from './reports.ts'

export type Changes = {
  readonly added: readonly PackageChange[]
  readonly changed: readonly PackageMove[]
  readonly removed: readonly PackageChange[]
}

/**
 * A name that lost one version and gained one has moved; with several of them the lowest pairs with the lowest, and what
 * is left over was added or removed.
 */
export function changesBetween(before: Resolution | undefined, after: Resolution): Changes {
  const old = versionsByName(before)
  const current = versionsByName(after)
  const added: PackageChange[] = []
  const changed: PackageMove[] = []
  const removed: PackageChange[] = []
  for (const name of [...new Set([...old.keys(), ...current.keys()])].toSorted()) {
    const gone = [...(old.get(name) ?? [])].filter((version) => current.get(name)?.has(version) !== true)
    const fresh = [...(current.get(name) ?? [])].filter((version) => old.get(name)?.has(version) !== true)
    gone.sort(compareVersions)
    fresh.sort(compareVersions)
    const moves = Math.min(gone.length, fresh.length)
    for (const [index, from] of gone.slice(0, moves).entries()) changed.push({ name, from, to: fresh[index] ?? from })
    for (const version of gone.slice(moves)) removed.push({ name, version })
    for (const version of fresh.slice(moves)) added.push({ name, version })
  }
  return { added, changed, removed }
}

function versionsByName(resolution: Resolution | undefined): Map<string, Set<Version>> {
  const versions = new Map<string, Set<Version>>()
  for (const { name, version } of resolution?.packages ?? []) {
    const known = versions.get(name)
    if (known === undefined) versions.set(name, new Set([version]))
    else known.add(version)
  }
  return versions
}

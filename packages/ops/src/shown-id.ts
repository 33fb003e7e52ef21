/** How reports name a package: members by their names, because `workspace:.` says little to a person. */
import { memberPathOf } from '@alkahest/core'
import type { PackageId, Resolution } from '@alkahest/core'

export function shownId(id: PackageId, resolution: Resolution): string {
  const path = memberPathOf(id)
  if (path === undefined) return id
  const member = resolution.members.find((candidate) => candidate.path === path)
  return member?.name ?? manifestPlace(path)
}

/** Where a requirement stands: the manifest of a member, the identity of a package. */
export function placeOf(id: PackageId): string {
  const path = memberPathOf(id)
  return path === undefined ? id : manifestPlace(path)
}

function manifestPlace(path: string): string {
  return path === '.' ? 'package.json' : `${path}/package.json`
}

/** The part of a lockfile that one member needs: a valid lockfile again, for an image or a build that holds that member alone. */
import { memberId, memberPathOf, userError } from '@alkahest/core'
import type { PackageId, ResolvedEdge } from '@alkahest/core'
import type { Lockfile } from './lockfile.ts'

/**
 * The member at `path`, the members it links, the root, and every package that these reach: the root provides peers for
 * every member and is part of each install anyway. Throws `MEMBER_NOT_FOUND`.
 */
export function lockfileFor(lockfile: Lockfile, path: string): Lockfile {
  const { members, packages, peerConflicts } = lockfile.resolution
  if (!members.some((member) => member.path === path)) {
    const known = members.map((member) => member.path).join(', ')
    throw userError('MEMBER_NOT_FOUND', `the lockfile has no member ${path}`, { hint: `its members are ${known}` })
  }
  const edgesOf = new Map<PackageId, readonly ResolvedEdge[]>([
    ...members.map((member) => [memberId(member.path), member.edges] as const),
    ...packages.map((one) => [one.id, one.edges] as const),
  ])
  const reached = reach([memberId(path), memberId('.')], edgesOf)
  return {
    ...lockfile,
    resolution: {
      members: members.filter((member) => reached.has(memberId(member.path))),
      packages: packages.filter((one) => reached.has(one.id)),
      peerConflicts: peerConflicts.filter((one) => reached.has(one.package)),
    },
  }
}

function reach(
  starts: readonly PackageId[],
  edgesOf: ReadonlyMap<PackageId, readonly ResolvedEdge[]>,
): ReadonlySet<PackageId> {
  const reached = new Set<PackageId>()
  const stack = [...starts]
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (reached.has(id) || (!edgesOf.has(id) && memberPathOf(id) === '.')) continue
    reached.add(id)
    for (const { target } of edgesOf.get(id) ?? []) if (target !== undefined) stack.push(target)
  }
  return reached
}

/** Which members of a workspace need which: the order in which they are built, and what a change of one reaches. */
import { posix } from 'node:path'
import { asRange, invariant, rangeHas } from '@alkahest/core'
import type { Member, Workspace } from './workspace.ts'

export type MemberGraph = {
  /** Paths of members that a member needs itself, by its path; sorted. */
  readonly needs: ReadonlyMap<string, readonly string[]>
  /** Paths of members that need a member themselves, by its path; sorted. */
  readonly neededBy: ReadonlyMap<string, readonly string[]>
}

export function memberGraph(workspace: Workspace): MemberGraph {
  const byName = new Map(
    workspace.members.flatMap((member) =>
      member.manifest.name === undefined ? [] : [[member.manifest.name as string, member]],
    ),
  )
  const byPath = new Map(workspace.members.map((member) => [member.path, member]))
  const needs = new Map(workspace.members.map((member) => [member.path, neededMembers(member, byName, byPath)]))
  const neededBy = new Map(
    workspace.members.map(({ path }) => [
      path,
      [...needs].filter(([, list]) => list.includes(path)).map(([other]) => other),
    ]),
  )
  return { needs, neededBy }
}

/**
 * The members with the path of each one behind those that it needs; otherwise by path. In a circle, which npm allows among
 * development dependencies, the first by path comes first.
 */
export function orderMembers(members: readonly Member[], graph: MemberGraph): readonly Member[] {
  const wanted = new Map(members.map((member) => [member.path, member]))
  const ordered: Member[] = []
  const visited = new Set<string>()
  const visit = (path: string): void => {
    if (visited.has(path)) return
    visited.add(path)
    for (const needed of graph.needs.get(path) ?? []) visit(needed)
    const member = wanted.get(path)
    if (member !== undefined) ordered.push(member)
  }
  for (const path of [...wanted.keys()].sort()) visit(path)
  invariant(ordered.length === wanted.size, 'every member has a place in the order')
  return ordered
}

/** Everything that can be reached from some members, they themselves left out. */
export function reachable(
  starts: readonly string[],
  edges: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const found = new Set<string>()
  const queue = [...starts]
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    for (const next of edges.get(path) ?? []) {
      if (found.has(next)) continue
      found.add(next)
      queue.push(next)
    }
  }
  for (const start of starts) found.delete(start)
  return found
}

function neededMembers(
  member: Member,
  byName: ReadonlyMap<string, Member>,
  byPath: ReadonlyMap<string, Member>,
): readonly string[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = member.manifest
  const asked = Object.entries({ ...peerDependencies, ...devDependencies, ...optionalDependencies, ...dependencies })
  const paths = asked.flatMap(([alias, specifier]) => {
    const folder = /^(?:file|link|portal):(.+)$/.exec(specifier)?.[1]
    const target =
      folder === undefined ? memberNamed(alias, specifier, byName) : byPath.get(posix.join(member.path, folder))
    return target === undefined || target.path === member.path ? [] : [target.path]
  })
  return [...new Set(paths)].sort()
}

/** npm's rule: a plain range that a member's version satisfies means the member. */
function memberNamed(alias: string, specifier: string, byName: ReadonlyMap<string, Member>): Member | undefined {
  const [, aliased] = /^(?:workspace|npm):((?:@[^@/]+\/)?[^@/]+)@.*$/.exec(specifier) ?? []
  const member = byName.get(aliased ?? alias)
  if (member === undefined || /^(?:workspace|catalog):/.test(specifier)) return member
  const { version } = member.manifest
  if (specifier === '*' || specifier === '') return member
  const range = asRange(specifier.replace(/^npm:.*@/, ''))
  return version !== undefined && range !== undefined && rangeHas(range, version) ? member : undefined
}

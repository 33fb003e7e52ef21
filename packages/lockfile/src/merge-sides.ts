/**
 * A lockfile in which git left conflict markers: both sides are read, and what both of them chose becomes preference for
 * the next resolution. Nothing is thrown away.
 */
import { userError } from '@alkahest/core'
import type { PackageId, ResolvedEdge, ResolvedMember } from '@alkahest/core'
import type { Lockfile } from './lockfile.ts'

export function hasMarkers(text: string): boolean {
  return text.startsWith('<<<<<<< ') || text.includes('\n<<<<<<< ')
}

/** The file as each side has it; the common ancestor that `diff3` style shows is left out. */
export function sidesOf(text: string, place: string): readonly [string, string] {
  const ours: string[] = []
  const theirs: string[] = []
  let part: 'both' | 'ours' | 'base' | 'theirs' = 'both'
  for (const [index, line] of text.split('\n').entries()) {
    const next = markerPart(line)
    if (next !== undefined) {
      if (!isExpected(part, next)) {
        throw userError('LOCKFILE_INVALID', `${place}:${index + 1}: a conflict marker stands where none belongs`, {
          hint: 'finish the merge of this file by hand, or take one side of it, and run `alk install`',
        })
      }
      part = next
      continue
    }
    if (part === 'both' || part === 'ours') ours.push(line)
    if (part === 'both' || part === 'theirs') theirs.push(line)
  }
  if (part !== 'both') throw userError('LOCKFILE_INVALID', `${place} ends inside a conflict`)
  return [ours.join('\n'), theirs.join('\n')]
}

function markerPart(line: string): 'both' | 'ours' | 'base' | 'theirs' | undefined {
  if (line.startsWith('<<<<<<< ')) return 'ours'
  if (line.startsWith('||||||| ')) return 'base'
  if (/^=======\r?$/.test(line)) return 'theirs'
  return line.startsWith('>>>>>>> ') ? 'both' : undefined
}

function isExpected(from: string, to: string): boolean {
  const order: Readonly<Record<string, readonly string[]>> = {
    both: ['ours'],
    ours: ['base', 'theirs'],
    base: ['theirs'],
    theirs: ['both'],
  }
  return order[from]?.includes(to) === true
}

/** Packages of both; edges of the first, and those that only the second has. Edges to nothing are left out. */
export function mergeSides(ours: Lockfile, theirs: Lockfile): Lockfile {
  const byId = <One extends { readonly id: PackageId }>(list: readonly One[]): [PackageId, One][] =>
    list.map((one) => [one.id, one])
  const packages = new Map([...byId(theirs.resolution.packages), ...byId(ours.resolution.packages)])
  const members = new Map(theirs.resolution.members.map((member) => [member.path, member]))
  for (const member of ours.resolution.members) {
    members.set(member.path, mergeMember(member, members.get(member.path)))
  }
  const isThere = ({ target }: ResolvedEdge): boolean =>
    target === undefined || packages.has(target) || target.startsWith('workspace:')
  return {
    resolution: {
      members: [...members.values()].map((member) => ({ ...member, edges: member.edges.filter(isThere) })),
      packages: [...packages.values()].map((one) => ({ ...one, edges: one.edges.filter(isThere) })),
      peerConflicts: [...ours.resolution.peerConflicts, ...theirs.resolution.peerConflicts],
    },
    settings: ours.settings,
    isConflicted: true,
  }
}

function mergeMember(ours: ResolvedMember, theirs: ResolvedMember | undefined): ResolvedMember {
  const known = new Set(ours.edges.map(({ alias }) => alias))
  return { ...ours, edges: [...ours.edges, ...(theirs?.edges ?? []).filter(({ alias }) => !known.has(alias))] }
}

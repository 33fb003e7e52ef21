/**
 * A lockfile in which git left conflict markers, or merged what does not belong together: both sides are read, and what
 * both of them chose becomes preference for the next resolution. Nothing is thrown away.
 */
import { compareVersions, memberId, userError } from '@alkahest/core'
import type { AcceptedPeerConflict, ResolvedEdge, ResolvedPackage } from '@alkahest/core'
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

/**
 * Everything of both sides. Where both answered the same requirement the newer answer counts; where they ask differently
 * both answers stay, and which of them the manifests ask for is seen when it is resolved again.
 */
export function mergeSides(ours: Lockfile, theirs: Lockfile): Lockfile {
  const packages = new Map(theirs.resolution.packages.map((one) => [one.id, one]))
  const isNewer = newerOf([...ours.resolution.packages, ...theirs.resolution.packages])
  for (const one of ours.resolution.packages) {
    const edges = mergeEdges(one.edges, packages.get(one.id)?.edges ?? [], isNewer)
    packages.set(one.id, { ...one, edges })
  }
  const members = new Map(theirs.resolution.members.map((member) => [member.path, member]))
  for (const member of ours.resolution.members) {
    const edges = mergeEdges(member.edges, members.get(member.path)?.edges ?? [], isNewer)
    members.set(member.path, { ...member, edges })
  }
  return {
    ...withoutLostEdges({
      resolution: {
        members: [...members.values()],
        packages: [...packages.values()],
        peerConflicts: mergeConflicts(ours.resolution.peerConflicts, theirs.resolution.peerConflicts),
      },
      settings: { ...theirs.settings, ...ours.settings },
    }),
    isConflicted: true,
  }
}

/** Git can merge without a word and still leave an edge to a package that the other side removed: that is a conflict too. */
export function withoutLostEdges(lockfile: Lockfile): Lockfile {
  const { members, packages, peerConflicts } = lockfile.resolution
  const ids = new Set<string>([...packages.map(({ id }) => id), ...members.map(({ path }) => memberId(path))])
  const isThere = ({ target }: ResolvedEdge): boolean => target === undefined || ids.has(target)
  if ([...members, ...packages].every(({ edges }) => edges.every(isThere))) return lockfile
  const whole = <Owner extends { readonly edges: readonly ResolvedEdge[] }>(owner: Owner): Owner => ({
    ...owner,
    edges: owner.edges.filter(isThere),
  })
  return {
    ...lockfile,
    resolution: { members: members.map(whole), packages: packages.map(whole), peerConflicts },
    isConflicted: true,
  }
}

type IsNewer = (left: ResolvedEdge, right: ResolvedEdge) => boolean

function newerOf(packages: readonly ResolvedPackage[]): IsNewer {
  const versions = new Map(packages.map((one) => [one.id, one.version]))
  return (left, right) => {
    const a = left.target === undefined ? undefined : versions.get(left.target)
    const b = right.target === undefined ? undefined : versions.get(right.target)
    return a !== undefined && (b === undefined || compareVersions(a, b) > 0)
  }
}

function mergeEdges(
  ours: readonly ResolvedEdge[],
  theirs: readonly ResolvedEdge[],
  isNewer: IsNewer,
): readonly ResolvedEdge[] {
  const merged = new Map(ours.map((edge) => [edgeKey(edge), edge]))
  for (const edge of theirs) {
    const known = merged.get(edgeKey(edge))
    if (known === undefined || isNewer(edge, known)) merged.set(edgeKey(edge), edge)
  }
  return [...merged.values()]
}

function edgeKey({ alias, kind, specifier }: ResolvedEdge): string {
  return [kind, alias, specifier].join('\n')
}

function mergeConflicts(
  ours: readonly AcceptedPeerConflict[],
  theirs: readonly AcceptedPeerConflict[],
): readonly AcceptedPeerConflict[] {
  const key = (one: AcceptedPeerConflict): string => [one.package, one.peer, one.range, one.found ?? ''].join('\n')
  return [...new Map([...theirs, ...ours].map((one) => [key(one), one])).values()]
}

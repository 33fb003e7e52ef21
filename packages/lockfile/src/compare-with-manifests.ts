/** Whether a lockfile answers for the manifests as they are now, and if not, in what. */
import type { EdgeKind, PeerRequirement } from '@alkahest/core'
import type { Lockfile } from './lockfile.ts'

/** What one manifest asks, after catalogs and overrides: the resolver reads it the same way when it solves. */
export type WantedMember = {
  readonly path: string
  readonly name: string | undefined
  readonly requirements: readonly { readonly alias: string; readonly kind: EdgeKind; readonly specifier: string }[]
  readonly peers: readonly PeerRequirement[]
}

export type LockfileDrift = {
  readonly isEmpty: boolean
  /** Each names a manifest and what in it the lockfile does not answer. */
  readonly reasons: readonly string[]
}

export function compareWithManifests(
  lockfile: Lockfile,
  wanted: { readonly members: readonly WantedMember[]; readonly settings: Readonly<Record<string, string>> },
): LockfileDrift {
  const reasons = [
    ...(lockfile.isConflicted === true
      ? ['it is a merge that stopped halfway, or lacks packages that it points at']
      : []),
    ...settingReasons(lockfile.settings, wanted.settings),
    ...memberReasons(lockfile, wanted.members),
  ]
  return { isEmpty: reasons.length === 0, reasons }
}

function settingReasons(
  locked: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): readonly string[] {
  const keys = [...new Set([...Object.keys(locked), ...Object.keys(wanted)])].toSorted()
  return keys.filter((key) => locked[key] !== wanted[key]).map((key) => `"${key}" changed`)
}

function memberReasons(lockfile: Lockfile, wanted: readonly WantedMember[]): readonly string[] {
  const locked = new Map(lockfile.resolution.members.map((member) => [member.path, member]))
  const paths = new Set(wanted.map(({ path }) => path))
  const gone = [...locked.keys()].filter((path) => !paths.has(path)).map((path) => `${path} is no member any more`)
  return [...gone, ...wanted.flatMap((member) => oneMember(member, locked.get(member.path)))]
}

function oneMember(
  wanted: WantedMember,
  locked: Lockfile['resolution']['members'][number] | undefined,
): readonly string[] {
  const place = wanted.path === '.' ? 'package.json' : `${wanted.path}/package.json`
  if (locked === undefined) return [`${place} is new`]
  const reasons = wanted.name === locked.name ? [] : [`${place} is named ${wanted.name ?? 'nothing'} now`]
  const edges = new Map(locked.edges.filter(({ kind }) => kind !== 'peer').map((edge) => [edge.alias, edge]))
  for (const { alias, kind, specifier } of wanted.requirements) {
    const edge = edges.get(alias)
    edges.delete(alias)
    if (edge === undefined) reasons.push(`${place} asks for ${alias} ${specifier}`)
    else if (edge.specifier !== specifier)
      reasons.push(`${place} asks for ${alias} ${specifier}, not ${edge.specifier}`)
    else if (edge.kind !== kind) reasons.push(`${place} asks for ${alias} as ${kind}, not ${edge.kind}`)
  }
  for (const alias of edges.keys()) reasons.push(`${place} does not ask for ${alias} any more`)
  if (peerText(wanted.peers) !== peerText(locked.peers)) reasons.push(`the peers in ${place} changed`)
  return reasons
}

function peerText(peers: readonly PeerRequirement[]): string {
  return peers
    .map(({ name, range, optional }) => `${name} ${range} ${optional}`)
    .toSorted()
    .join('\n')
}

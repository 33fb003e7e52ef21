/** A lockfile as text: the same resolution gives the same bytes on every machine. Format: docs/formats/lockfile.md */
import { compareVersions, registryPackageId, userError } from '@alkahest/core'
import type {
  AcceptedPeerConflict,
  PackageName,
  PeerRequirement,
  ResolvedEdge,
  ResolvedMember,
  ResolvedPackage,
  Version,
} from '@alkahest/core'
import { HEADER } from './header.ts'
import type { Lockfile } from './lockfile.ts'
import { formatText, isWord } from './text.ts'

export function formatLockfile(lockfile: Lockfile): string {
  const { members, packages, peerConflicts } = lockfile.resolution
  const settings = Object.entries(lockfile.settings).toSorted(([left], [right]) => compareText(left, right))
  const paragraphs = [
    HEADER,
    ...(settings.length === 0
      ? []
      : [settings.map(([key, value]) => `setting ${formatKey(key)} ${formatText(value)}`).join('\n')]),
    ...members.toSorted(byPath).map(formatMember),
    ...packages.toSorted(byIdentity).map(formatPackage),
    ...peerConflicts.map(formatConflict).toSorted(compareText),
  ]
  return `${paragraphs.join('\n\n')}\n`
}

function formatMember(member: ResolvedMember): string {
  const name = member.name === undefined ? [] : [`  name ${member.name}`]
  return [
    `member ${formatText(member.path)}`,
    ...name,
    ...formatEdges(member.edges),
    ...formatPeers(member.peers),
  ].join('\n')
}

function formatPackage(one: ResolvedPackage): string {
  return [
    `package ${one.name} ${one.version}`,
    ...formatSource(one),
    ...(one.integrity === undefined ? [] : [`  integrity ${one.integrity}`]),
    ...(one.tarball === undefined ? [] : [`  tarball ${formatText(one.tarball)}`]),
    ...(one.engines.node === undefined ? [] : [`  engines ${formatText(one.engines.node)}`]),
    ...formatWords('os', one.os, one),
    ...formatWords('cpu', one.cpu, one),
    ...formatWords('libc', one.libc, one),
    ...formatWords('bin', one.bin.toSorted(compareText), one),
    ...(one.hasInstallScript ? ['  build'] : []),
    ...(one.deprecated === undefined ? [] : [`  deprecated ${formatText(one.deprecated)}`]),
    ...formatWords('bundled', one.bundled.toSorted(compareText), one),
    ...formatEdges(one.edges),
    ...formatPeers(one.peers),
  ].join('\n')
}

function formatSource({ source }: ResolvedPackage): readonly string[] {
  switch (source.kind) {
    case 'registry':
      return []
    case 'tarball':
      return [`  source tarball ${formatText(source.url)}`]
    case 'git': {
      const folder = source.folder === undefined ? [] : [`  folder ${formatText(source.folder)}`]
      return [`  source git ${formatText(`${source.url}#${source.commit}`)}`, ...folder]
    }
    default:
      return [`  source ${source.kind} ${formatText(source.path)}`]
  }
}

function formatWords(fact: string, words: readonly string[], one: ResolvedPackage): readonly string[] {
  if (words.length === 0) return []
  const odd = words.find((word) => !isWord(word))
  if (odd !== undefined) {
    throw userError('MANIFEST_INVALID', `"${fact}" of ${one.id} holds ${JSON.stringify(odd)}, which is no single word`)
  }
  return [`  ${fact} ${words.join(' ')}`]
}

function formatEdges(edges: readonly ResolvedEdge[]): readonly string[] {
  return edges
    .toSorted((left, right) => compareText(left.alias, right.alias))
    .map((edge) => `  ${edge.kind} ${edge.alias} ${formatText(edge.specifier)} -> ${formatTarget(edge)}`)
}

function formatTarget({ alias, target }: ResolvedEdge): string {
  if (target === undefined) return 'none'
  const version = target.slice(alias.length + 1)
  const isPlain = target === registryPackageId(alias as PackageName, version as Version) && /^\d[^:/]*$/.test(version)
  return isPlain ? version : formatText(target)
}

function formatPeers(peers: readonly PeerRequirement[]): readonly string[] {
  return peers
    .toSorted((left, right) => compareText(left.name, right.name))
    .map((peer) => `  peer ${peer.name} ${formatText(peer.range)}${peer.optional ? ' optional' : ''}`)
}

function formatConflict(conflict: AcceptedPeerConflict): string {
  return [
    `conflict ${formatText(conflict.package)}`,
    `  peer ${conflict.peer} ${formatText(conflict.range)}`,
    ...(conflict.found === undefined ? [] : [`  found ${formatText(conflict.found)}`]),
    `  reason ${formatText(conflict.reason)}`,
  ].join('\n')
}

function formatKey(key: string): string {
  return isWord(key) && !key.startsWith('"') ? key : JSON.stringify(key)
}

function byPath(left: ResolvedMember, right: ResolvedMember): number {
  return Number(right.path === '.') - Number(left.path === '.') || compareText(left.path, right.path)
}

function byIdentity(left: ResolvedPackage, right: ResolvedPackage): number {
  return (
    compareText(left.name, right.name) || compareVersions(left.version, right.version) || compareText(left.id, right.id)
  )
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right)
}

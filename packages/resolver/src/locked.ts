/** What a lockfile contributes: the versions that were chosen for each requirement, and universes of those versions alone. */
import { asVersion, parseSpecifier, registryPackageId, UserError } from '@alkahest/core'
import type {
  Candidate,
  DependencyMap,
  PackageId,
  PackageVersions,
  Resolution,
  ResolvedEdge,
  ResolvedPackage,
  Version,
} from '@alkahest/core'
import { Universe } from './universe.ts'

/**
 * Universes that hold the locked versions of a name and nothing else, made of the lockfile: as long as nothing asks for
 * more, a locked package costs no document. Which names are opened depends on the graph alone, never on what is loaded.
 */
export function closedUniverses(locked: Resolution): ReadonlyMap<string, Universe> {
  const packages = new Map<string, Map<Version, ResolvedPackage>>()
  for (const one of locked.packages) {
    if (!isPlain(one)) continue
    const known = packages.get(one.name)
    if (known === undefined) packages.set(one.name, new Map([[one.version, one]]))
    else known.set(one.version, one)
  }
  const universes = new Map<string, Universe>()
  for (const [name, versions] of packages) universes.set(name, new Universe(lockedVersions(versions), versions))
  return universes
}

/** `member path|alias|specifier` and `name|range` to the version chosen for it. */
export function lockedChoices(locked: Resolution): ReadonlyMap<string, Version> {
  const byId = new Map<PackageId, ResolvedPackage>(locked.packages.map((one) => [one.id, one]))
  const choices = new Map<string, Version>()
  for (const member of locked.members) {
    for (const edge of member.edges) {
      const target = edge.target === undefined ? undefined : byId.get(edge.target)
      if (target === undefined || !isPlain(target)) continue
      choices.set(`${member.path}|${edge.alias}|${edge.kind === 'peer' ? 'peer' : edge.specifier}`, target.version)
    }
  }
  for (const one of locked.packages) {
    for (const edge of one.edges) {
      const target = edge.target === undefined ? undefined : byId.get(edge.target)
      const descriptor = descriptorOf(edge)
      if (target !== undefined && descriptor !== undefined && isPlain(target)) choices.set(descriptor, target.version)
    }
  }
  return choices
}

function descriptorOf(edge: ResolvedEdge): string | undefined {
  try {
    const parsed = parseSpecifier(edge.alias, edge.specifier, 'the lockfile')
    if (parsed.kind === 'range') return `${parsed.name}|${parsed.range.text}`
    return parsed.kind === 'tag' ? `${parsed.name}|tag:${parsed.tag}` : undefined
  } catch (error) {
    if (error instanceof UserError) return undefined // an unreadable specifier of an optional dependency has no choice
    throw error
  }
}

function isPlain(one: ResolvedPackage): boolean {
  return one.source.kind === 'registry' && one.id === registryPackageId(one.name, one.version)
}

function lockedVersions(packages: ReadonlyMap<Version, ResolvedPackage>): PackageVersions {
  const all = [...packages.values()]
  const [first] = all
  return {
    name: first?.name ?? ('' as never),
    distTags: {},
    versions: all.map((one) => one.version),
    local: false,
    candidate: (version) => {
      const found = packages.get(version)
      return found === undefined ? undefined : lockedCandidate(found)
    },
    publishedAt: () => undefined,
  }
}

/** A locked package as what it was chosen from. */
export function lockedCandidate(one: ResolvedPackage): Candidate {
  return {
    name: one.name,
    version: asVersion(one.version) ?? one.version,
    os: one.os,
    cpu: one.cpu,
    libc: one.libc,
    dependencies: edgesOfKind(one, 'dependency'),
    optionalDependencies: edgesOfKind(one, 'optional'),
    peerDependencies: Object.fromEntries(one.peers.map((peer) => [peer.name, peer.range])),
    optionalPeers: one.peers.filter((peer) => peer.optional).map((peer) => peer.name),
    bundled: one.bundled,
    engines: one.engines,
    bin: Object.fromEntries(one.bin.map((command) => [command, ''])),
    hasInstallScript: one.hasInstallScript,
    deprecated: one.deprecated,
    dist: { integrity: one.integrity, tarball: one.tarball ?? '', unpackedSize: undefined },
  }
}

function edgesOfKind(one: ResolvedPackage, kind: 'dependency' | 'optional'): DependencyMap {
  return Object.fromEntries(one.edges.filter((edge) => edge.kind === kind).map((edge) => [edge.alias, edge.specifier]))
}

/**
 * A resolution: every chosen package and the edges between them. It is what the resolver makes, the lockfile writes
 * down and everything after reads. Peer bindings are not in it: they follow from the graph (see instance-graph.ts).
 */
import type { Integrity } from './integrity.ts'
import type { PackageName } from './package-name.ts'
import type { PlatformFields } from './platform.ts'
import type { Version } from './version.ts'

declare const packageIdBrand: unique symbol
/**
 * Identity of a chosen package: `name@1.2.3` from a registry, `name@<specifier>` from elsewhere
 * (`left@file:../left.tgz`), `workspace:packages/a` for a member of the workspace.
 */
export type PackageId = string & { readonly [packageIdBrand]: true }

export type Source =
  | { readonly kind: 'registry' }
  /** An http(s) address of a tarball. */
  | { readonly kind: 'tarball'; readonly url: string }
  /** A tarball on disk, relative to the workspace root, POSIX. */
  | { readonly kind: 'file'; readonly path: string }
  /** A folder that is linked, relative to the workspace root, POSIX. */
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'git'; readonly url: string; readonly commit: string; readonly folder: string | undefined }

export type EdgeKind = 'dependency' | 'development' | 'optional' | 'peer'

export type ResolvedEdge = {
  /** The folder under node_modules. */
  readonly alias: string
  readonly kind: EdgeKind
  /** What was asked, after catalogs and overrides. */
  readonly specifier: string
  /** Undefined only on an optional edge that could not be resolved: it is left out. */
  readonly target: PackageId | undefined
}

export type PeerRequirement = {
  readonly name: string
  readonly range: string
  readonly optional: boolean
}

export type ResolvedPackage = PlatformFields & {
  readonly id: PackageId
  readonly name: PackageName
  readonly version: Version
  readonly source: Source
  /** Undefined for folders. */
  readonly integrity: Integrity | undefined
  /** Where the bytes are, when it is known and not what the registry's rule gives. */
  readonly tarball: string | undefined
  readonly engines: Readonly<Record<string, string>>
  /** Names of its commands, sorted. */
  readonly bin: readonly string[]
  readonly hasInstallScript: boolean
  readonly deprecated: string | undefined
  readonly bundled: readonly string[]
  /** Kinds `dependency` and `optional` only; sorted by alias. */
  readonly edges: readonly ResolvedEdge[]
  /** Sorted by name. */
  readonly peers: readonly PeerRequirement[]
}

export type ResolvedMember = {
  /** POSIX, relative to the root; `.` for the root itself. */
  readonly path: string
  readonly name: PackageName | undefined
  readonly version: Version | undefined
  /** Sorted by alias. Peers of a member that were added for it are of kind `peer`. */
  readonly edges: readonly ResolvedEdge[]
  /** What the member itself asks of its dependents; other members see it. */
  readonly peers: readonly PeerRequirement[]
}

export type AcceptedPeerConflict = {
  /** Who asks. */
  readonly package: PackageId
  readonly peer: string
  readonly range: string
  /** What it gets instead; undefined when nothing provides the peer. */
  readonly found: PackageId | undefined
  /** One sentence. */
  readonly reason: string
}

export type Resolution = {
  /** Sorted by path, the root first. */
  readonly members: readonly ResolvedMember[]
  /** Sorted by name, then version. */
  readonly packages: readonly ResolvedPackage[]
  readonly peerConflicts: readonly AcceptedPeerConflict[]
}

/** The identity of a version from a registry. */
export function registryPackageId(name: PackageName, version: Version): PackageId {
  return `${name}@${version}` as PackageId
}

/** The identity of a package from anywhere: what {@link registryPackageId} gives, or the name and where its bytes are. */
export function packageIdOf(name: PackageName, version: Version, source: Source): PackageId {
  switch (source.kind) {
    case 'registry':
      return registryPackageId(name, version)
    case 'tarball':
      return `${name}@${source.url}` as PackageId
    case 'file':
      return `${name}@file:${source.path}` as PackageId
    case 'directory':
      return `${name}@link:${source.path}` as PackageId
    case 'git': {
      const folder = source.folder === undefined ? '' : `&path:${source.folder}`
      return `${name}@git+${source.url.replace(/^git\+/, '')}#${source.commit}${folder}` as PackageId
    }
  }
}

/** The identity of a member of the workspace. */
export function memberId(path: string): PackageId {
  return `workspace:${path}` as PackageId
}

/** The path of the member that an identity names, or undefined when it names a package from outside. */
export function memberPathOf(id: PackageId): string | undefined {
  return id.startsWith('workspace:') ? id.slice('workspace:'.length) : undefined
}

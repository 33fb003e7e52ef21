/**
 * What is installed: packages with the peers they see. The resolver computes it from a {@link Resolution}, the linker
 * lays it out on disk, `alk tree` prints it, a release copies it.
 */
import type { PackageName } from './package-name.ts'
import type { EdgeKind, PackageId, ResolvedPackage } from './resolution.ts'
import type { Version } from './version.ts'

declare const instanceIdBrand: unique symbol
/**
 * Unique in the graph and stable: the package's id, and when peers make several instances of it possible, a content
 * hash over what it sees (`react-dom@18.3.1+4f1c22ab`). A member's is its package id, `workspace:packages/a`.
 * May hold `/`, `:` and upper-case letters; the linker makes folder names of it.
 */
export type InstanceId = string & { readonly [instanceIdBrand]: true }

export type Instance = {
  readonly id: InstanceId
  readonly package: ResolvedPackage
  /** Alias to target, for regular and optional dependencies that were resolved; without peers. */
  readonly dependencies: ReadonlyMap<string, InstanceId>
  /** Peer name to what it is bound to; an absent optional peer is not in it. */
  readonly peers: ReadonlyMap<string, InstanceId>
  /** Every path to it from a member goes through an optional dependency. */
  readonly optional: boolean
  /** Every path to it from a member goes through a development dependency. */
  readonly development: boolean
}

export type MemberDependency = {
  readonly alias: string
  readonly kind: EdgeKind
  readonly target: InstanceId
}

export type MemberInstance = {
  readonly id: InstanceId
  /** POSIX, relative to the root; `.` for the root itself. */
  readonly path: string
  readonly name: PackageName | undefined
  readonly version: Version | undefined
  /** Sorted by alias. */
  readonly dependencies: readonly MemberDependency[]
}

export type InstanceGraph = {
  readonly members: readonly MemberInstance[]
  /** By id, in the order of the ids. */
  readonly instances: ReadonlyMap<InstanceId, Instance>
}

/** The id of an instance of a package that sees no peers, and of members. */
export function plainInstanceId(id: PackageId): InstanceId {
  return id as string as InstanceId
}

/**
 * A published version as a solver and an installer see it: everything they need of a candidate and nothing else.
 * `protocol` reads it out of packuments; `resolver` chooses among them.
 */
import type { Integrity } from './integrity.ts'
import type { PackageName } from './package-name.ts'
import type { PlatformFields } from './platform.ts'
import type { Version } from './version.ts'

/** Alias (the folder under node_modules) to specifier text. */
export type DependencyMap = Readonly<Record<string, string>>

export type Candidate = PlatformFields & {
  readonly name: PackageName
  readonly version: Version
  /** Without the names that are also in `optionalDependencies`: there optional wins, as in npm. */
  readonly dependencies: DependencyMap
  readonly optionalDependencies: DependencyMap
  readonly peerDependencies: DependencyMap
  /** Names in `peerDependencies` that may be absent; a name known only from peerDependenciesMeta stands in both, as `*`. */
  readonly optionalPeers: readonly string[]
  /** Names that the tarball carries in its own node_modules: neither resolved nor linked. */
  readonly bundled: readonly string[]
  readonly engines: Readonly<Record<string, string>>
  /** Command to path inside the package, both checked. */
  readonly bin: Readonly<Record<string, string>>
  /** Whether an approved build would run something. */
  readonly hasInstallScript: boolean
  /** The message; undefined when it is not deprecated. */
  readonly deprecated: string | undefined
  readonly dist: CandidateDist
}

export type CandidateDist = {
  /** Undefined when the registry gives neither integrity nor shasum. */
  readonly integrity: Integrity | undefined
  /** Absolute address. */
  readonly tarball: string
  /** In bytes, when the registry says. */
  readonly unpackedSize: number | undefined
}

/** All that is known of a name. Candidates are read out of the document when asked for: most never are. */
export interface PackageVersions {
  readonly name: PackageName
  readonly distTags: Readonly<Record<string, Version>>
  /** Ascending. */
  readonly versions: readonly Version[]
  /** Published to the registry itself and not to an upstream or a public one: release age does not apply. */
  readonly local: boolean
  /** The candidate, or undefined for a version that does not exist or whose document cannot be used. */
  candidate(version: Version): Candidate | undefined
  /** Milliseconds since 1970; undefined when the registry does not say. */
  publishedAt(version: Version): number | undefined
  /** The versions published after an instant, by `publishedAt`, where that is known without asking for each. */
  publishedAfter?(instant: number): readonly Version[]
}

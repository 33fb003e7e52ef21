/**
 * What goes into a resolution and what comes out: the package's face. The result depends on {@link ResolveInput} and on
 * what the {@link PackageSource} answers, and on nothing else: not on the clock, the machine or the order of arrival.
 */
import type {
  Candidate,
  DependencyMap,
  ErrorCode,
  Manifest,
  PackageId,
  PackageName,
  PackageVersions,
  Resolution,
  Source,
  Version,
} from '@alkahest/core'
import type { Explanation } from './explanation.ts'

/**
 * The port to everything outside. It answers from memory: what it does not hold yet it says so, the resolver collects
 * those questions in {@link ResolveOutcome} `needs`, and the caller loads them and asks again. Laws: an answer never
 * changes during one resolution, and the same question gets the same object (sets of versions are remembered for it).
 */
export interface PackageSource {
  /** All that is known of a name; 'missing' when the registry has none; undefined when it was not loaded yet. */
  packageVersions(name: PackageName): PackageVersions | 'missing' | undefined
  /** What a folder, tarball or git address holds; 'missing' when there is nothing; undefined when not loaded yet. */
  external(request: ExternalRequest): ExternalPackage | 'missing' | undefined
}

/** Something outside every registry that a dependency points at. Paths are POSIX and relative to the workspace root. */
export type ExternalRequest =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'tarball'; readonly url: string }
  | {
      readonly kind: 'git'
      readonly url: string
      readonly committish: string | undefined
      readonly range: string | undefined
      readonly folder: string | undefined
    }

/** `candidate.dist.integrity` is the tarball's; undefined for folders. */
export type ExternalPackage = {
  readonly candidate: Candidate
  readonly source: Source
}

export type InputMember = {
  /** POSIX, relative to the root; `.` for the root itself. */
  readonly path: string
  readonly manifest: Manifest
}

export type ResolveInput = {
  /** Every member of the workspace, the root included (its overrides count, nobody else's). In any order. */
  readonly members: readonly InputMember[]
  /** Catalog name (`default` for the unnamed one) to alias to specifier. */
  readonly catalogs: Readonly<Record<string, DependencyMap>>
  /** What the lockfile holds: its versions are preferred. */
  readonly locked: Resolution | undefined
  /** The settings that the lockfile was made with (see {@link ResolutionSettings}); other settings re-read every package. */
  readonly lockedSettings: ResolutionSettings | undefined
  /** Which names forget their locked version. */
  readonly unlock: 'none' | 'all' | readonly string[]
  /** Whether locked requirements may move to another chosen version when that saves a copy (`alk dedupe`). */
  readonly dedupe: boolean
  /** Versions published after this instant (milliseconds since 1970) do not exist, unless local or locked. */
  readonly cutoff: number | undefined
  /** `--before`: versions published after this instant do not exist, local ones included; locked ones stay. */
  readonly before: number | undefined
  /** Candidates that do not run on it come last; undefined: engines are not looked at. */
  readonly nodeVersion: string | undefined
  /** One version of everything, or of these names. */
  readonly single: boolean | readonly string[]
  readonly peers: 'new' | 'warn' | 'error'
  readonly direction: 'highest' | 'lowest'
}

/** What changes a resolution besides manifests and registry, as sorted `key` to text; it stands in the lockfile. */
export type ResolutionSettings = Readonly<Record<string, string>>

export type ResolveOutcome =
  /** Load these and ask again: all that can be foreseen, so that a cold resolution needs as few rounds as the graph is deep. */
  | {
      readonly kind: 'needs'
      readonly names: readonly PackageName[]
      readonly externals: readonly ExternalRequest[]
      /** What will probably be chosen of what is loaded: whoever fetches it meanwhile seldom does so in vain. */
      readonly likely: readonly Candidate[]
    }
  | Resolved
  | { readonly kind: 'failed'; readonly failure: ResolutionFailure }

export type Resolved = {
  readonly kind: 'resolved'
  readonly resolution: Resolution
  readonly settings: ResolutionSettings
  /** What release age kept out, by name. */
  readonly heldBack: readonly HeldBack[]
  /** Peer conflicts that this resolution accepts and the locked one did not. All accepted ones are in the resolution. */
  readonly peerConflicts: readonly PeerConflict[]
  readonly deprecated: readonly DeprecatedPackage[]
  readonly counts: ResolveCounts
}

/** Asserted by tests instead of times. */
export type ResolveCounts = {
  readonly decisions: number
  readonly conflicts: number
  readonly peersGivenUp: number
}

export type HeldBack = {
  readonly name: PackageName
  /** What would have been chosen. */
  readonly version: Version
  /** In milliseconds since 1970. */
  readonly publishedAt: number
  readonly chosen: Version
}

export type DeprecatedPackage = { readonly id: PackageId; readonly message: string }

export type PeerConflict = {
  readonly package: PackageId
  readonly peer: string
  readonly range: string
  readonly found: PackageId | undefined
  /** The derivation in sentences. */
  readonly explanation: Explanation
}

/** Why there is no resolution. `explainFailure` renders it; `failureError` makes the error that a command throws. */
export type ResolutionFailure = {
  readonly code: ErrorCode
  readonly explanation: Explanation
  /** Names that the registry has not, or of which it has no version that was asked for: newer knowledge of them may help. */
  readonly lacking: readonly PackageName[]
}

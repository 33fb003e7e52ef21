/** What operations report: plain values; `cli` renders them for people and prints them as JSON for programs. */

export type PackageChange = { readonly name: string; readonly version: string }
export type PackageMove = { readonly name: string; readonly from: string; readonly to: string }

export type HeldBack = {
  readonly name: string
  /** The version that is too young. */
  readonly version: string
  /** The version taken instead; null when none was. */
  readonly instead: string | null
  /** ISO 8601. */
  readonly published: string
}

export type PeerConflictReport = {
  readonly package: string
  readonly peer: string
  readonly range: string
  readonly found: string | null
  /** Sentences, a line each. */
  readonly explanation: string
  /** What would help, each on its own. */
  readonly suggestions: readonly string[]
}

/** Of `install`, `add`, `remove`, `update`; its JSON is the contract of design section 11. */
export type InstallReport = {
  readonly added: readonly PackageChange[]
  readonly changed: readonly PackageMove[]
  readonly removed: readonly PackageChange[]
  readonly heldBack: readonly HeldBack[]
  readonly deprecated: readonly (PackageChange & { readonly message: string })[]
  /** Optional packages that do not run here. */
  readonly skipped: readonly PackageChange[]
  /** Dependencies whose build scripts were not run because nobody approved them. */
  readonly unapprovedBuilds: readonly PackageChange[]
  /** Those that this run met for the first time. */
  readonly peerConflicts: readonly PeerConflictReport[]
  readonly lockfile: 'unchanged' | 'written' | 'created'
  /** Nothing had to be done: decided from one small file. */
  readonly upToDate: boolean
  /** The plan, not applied. */
  readonly dryRun: boolean
  readonly seconds: number
}

/** Of the commands that run a program: its exit code is the command's. */
export type RunReport = { readonly exitCode: number }

export type TreePackage = {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly kind: 'registry' | 'git' | 'file' | 'tarball' | 'workspace'
  readonly dependencies: Readonly<Record<string, string>>
  readonly peers: Readonly<Record<string, string>>
  readonly optional?: true
  readonly skipped?: true
}

export type TreeReport = {
  readonly members: readonly {
    readonly name: string
    readonly path: string
    readonly dependencies: Readonly<Record<string, string>>
  }[]
  readonly packages: readonly TreePackage[]
}

export type WhyReport = {
  readonly name: string
  readonly versions: readonly {
    readonly id: string
    readonly version: string
    /** Each from a member to the package, as ids with the requirement that leads to the next. */
    readonly paths: readonly (readonly { readonly id: string; readonly specifier: string | null }[])[]
    /** Sentences: what decided this version, and why not a newer one. */
    readonly decided: readonly string[]
  }[]
}

export type NewProjectReport = { readonly directory: string; readonly name: string; readonly files: readonly string[] }

export type PackReport = {
  readonly name: string
  readonly version: string
  readonly file: string
  readonly files: readonly { readonly path: string; readonly size: number }[]
  readonly size: number
  readonly unpackedSize: number
  readonly integrity: string
  readonly shasum: string
  /** Files that look as if they should stay at home. */
  readonly warnings: readonly { readonly path: string; readonly reason: string }[]
}

export type PublishReport = PackReport & {
  readonly registry: string
  readonly tag: string
  readonly published: boolean
}

export type IdentityReport = { readonly registry: string; readonly username: string }

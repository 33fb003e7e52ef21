/** What operations report: plain values; `cli` renders them for people and prints them as JSON for programs. */

import type { Diagnostic, PackageProblem } from '@alkahest/build'

export type InitReport = {
  readonly directory: string
  readonly name: string
  /** Files that were added, or would be. */
  readonly files: readonly string[]
  /** Files that a new project has and this one has too; they stay as they are. */
  readonly kept: readonly string[]
  /** Of package.json: `scripts.test`, `devDependencies.vitest`. */
  readonly fields: readonly string[]
  readonly written: boolean
}

export type DocsReport = {
  readonly exitCode: number
  /** Absolute: where index.html is. */
  readonly directory: string
}

export type VersionReport = {
  readonly name: string
  readonly from: string
  readonly to: string
  /** Absolute path of the changelog, when something unreleased was in it. */
  readonly changelog: string | null
  /** Null when git was left alone. */
  readonly tag: string | null
}

export type TaskReport = {
  readonly exitCode: number
  /** The text of `--help`, when it was asked for. */
  readonly help?: string
}

export type TasksReport = {
  /** Sorted by name. */
  readonly tasks: readonly {
    readonly name: string
    /** The file, relative to its package. */
    readonly source: string
    /** One line; empty when it says nothing of itself. */
    readonly summary: string
  }[]
  readonly aliases: readonly { readonly name: string; readonly meaning: string }[]
}

/** What one word of the command line became, by the project's aliases. */
export type CommandLineStep =
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  /** An alias that is code; throws `TASK_FAILED` around what it throws. */
  | { readonly kind: 'call'; readonly name: string; readonly call: () => Promise<void> }

/** What a shell completes that only the project knows. */
export type CompletionWords = {
  readonly tasks: readonly string[]
  readonly aliases: readonly string[]
  readonly scripts: readonly string[]
  readonly members: readonly string[]
}

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
  /** Approved builds: run, taken over from an earlier run, or failed, which only an optional dependency may. */
  readonly builds: readonly (PackageChange & { readonly outcome: 'built' | 'kept' | 'failed'; readonly log: string })[]
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
export type RunReport = {
  readonly exitCode: number
  /** With filters: the members in which it ran, in the order in which they ended. */
  readonly members?: readonly MemberReport[]
}

export type MemberReport = {
  /** Of the member, POSIX; `.` for the root. */
  readonly path: string
  /** Null when it was not started, because something that it needs failed. */
  readonly exitCode: number | null
}

export type CompileReport = RunReport & {
  /** There is no tsconfig.json, hence nothing to compile. */
  readonly skipped: boolean
  /** Filled when the compiler's output goes to stderr, where programs do not read it. */
  readonly diagnostics: readonly Diagnostic[]
}

export type TestReport = RunReport & {
  /** Nothing changed since everything passed: nothing was run. */
  readonly upToDate: boolean
}

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
    /** Sentences: what decided this version. */
    readonly decided: readonly string[]
    /** The newest version and why it is not this one; null when this is it, or when the registry cannot be asked. */
    readonly newer: { readonly version: string; readonly reasons: readonly string[] } | null
  }[]
}

export type WhyNotReport = {
  readonly name: string
  readonly version: string
  /** Nothing stands against it but preference. */
  readonly possible: boolean
  /** Sentences. */
  readonly reasons: readonly string[]
}

/** Who asks for less than something newer. */
export type HolderReport = {
  /** A manifest (`package.json`, `packages/a/package.json`) or a package (`dom@18.3.1`). */
  readonly from: string
  readonly kind: 'dependency' | 'development' | 'optional' | 'peer'
  /** The alias it asks for. */
  readonly name: string
  readonly range: string
}

export type OutdatedReport = {
  readonly dependencies: readonly {
    /** Path of the member, POSIX; `.` for the root. */
    readonly member: string
    readonly alias: string
    readonly name: string
    readonly kind: 'dependency' | 'development' | 'optional' | 'peer'
    readonly current: string
    /** The best that the requirement allows. */
    readonly wanted: string
    readonly latest: string
    readonly heldBy: readonly HolderReport[]
  }[]
}

export type PeersReport = {
  readonly conflicts: readonly {
    readonly package: string
    readonly peer: string
    readonly range: string
    readonly found: string | null
    readonly reason: string
  }[]
}

export type LockEdge = {
  readonly alias: string
  readonly kind: 'dependency' | 'development' | 'optional' | 'peer'
  readonly specifier: string
  /** An id, `workspace:<path>` for a member; null when an optional dependency was left out. */
  readonly target: string | null
}

type LockPeer = { readonly name: string; readonly range: string; readonly optional: boolean }

export type LockReport = {
  /** The lockfile's own text. */
  readonly text: string
  /** Where it was written, absolute. */
  readonly file: string | null
  /** Of the lockfile. */
  readonly format: number
  readonly settings: Readonly<Record<string, string>>
  readonly members: readonly {
    readonly path: string
    readonly name: string | null
    readonly dependencies: readonly LockEdge[]
    readonly peers: readonly LockPeer[]
  }[]
  readonly packages: readonly {
    readonly id: string
    readonly name: string
    readonly version: string
    readonly source: 'registry' | 'tarball' | 'file' | 'directory' | 'git'
    readonly integrity: string | null
    /** Null: where the registry's rule says. */
    readonly tarball: string | null
    readonly dependencies: readonly LockEdge[]
    readonly peers: readonly LockPeer[]
    readonly os: readonly string[]
    readonly cpu: readonly string[]
    readonly libc: readonly string[]
    readonly engines: Readonly<Record<string, string>>
    readonly bin: readonly string[]
    readonly builds: boolean
    readonly deprecated: string | null
  }[]
  readonly peerConflicts: PeersReport['conflicts']
}

export type ImportMove = {
  readonly name: string
  /** Versions of the other lockfile that are not in ours. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly reason:
    | 'not in the registry'
    | 'nothing asks for it'
    | 'another locked version serves as well'
    | 'the manifests ask for another'
}

export type ImportReport = {
  /** The other tool's lockfile, relative to the root of the project. */
  readonly from: string
  /** Now locked. */
  readonly packages: number
  /** Of the versions in the other lockfile. */
  readonly kept: number
  readonly moved: readonly ImportMove[]
  readonly peerConflicts: readonly PeerConflictReport[]
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
  /** What its consumers would trip over; empty when it was not looked for. */
  readonly problems: readonly PackageProblem[]
}

export type PublishReport = PackReport & {
  readonly registry: string
  readonly tag: string
  /** As they travel: what only the workspace understands is replaced. */
  readonly dependencies: Readonly<Record<string, string>>
  readonly published: boolean
}

export type IdentityReport = { readonly registry: string; readonly username: string }

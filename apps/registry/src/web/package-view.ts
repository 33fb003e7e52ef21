/** What the page of a package shows, whatever world the package is from: texts, links and lists, nothing of npm's or of Hex's. */
import type { Html } from './html.ts'

export const VERSIONS_PER_PAGE = 100
export const DEPENDENTS_SHOWN = 100

export type PackageTabKind = 'readme' | 'dependencies' | 'dependents' | 'versions'

export type PackageView = {
  readonly ecosystem: string
  readonly name: string
  readonly version: string
  readonly description: string
  /** Short words beside the name: `latest`, `private`. */
  readonly marks: readonly string[]
  /** Undefined when nothing stands against this version. */
  readonly warning: Warning | undefined
  /** What people should know about the package as it is here. */
  readonly notice: string | undefined
  /** One command or line for each tool. */
  readonly installs: readonly { readonly tool: string; readonly command: string }[]
  /** What tools must be told once before they find packages here. */
  readonly setups: readonly Setup[]
  readonly facts: readonly Fact[]
  readonly keywords: readonly string[]
  readonly versionCount: number
  readonly tab: PackageTab
}

/** Why not to use a version. */
export type Warning = {
  /** `deprecated`, `retired`. */
  readonly mark: string
  readonly text: string
}

export type Setup =
  /** A short line, and the file where it stands. */
  | { readonly kind: 'line'; readonly code: string; readonly file: string }
  /** To be pasted as a whole. */
  | { readonly kind: 'block'; readonly title: string; readonly code: string }
  | { readonly kind: 'note'; readonly text: string }

export type Fact = {
  readonly label: string
  readonly values: readonly string[]
  /** An address that was checked to be http(s) or ours; for a single value. */
  readonly href?: string | undefined
  /** ISO 8601: the value is its day. */
  readonly at?: string | undefined
  /** Hashes and the like, which break anywhere. */
  readonly code?: boolean
}

export type Requirement = {
  readonly name: string
  readonly range: string
  /** To the page of that package, when it can be one. */
  readonly href: string | undefined
}

export type VersionRow = {
  readonly version: string
  readonly href: string
  /** ISO 8601. */
  readonly publishedAt: string | undefined
  readonly tags: readonly string[]
  /** The mark of its warning. */
  readonly warning: string | undefined
}

/** Another page of the same list. */
export type Turn = { readonly label: string; readonly href: string }

export type PackageTab =
  | { readonly kind: 'readme'; readonly readme: ReadmeView }
  | {
      readonly kind: 'dependencies'
      readonly groups: readonly { readonly title: string; readonly requirements: readonly Requirement[] }[]
    }
  | { readonly kind: 'dependents'; readonly requirements: readonly Requirement[]; readonly total: number }
  | { readonly kind: 'versions'; readonly rows: readonly VersionRow[]; readonly turns: readonly Turn[] }

export type ReadmeView =
  /** Sanitised. */
  | { readonly kind: 'shown'; readonly html: Html }
  | { readonly kind: 'none' }
  | { readonly kind: 'unavailable'; readonly reason: string }

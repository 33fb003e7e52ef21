/** What the operations on published packages report. */
import type { PublishReport } from './reports.ts'

export type DeprecateReport = {
  readonly name: string
  readonly registry: string
  readonly versions: readonly string[]
  /** Empty when the deprecation was taken back. */
  readonly message: string
}

export type UnpublishReport = {
  readonly name: string
  readonly registry: string
  /** Null for the whole package. */
  readonly version: string | null
}

export type DistTagsReport = {
  readonly name: string
  readonly registry: string
  readonly tags: Readonly<Record<string, string>>
}

export type OwnersReport = {
  readonly name: string
  readonly registry: string
  readonly owners: readonly { readonly name: string; readonly email: string | null }[]
}

export type TokenReport = {
  /** What `alk token revoke` takes. */
  readonly key: string
  readonly name: string
  readonly readOnly: boolean
  /** ISO 8601. */
  readonly created: string | null
  readonly expires: string | null
}

export type TokensReport = { readonly registry: string; readonly tokens: readonly TokenReport[] }

/** The token itself is shown this once. */
export type NewTokenReport = TokenReport & { readonly registry: string; readonly token: string }

export type RevokedTokenReport = { readonly registry: string; readonly key: string }

export type SearchReport = {
  readonly total: number
  readonly packages: readonly {
    readonly name: string
    readonly version: string
    readonly description: string
    readonly keywords: readonly string[]
    /** ISO 8601. */
    readonly date: string | null
  }[]
}

export type InfoReport = {
  readonly name: string
  readonly registry: string
  readonly version: string
  readonly description: string
  readonly license: string | null
  readonly homepage: string | null
  readonly repository: string | null
  readonly tags: Readonly<Record<string, string>>
  /** Ascending. */
  readonly versions: readonly string[]
  readonly dependencies: Readonly<Record<string, string>>
  readonly owners: readonly string[]
  readonly deprecated: string | null
  /** ISO 8601. */
  readonly published: string | null
  /** Bytes, unpacked. */
  readonly size: number | null
}

export type PublishWorkspaceReport = {
  /** In the order in which they need each other. */
  readonly packages: readonly (PublishReport & {
    /** This version was at the registry already, and nothing was sent. */
    readonly present: boolean
  })[]
}

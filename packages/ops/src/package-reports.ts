/** What the operations on published packages report. */
import type { JsonObject } from '@alkahest/core'
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

export type FileDifference = {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed'
  /** In bytes; null for the side that has no such file. */
  readonly sizeBefore: number | null
  readonly sizeAfter: number | null
  readonly executableBefore: boolean | null
  readonly executableAfter: boolean | null
  readonly linesAdded: number
  readonly linesRemoved: number
  /** A unified diff; null when it is withheld, and when no line differs. */
  readonly patch: string | null
  /** Why there is no patch: no text, or more of it than a person reads. */
  readonly withheld: 'binary' | 'size' | null
}

export type DiffReport = {
  readonly name: string
  readonly registry: string
  readonly from: string
  readonly to: string
  /** `from` is the version that the lockfile has. */
  readonly fromLocked: boolean
  /** Those that differ: package.json first. */
  readonly files: readonly FileDifference[]
}

export type PublishWorkspaceReport = {
  /** In the order in which they need each other. */
  readonly packages: readonly (PublishReport & {
    /** This version was at the registry already, and nothing was sent. */
    readonly present: boolean
  })[]
}

export type AdvisoryReport = {
  /** `GHSA-...`, or what the registry calls it. */
  readonly id: string
  readonly name: string
  /** Locked versions that it concerns. */
  readonly versions: readonly string[]
  /** All that it concerns. */
  readonly range: string
  readonly severity: string
  readonly title: string
  readonly url: string | null
}

export type AuditReport = {
  /** How many were asked about. */
  readonly packages: number
  readonly advisories: readonly AdvisoryReport[]
  readonly ignored: readonly (AdvisoryReport & { readonly reason: string })[]
  /** Ids whose last day is over: they are among the advisories again, if they still concern something. */
  readonly expiredIgnores: readonly string[]
  /** Ids that concern nothing that is locked. */
  readonly unusedIgnores: readonly string[]
}

export type LicensesReport = {
  readonly packages: readonly { readonly name: string; readonly version: string; readonly license: string | null }[]
}

export type SbomReport = {
  /** CycloneDX 1.6. */
  readonly sbom: JsonObject
}

export type DoctorReport = {
  readonly checks: readonly {
    readonly name: string
    readonly state: 'ok' | 'warning' | 'failed'
    readonly message: string
    readonly hint: string | null
  }[]
}

/**
 * The port to what is known: packages, accounts, the upstream. Laws, which one conformance suite checks for every implementation:
 *
 * 1. Each method is one transaction: all of it happens, or nothing.
 * 2. What resolved is durable, and every later read sees it, on every replica.
 * 3. A pair (package, version) is written once and never again, also after it was removed.
 * 4. Every change to a package raises its revision by at least one; (name, revision) therefore names one state.
 * 5. Every change leaves an event, in the same transaction.
 * 6. Of two that race for one version, one is told `published` and the other what it lost to.
 */
import type { Integrity, JsonObject, PackageName, Version } from '@alkahest/core'
import type { BrowserIndex } from './browser-index.ts'
import type { HexIndex } from './hex-index.ts'

export type Access = 'public' | 'restricted'

/** What changes with every request's freshness check: kept small. */
export type PackageHead = {
  readonly name: PackageName
  readonly revision: number
  readonly access: Access
  readonly owners: readonly string[]
  /** ISO 8601. */
  readonly createdAt: string
  readonly modifiedAt: string
}

export type PackageRecord = PackageHead & {
  readonly versions: readonly VersionRecord[]
  readonly distTags: Readonly<Record<string, Version>>
  /** Accounts that starred it. */
  readonly stars: readonly string[]
  readonly readme: Readme | undefined
}

export type Readme = { readonly path: string; readonly text: string }

export type VersionRecord = {
  readonly version: Version
  /** JSON text in the form of protocol's `openText`. */
  readonly full: string
  readonly abbreviated: string
  readonly publishedAt: string
}

export type TarballRecord = {
  readonly integrity: Integrity
  /** In bytes. */
  readonly size: number
}

export type Publication = {
  readonly name: PackageName
  readonly version: Version
  readonly full: string
  readonly abbreviated: string
  readonly tarball: TarballRecord
  readonly tags: readonly string[]
  /** For a package that is new; an existing one keeps its own. */
  readonly access: Access
  readonly readme: Readme | undefined
  readonly provenance: Provenance | undefined
  readonly search: SearchText
  readonly by: string
  /** An administrator may publish what others own. */
  readonly administrator: boolean
  /** ISO 8601. */
  readonly at: string
}

export type Provenance = { readonly mediaType: string; readonly bundle: string }

/** What search looks at and shows: that of the latest version. */
export type SearchText = { readonly description: string; readonly keywords: readonly string[] }

export type PublishOutcome =
  | { readonly kind: 'published'; readonly revision: number; readonly created: boolean }
  /** The same bytes by the same account: a repeated request. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'not-owner'; readonly owners: readonly string[] }

/** Of several at once. */
export type PublishTogetherOutcome =
  | { readonly kind: 'published' }
  /** Nothing was written, because of this one. */
  | {
      readonly kind: 'refused'
      readonly publication: Publication
      readonly outcome: Exclude<PublishOutcome, { readonly kind: 'published' }>
    }

export type PackageChange =
  | { readonly kind: 'tag'; readonly tag: string; readonly version: Version }
  | { readonly kind: 'untag'; readonly tag: string }
  /** An empty message lifts it. */
  | { readonly kind: 'deprecate'; readonly version: Version; readonly message: string }
  | { readonly kind: 'owners'; readonly owners: readonly string[] }
  | { readonly kind: 'stars'; readonly stars: readonly string[] }
  | { readonly kind: 'access'; readonly access: Access }
  /** Leaves a tombstone. Tags that named it are removed, `latest` moves to the highest version left. */
  | { readonly kind: 'remove'; readonly version: Version }

export type ChangeOutcome =
  | { readonly kind: 'changed'; readonly revision: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'missing-version'; readonly version: Version }
  /** Someone else changed it since the revision that the caller saw. */
  | { readonly kind: 'stale'; readonly revision: number }

export type ChangeOptions = {
  readonly by: string
  readonly at: string
  /** When given, the change happens only if the package still has this revision. */
  readonly revision?: number
}

export interface PackageIndex {
  /**
   * Changes whenever anything was written, by this process or another; undefined when that cannot be known without asking. What was read
   * under a stamp is still true while the stamp is the same.
   */
  stamp(): number | undefined
  head(name: PackageName): Promise<PackageHead | undefined>
  read(name: PackageName): Promise<PackageRecord | undefined>
  tarball(name: PackageName, version: Version): Promise<TarballRecord | undefined>
  provenance(name: PackageName, version: Version): Promise<Provenance | undefined>
  publish(publication: Publication): Promise<PublishOutcome>
  /** Versions of different packages, in one transaction: readers see all of them or none. */
  publishTogether(publications: readonly Publication[]): Promise<PublishTogetherOutcome>
  change(name: PackageName, changes: readonly PackageChange[], options: ChangeOptions): Promise<ChangeOutcome>
  search(query: SearchQuery): Promise<SearchResult>
  /** Every version with the blob it refers to, and every removed one: for `verify` and `gc`. */
  blobReferences(): AsyncIterable<BlobReference>
  counts(): Promise<{ readonly packages: number; readonly versions: number }>
  /** What was changed, in order, beginning after the event of that number; at most `size`. */
  events(after: number, size: number): Promise<readonly IndexEvent[]>
}

/** One change, as it was made: what the audit trail consists of. Never a secret. */
export type IndexEvent = {
  /** 1 for the first; without gaps. */
  readonly number: number
  /** ISO 8601. */
  readonly at: string
  readonly actor: string
  readonly kind: string
  /** A package, `package@version`, an account, a claim, the key of a token. */
  readonly subject: string
  readonly detail: JsonObject
}

export type SearchQuery = {
  /** Lower-cased words; each must occur in name, description or keywords. */
  readonly words: readonly string[]
  readonly keywords: readonly string[]
  readonly owner: string | undefined
  readonly scope: string | undefined
  readonly size: number
  readonly from: number
  /** Whether packages with restricted access may be seen. */
  readonly restricted: boolean
}

export type SearchHit = {
  readonly name: PackageName
  readonly version: Version
  readonly description: string
  readonly keywords: readonly string[]
  readonly publishedAt: string
  readonly publishedBy: string
  readonly owners: readonly string[]
}

export type SearchResult = { readonly hits: readonly SearchHit[]; readonly total: number }

export type BlobReference = {
  readonly integrity: Integrity
  readonly size: number
  /** What refers to it, for messages: `name@1.0.0`, `upstream document name`. */
  readonly by: string
  /** Whether its loss is a loss: upstream copies can be fetched again. */
  readonly kind: 'published' | 'cached'
}

export type Role = 'administrator' | 'member'

export type Account = {
  readonly name: string
  readonly email: string
  /** As `hashPassword` writes it. */
  readonly passwordHash: string
  readonly role: Role
  readonly createdAt: string
}

export type TokenRecord = {
  /** SHA-256 of the token, in hexadecimal digits. */
  readonly hash: string
  /** Names it in lists: not secret. */
  readonly key: string
  readonly account: string
  readonly name: string
  readonly readOnly: boolean
  /** Names and `@scope/*`; empty: all. */
  readonly packages: readonly string[]
  /** CIDR ranges; empty: everywhere. */
  readonly addresses: readonly string[]
  readonly createdAt: string
  readonly expiresAt: string | undefined
}

/** Who changed something, and when: for the event that it leaves. */
export type Act = {
  /** An account, or `operator` for the commands on the registry's own machine. */
  readonly by: string
  /** ISO 8601. */
  readonly at: string
}

export interface AccountIndex {
  account(name: string): Promise<Account | undefined>
  /** False when the name is taken. The first of all becomes administrator, whatever it asks for. */
  createAccount(account: Account): Promise<boolean>
  changeAccount(
    name: string,
    change: { readonly passwordHash?: string; readonly email?: string; readonly role?: Role },
    act: Act,
  ): Promise<boolean>
  accounts(): Promise<readonly Account[]>
  /** The token and its account, or undefined. */
  token(hash: string): Promise<{ readonly token: TokenRecord; readonly account: Account } | undefined>
  tokensOf(account: string): Promise<readonly TokenRecord[]>
  createToken(token: TokenRecord): Promise<void>
  /** False when there was none. */
  removeToken(hash: string, act: Act): Promise<boolean>
}

export interface ClaimIndex {
  claims(): Promise<readonly string[]>
  /** A package name or an `@scope`. */
  claim(pattern: string, at: string): Promise<void>
}

/** What is known of one name of the upstream. */
export type UpstreamRecord = {
  readonly name: PackageName
  /** Which upstream said so: another one's answer is not reused. */
  readonly upstream: string
  /** False: the upstream said "not found". */
  readonly found: boolean
  /** When it was last asked, in milliseconds since 1970. */
  readonly checkedAt: number
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  /** The service's own record of the documents it derived, as JSON; opaque here. */
  readonly documents: JsonObject
}

export interface UpstreamIndex {
  upstream(name: PackageName): Promise<UpstreamRecord | undefined>
  putUpstream(record: UpstreamRecord): Promise<void>
  upstreamTarball(name: PackageName, version: Version): Promise<TarballRecord | undefined>
  /** Forgets every copy: a backup leaves them out. */
  forgetUpstream(): Promise<void>
  putUpstreamTarball(name: PackageName, version: Version, tarball: TarballRecord): Promise<void>
}

/** All of it, as one implementation provides it. */
export type Index = PackageIndex &
  AccountIndex &
  ClaimIndex &
  UpstreamIndex & {
    /** What the pages need beside the rest. */
    readonly browser: BrowserIndex
    readonly hex: HexIndex
    close(): Promise<void>
  }

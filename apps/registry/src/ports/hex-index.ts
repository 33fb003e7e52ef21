/**
 * The port to what is known of Hex packages. Its laws are those of `PackageIndex`; beside them: every change raises its repository's revision, the
 * package that changed takes that number, and so (repository, revision) names one state of the repository and (repository, package,
 * revision) one of the package.
 */
import type { Integrity, Json, JsonObject } from '@alkahest/core'

/** A blob: its name and its size in bytes. */
export type HexBlob = { readonly integrity: Integrity; readonly size: number }

/** See `BlobReference` of the package index. */
export type HexBlobReference = HexBlob & { readonly by: string; readonly kind: 'published' | 'cached' }

export type HexRole = 'read' | 'write' | 'admin'
export type HexOwnerLevel = 'full' | 'maintainer'
export type HexOwner = { readonly name: string; readonly level: HexOwnerLevel }
export type HexRetirement = { readonly reason: string; readonly message: string | undefined }

export type HexRepositoryRecord = {
  readonly name: string
  readonly revision: number
  /** Account to role; of the main repository nobody is a member. */
  readonly members: Readonly<Record<string, HexRole>>
  readonly createdAt: string
}

export type HexPackageHead = {
  readonly repository: string
  readonly name: string
  readonly revision: number
  readonly owners: readonly HexOwner[]
  readonly createdAt: string
  readonly modifiedAt: string
  /** Of the release published last: description, licences, links. Opaque here. */
  readonly meta: JsonObject
}

export type HexPackageRecord = HexPackageHead & {
  /** In no order. */
  readonly releases: readonly HexReleaseRecord[]
}

export type HexReleaseRecord = {
  readonly version: string
  /** SHA-256 in hexadecimal digits. */
  readonly innerChecksum: string
  readonly outerChecksum: string
  /** The service's own record of requirements and tools, as JSON; opaque here. */
  readonly facts: JsonObject
  readonly tarball: HexBlob
  readonly documentation: HexBlob | undefined
  readonly retirement: HexRetirement | undefined
  readonly publishedAt: string
  readonly publishedBy: string
}

/** A line of `names` and `versions`. */
export type HexListing = {
  readonly name: string
  readonly modifiedAt: string
  readonly versions: readonly { readonly version: string; readonly retired: boolean }[]
}

/** All releases of a package of which one at least speaks of the name that was asked for. */
export type HexMention = {
  readonly repository: string
  readonly name: string
  readonly versions: readonly { readonly version: string; readonly facts: JsonObject }[]
}

export type HexPublication = {
  readonly repository: string
  readonly name: string
  readonly version: string
  readonly innerChecksum: string
  readonly outerChecksum: string
  readonly facts: JsonObject
  readonly meta: JsonObject
  /** What search looks at beside the name. */
  readonly description: string
  readonly tarball: HexBlob
  readonly by: string
  /** May publish what others own: administrators, and writers of an organisation. */
  readonly trusted: boolean
  readonly at: string
}

export type HexPublishOutcome =
  | { readonly kind: 'published'; readonly revision: number }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'not-owner' }

export type HexChange =
  | { readonly kind: 'retire'; readonly version: string; readonly retirement: HexRetirement }
  | { readonly kind: 'unretire'; readonly version: string }
  | { readonly kind: 'owners'; readonly owners: readonly HexOwner[] }
  | { readonly kind: 'documentation'; readonly version: string; readonly archive: HexBlob | undefined }
  /** Leaves a tombstone: the number is never used again. */
  | { readonly kind: 'remove'; readonly version: string }

export type HexChangeOutcome = 'changed' | 'missing'

export type HexChangeOptions = {
  readonly repository: string
  readonly name: string
  readonly by: string
  readonly at: string
}

export type HexEvent = {
  readonly at: string
  readonly actor: string
  readonly kind: string
  readonly subject: string
  readonly detail: Json
}

/** What is known of one name of the upstream. */
export type HexUpstreamRecord = {
  readonly name: string
  /** Which upstream said so: another one's answer is not reused. */
  readonly upstream: string
  readonly found: boolean
  /** In milliseconds since 1970. */
  readonly checkedAt: number
  readonly etag: string | undefined
  /** The verified record in the service's own form; opaque here. */
  readonly record: JsonObject
}

export interface HexIndex {
  repository(name: string): Promise<HexRepositoryRecord | undefined>
  repositories(): Promise<readonly HexRepositoryRecord[]>
  /** False when there is one of that name. */
  createRepository(name: string, options: { readonly by: string; readonly at: string }): Promise<boolean>
  /** An undefined role takes the membership away. False when there is no such repository. */
  setMember(
    repository: string,
    member: { readonly account: string; readonly role: HexRole | undefined },
    options: { readonly by: string; readonly at: string },
  ): Promise<boolean>
  head(repository: string, name: string): Promise<HexPackageHead | undefined>
  package(repository: string, name: string): Promise<HexPackageRecord | undefined>
  listings(repository: string): Promise<readonly HexListing[]>
  /** Those with a release whose text holds all the words (lower case), in any of the repositories; sorted by name. */
  search(repositories: readonly string[], words: readonly string[]): Promise<readonly HexPackageHead[]>
  /**
   * Packages of these repositories whose facts speak of the name, by repository and name; whether as a requirement is for the caller to see. Looks
   * through all packages, a part at a time: what is published meanwhile may be in it or not.
   */
  mentioning(name: string, repositories: readonly string[]): Promise<readonly HexMention[]>
  ownedBy(account: string): Promise<readonly HexPackageHead[]>
  publish(publication: HexPublication): Promise<HexPublishOutcome>
  /** All of the changes, or none. */
  change(changes: readonly HexChange[], options: HexChangeOptions): Promise<HexChangeOutcome>
  /** The latest first, at most a hundred of those whose subject is the one given or begins with it and `@`. */
  events(subject: string): Promise<readonly HexEvent[]>
  upstream(name: string): Promise<HexUpstreamRecord | undefined>
  putUpstream(record: HexUpstreamRecord): Promise<void>
  upstreamTarball(name: string, version: string): Promise<HexBlob | undefined>
  putUpstreamTarball(name: string, version: string, tarball: HexBlob): Promise<void>
  forgetUpstream(): Promise<void>
  blobReferences(): AsyncIterable<HexBlobReference>
}

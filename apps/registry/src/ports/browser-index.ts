/**
 * The port to what browsers leave behind: sessions of the pages, and logins that a command line began and a browser must approve. It is part
 * of the index, since the replica that is asked next may be another one. The laws of package-index.ts hold; secrets stand here only as hashes.
 */
import type { PackageName, Version } from '@alkahest/core'

export type BrowserSession = {
  /** SHA-256 of the cookie's text, in hexadecimal digits. */
  readonly hash: string
  readonly account: string
  /** Of the password hash that the account had: another password ends the session. */
  readonly passwordDigest: string
  /** ISO 8601. */
  readonly createdAt: string
  readonly expiresAt: string
}

export type PendingLogin = {
  /** SHA-256 of the secret with which the command line asks whether it may come in. */
  readonly pollHash: string
  /** SHA-256 of what names the login in the browser's address. */
  readonly pageHash: string
  /** Shown on the terminal and on the page, so that a person can see that they belong together. */
  readonly code: string
  /** Who began it, as it describes itself. */
  readonly agent: string
  readonly address: string
  readonly createdAt: string
  readonly expiresAt: string
  /** Who approved it; undefined until then. */
  readonly account: string | undefined
  /** What a device of a Hex client asked for; undefined for a login of npm's, which is for all that the account may. */
  readonly scope: string | undefined
}

/** A package whose latest version needs another one. */
export type Dependent = { readonly name: PackageName; readonly version: Version; readonly range: string }

export type Dependents = { readonly first: readonly Dependent[]; readonly total: number }

export interface BrowserIndex {
  /** Undefined when there is none; whether it has expired is for the caller to see. */
  browserSession(hash: string): Promise<BrowserSession | undefined>
  /** Forgets, in the same transaction, those that had expired when this one began. */
  createBrowserSession(session: BrowserSession): Promise<void>
  removeBrowserSession(hash: string): Promise<void>
  /** By the hash of the page. */
  pendingLogin(pageHash: string): Promise<PendingLogin | undefined>
  /** Forgets, in the same transaction, those that had expired when this one began. */
  createPendingLogin(login: PendingLogin): Promise<void>
  /** False when it is gone, or someone approved it already. */
  approveLogin(pageHash: string, account: string): Promise<boolean>
  removePendingLogin(pageHash: string): Promise<void>
  /** By the hash of the poll: an approved login is removed with this and given to one caller only. */
  takeLogin(pollHash: string): Promise<PendingLogin | undefined>
  /**
   * Packages whose latest version needs this one, by name; the restricted ones only for those who may see them. Looks through all packages, a part
   * at a time: what is published meanwhile may be in it or not.
   */
  dependents(name: PackageName, options: { readonly restricted: boolean; readonly size: number }): Promise<Dependents>
}

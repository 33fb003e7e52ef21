/** Browser sessions, pending logins and dependents: rows in, records out. */
import { setImmediate } from 'node:timers/promises'
import { asJsonObject, parseJson } from '@alkahest/core'
import type { PackageName, Version } from '@alkahest/core'
import type { BrowserIndex, BrowserSession, Dependent, Dependents, PendingLogin } from '../ports/browser-index.ts'
import type { SqlDatabase, SqlRow } from './sql-database.ts'
import { statements } from './statements.ts'

/** Where a manifest says what it needs at run time. */
const DEPENDENCY_FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const

/** Looked through in one statement: some milliseconds. */
const PACKAGES_AT_ONCE = 250

export class BrowserRows implements BrowserIndex {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async browserSession(hash: string): Promise<BrowserSession | undefined> {
    const [row] = await this.#database.all(statements.browserSession, [hash])
    return row === undefined ? undefined : sessionOf(row)
  }

  createBrowserSession(session: BrowserSession): Promise<void> {
    const { hash, account, passwordDigest, createdAt, expiresAt } = session
    return this.#database.transaction(async (writer) => {
      await writer.all(statements.forgetBrowserSessions, [createdAt])
      await writer.all(statements.createBrowserSession, [hash, account, passwordDigest, createdAt, expiresAt])
    })
  }

  async removeBrowserSession(hash: string): Promise<void> {
    await this.#database.transaction((writer) => writer.all(statements.removeBrowserSession, [hash]))
  }

  async pendingLogin(pageHash: string): Promise<PendingLogin | undefined> {
    const [row] = await this.#database.all(statements.pendingLogin, [pageHash])
    return row === undefined ? undefined : pendingOf(row)
  }

  createPendingLogin(login: PendingLogin): Promise<void> {
    const { pollHash, pageHash, code, agent, address, createdAt, expiresAt, scope } = login
    return this.#database.transaction(async (writer) => {
      await writer.all(statements.forgetPendingLogins, [createdAt])
      const values = [pollHash, pageHash, code, agent, address, createdAt, expiresAt, scope ?? null]
      await writer.all(statements.createPendingLogin, values)
    })
  }

  approveLogin(pageHash: string, account: string): Promise<boolean> {
    return this.#database.transaction(
      async (writer) => (await writer.all(statements.approveLogin, [pageHash, account])).length > 0,
    )
  }

  async removePendingLogin(pageHash: string): Promise<void> {
    await this.#database.transaction((writer) => writer.all(statements.removePendingLogin, [pageHash]))
  }

  async takeLogin(pollHash: string): Promise<PendingLogin | undefined> {
    // Who waits asks every other second: only an approved login is worth a transaction.
    const [row] = await this.#database.all(statements.polledLogin, [pollHash])
    if (row === undefined || row.account === null) return row === undefined ? undefined : pendingOf(row)
    const [taken] = await this.#database.transaction((writer) => writer.all(statements.takeLogin, [pollHash]))
    return taken === undefined ? undefined : pendingOf(taken)
  }

  async dependents(
    name: PackageName,
    options: { readonly restricted: boolean; readonly size: number },
  ): Promise<Dependents> {
    const all: Dependent[] = []
    const pattern = `%${JSON.stringify(name).replace(/[~%_]/g, '~$&')}:%`
    for (let after: string | undefined = ''; after !== undefined;) {
      const [ahead] = await this.#database.all(statements.packageAhead, [after, PACKAGES_AT_ONCE - 1])
      const until = ahead === undefined ? undefined : String(ahead.name)
      const values = [after, until ?? null, options.restricted ? 1 : 0, pattern]
      for (const row of await this.#database.all(statements.mentioning, values)) all.push(...dependentOf(row, name))
      after = until
      // On SQLite each statement holds the event loop: whoever else waits comes first.
      await setImmediate()
    }
    return { first: all.slice(0, options.size), total: all.length }
  }
}

/** The text mentions the name as a key; whether as a dependency, only the parsed manifest tells. */
function dependentOf(row: SqlRow, name: PackageName): Dependent[] {
  const manifest = asJsonObject(parseJson(String(row.abbreviated_text), `${row.package}@${row.version}`))
  const ranges = DEPENDENCY_FIELDS.map((field) => {
    const group = asJsonObject(manifest?.[field])
    return group !== undefined && Object.hasOwn(group, name) ? group[name] : undefined
  })
  const range = ranges.find((found) => typeof found === 'string')
  return range === undefined ? [] : [{ name: row.package as PackageName, version: row.version as Version, range }]
}

function sessionOf(row: SqlRow): BrowserSession {
  return {
    hash: String(row.hash),
    account: String(row.account),
    passwordDigest: String(row.password_digest),
    createdAt: String(row.created_at),
    expiresAt: String(row.expires_at),
  }
}

function pendingOf(row: SqlRow): PendingLogin {
  return {
    pollHash: String(row.poll_hash),
    pageHash: String(row.page_hash),
    code: String(row.code),
    agent: String(row.agent),
    address: String(row.address),
    createdAt: String(row.created_at),
    expiresAt: String(row.expires_at),
    account: row.account === null ? undefined : String(row.account),
    scope: row.scope === null ? undefined : String(row.scope),
  }
}

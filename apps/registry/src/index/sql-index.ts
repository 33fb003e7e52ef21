/**
 * The index over any {@link SqlDatabase}: rows in, records out. Decisions about who may do what are the services'; here is only what must be
 * decided inside a transaction.
 */
import type { Integrity, JsonObject, PackageName, Version } from '@alkahest/core'
import { asJsonObject, compareVersions, parseJson } from '@alkahest/core'
import type { HexIndex } from '../ports/hex-index.ts'
import type {
  Account,
  Act,
  BlobReference,
  ChangeOptions,
  ChangeOutcome,
  Index,
  IndexEvent,
  PackageChange,
  PackageHead,
  PackageRecord,
  Provenance,
  Publication,
  PublishTogetherOutcome,
  PublishOutcome,
  Role,
  SearchQuery,
  SearchResult,
  TarballRecord,
  TokenRecord,
  UpstreamRecord,
} from '../ports/package-index.ts'
import type { BrowserIndex } from '../ports/browser-index.ts'
import { BrowserRows } from './browser-rows.ts'
import { Refused } from './refused.ts'
import { applyChange } from './package-changes.ts'
import { publishRow, publishRows, writeEvent } from './publish-row.ts'
import { accountOf, headOf, hitOf, listOf, tokenOf, upstreamOf } from './rows.ts'
import { SqlHexIndex } from './sql-hex-index.ts'
import { migrate } from './schema.ts'
import type { SchemaSteps } from './schema.ts'
import type { SqlDatabase, SqlReader, SqlRow } from './sql-database.ts'
import { statements } from './statements.ts'

/** Brings the database to the schema and gives the index over it. */
export async function openSqlIndex(database: SqlDatabase, steps?: SchemaSteps): Promise<Index> {
  await migrate(database, steps)
  return new SqlIndex(database)
}

class SqlIndex implements Index {
  readonly browser: BrowserIndex
  readonly hex: HexIndex
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
    this.hex = new SqlHexIndex(database)
    this.browser = new BrowserRows(database)
  }

  stamp(): number | undefined {
    return this.#database.stamp()
  }

  async head(name: PackageName): Promise<PackageHead | undefined> {
    const [row] = await this.#database.all(statements.head, [name])
    return row === undefined ? undefined : headOf(row)
  }

  async read(name: PackageName): Promise<PackageRecord | undefined> {
    // Three reads of one state: a publish between them would show as a changed revision, and then they are read again.
    for (;;) {
      const [row] = await this.#database.all(statements.package, [name])
      if (row === undefined) return undefined
      const versions = await this.#database.all(statements.versions, [name])
      const tags = await this.#database.all(statements.tags, [name])
      const [after] = await this.#database.all(statements.head, [name])
      if (after?.revision === row.revision) return recordOf(row, versions, tags)
    }
  }

  async tarball(name: PackageName, version: Version): Promise<TarballRecord | undefined> {
    return tarballOf(await this.#database.all(statements.tarball, [name, version]))
  }

  async provenance(name: PackageName, version: Version): Promise<Provenance | undefined> {
    const [row] = await this.#database.all(statements.provenance, [name, version])
    return row === undefined ? undefined : { mediaType: String(row.media_type), bundle: String(row.bundle) }
  }

  publish(publication: Publication): Promise<PublishOutcome> {
    return this.#decide((writer) => publishRow(writer, publication))
  }

  publishTogether(publications: readonly Publication[]): Promise<PublishTogetherOutcome> {
    return this.#decide((writer) => publishRows(writer, publications))
  }

  change(name: PackageName, changes: readonly PackageChange[], options: ChangeOptions): Promise<ChangeOutcome> {
    return this.#decide((writer) => applyChange(writer, { name, changes, options }))
  }

  async search(query: SearchQuery): Promise<SearchResult> {
    const longest = query.words.toSorted((left, right) => right.length - left.length)[0] ?? ''
    const pattern = `%${longest.replace(/[~%_]/g, '~$&')}%`
    const rows = await this.#database.all(statements.searchable, [query.restricted ? 1 : 0, pattern])
    const hits = rows.filter((row) => matches(row, query)).map((row) => ({ row, rank: rank(row, query) }))
    hits.sort((left, right) => left.rank - right.rank || (String(left.row.name) < String(right.row.name) ? -1 : 1))
    return { hits: hits.slice(query.from, query.from + query.size).map(({ row }) => hitOf(row)), total: hits.length }
  }

  async *blobReferences(): AsyncIterable<BlobReference> {
    for (const row of await this.#database.all(statements.publishedBlobs)) {
      yield { ...blobOf(row), by: `${row.package}@${row.version}`, kind: 'published' }
    }
    for (const row of await this.#database.all(statements.cachedTarballs)) {
      yield { ...blobOf(row), by: `${row.name}@${row.version} of the upstream`, kind: 'cached' }
    }
    for (const row of await this.#database.all(statements.cachedDocuments)) {
      for (const blob of blobsIn(asJsonObject(parseJson(String(row.documents), `documents of ${row.name}`)) ?? {})) {
        yield { ...blob, by: `document ${row.name} of the upstream`, kind: 'cached' }
      }
    }
    yield* this.hex.blobReferences()
  }

  async counts(): Promise<{ packages: number; versions: number }> {
    const [row] = await this.#database.all(statements.counts)
    return { packages: Number(row?.packages ?? 0), versions: Number(row?.versions ?? 0) }
  }

  async events(after: number, size: number): Promise<readonly IndexEvent[]> {
    return (await this.#database.all(statements.events, [after, size])).map((row) => ({
      number: Number(row.number),
      at: String(row.at),
      actor: String(row.actor),
      kind: String(row.kind),
      subject: String(row.subject),
      detail: asJsonObject(parseJson(String(row.detail), `event ${row.number}`)) ?? {},
    }))
  }

  async account(name: string): Promise<Account | undefined> {
    const [row] = await this.#database.all(statements.account, [name])
    return row === undefined ? undefined : accountOf(row)
  }

  async accounts(): Promise<readonly Account[]> {
    return (await this.#database.all(statements.accounts)).map(accountOf)
  }

  createAccount(account: Account): Promise<boolean> {
    return this.#database.transaction(async (writer) => {
      // Two first accounts at once would both be administrators: the second waits here, and then counts the first.
      await writer.all(statements.takeTurn)
      const [count] = await writer.all(statements.accountCount)
      const role: Role = Number(count?.accounts) === 0 ? 'administrator' : account.role
      const values = [account.name, account.email, account.passwordHash, role, account.createdAt]
      const created = await writer.all(statements.createAccount, values)
      if (created.length === 0) return false
      await writeEvent(writer, {
        at: account.createdAt,
        actor: account.name,
        kind: 'account-created',
        subject: account.name,
        detail: { role },
      })
      return true
    })
  }

  changeAccount(
    name: string,
    change: { passwordHash?: string; email?: string; role?: Role },
    { by, at }: Act,
  ): Promise<boolean> {
    return this.#database.transaction(async (writer) => {
      const values = [name, change.email ?? null, change.passwordHash ?? null, change.role ?? null]
      if ((await writer.all(statements.changeAccount, values)).length === 0) return false
      const { email, role, passwordHash } = change
      const detail = {
        ...(email === undefined ? {} : { email }),
        ...(role === undefined ? {} : { role }),
        ...(passwordHash === undefined ? {} : { password: 'changed' }),
      }
      await writeEvent(writer, { at, actor: by, kind: 'account-changed', subject: name, detail })
      return true
    })
  }

  async token(hash: string): Promise<{ token: TokenRecord; account: Account } | undefined> {
    const [row] = await this.#database.all(statements.token, [hash])
    if (row === undefined) return undefined
    const account = await this.account(String(row.account))
    return account === undefined ? undefined : { token: tokenOf(row), account }
  }

  async tokensOf(account: string): Promise<readonly TokenRecord[]> {
    return (await this.#database.all(statements.tokensOf, [account])).map(tokenOf)
  }

  createToken(token: TokenRecord): Promise<void> {
    return this.#database.transaction(async (writer) => {
      const { hash, key, account, name, readOnly, packages, addresses, createdAt, expiresAt } = token
      const lists = [JSON.stringify(packages), JSON.stringify(addresses)]
      await writer.all(statements.createToken, [
        hash,
        key,
        account,
        name,
        readOnly ? 1 : 0,
        ...lists,
        createdAt,
        expiresAt ?? null,
      ])
      await writeEvent(writer, { at: createdAt, actor: account, kind: 'token-created', subject: key, detail: { name } })
    })
  }

  removeToken(hash: string, { by, at }: Act): Promise<boolean> {
    return this.#database.transaction(async (writer) => {
      const [removed] = await writer.all(statements.removeToken, [hash])
      if (removed === undefined) return false
      const detail = { account: String(removed.account) }
      await writeEvent(writer, { at, actor: by, kind: 'token-removed', subject: String(removed.key), detail })
      return true
    })
  }

  async claims(): Promise<readonly string[]> {
    return (await this.#database.all(statements.claims)).map((row) => String(row.pattern))
  }

  claim(pattern: string, at: string): Promise<void> {
    return this.#database.transaction(async (writer) => {
      await writer.all(statements.claim, [pattern, at])
      await writeEvent(writer, { at, actor: 'operator', kind: 'claimed', subject: pattern, detail: {} })
    })
  }

  async upstream(name: PackageName): Promise<UpstreamRecord | undefined> {
    const [row] = await this.#database.all(statements.upstream, [name])
    return row === undefined ? undefined : upstreamOf(row)
  }

  putUpstream(record: UpstreamRecord): Promise<void> {
    const { name, upstream, found, checkedAt, etag, lastModified, documents } = record
    const values = [
      name,
      upstream,
      found ? 1 : 0,
      checkedAt,
      etag ?? null,
      lastModified ?? null,
      JSON.stringify(documents),
    ]
    return this.#database.transaction(async (writer) => void (await writer.all(statements.putUpstream, values)))
  }

  async upstreamTarball(name: PackageName, version: Version): Promise<TarballRecord | undefined> {
    return tarballOf(await this.#database.all(statements.upstreamTarball, [name, version]))
  }

  putUpstreamTarball(name: PackageName, version: Version, tarball: TarballRecord): Promise<void> {
    const values = [name, version, tarball.integrity, tarball.size]
    return this.#database.transaction(async (writer) => void (await writer.all(statements.putUpstreamTarball, values)))
  }

  forgetUpstream(): Promise<void> {
    return this.#database.transaction(async (writer) => {
      await writer.all(statements.forgetUpstream)
      await writer.all(statements.forgetUpstreamTarballs)
    })
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  /** A transaction that must not commit ends in a throw; the outcome travels in it. */
  async #decide<Outcome>(work: (writer: SqlReader) => Promise<Outcome>): Promise<Outcome> {
    try {
      return await this.#database.transaction(work)
    } catch (cause) {
      if (cause instanceof Refused) return cause.outcome as Outcome
      throw cause
    }
  }
}

function recordOf(row: SqlRow, versions: readonly SqlRow[], tags: readonly SqlRow[]): PackageRecord {
  return {
    ...headOf(row),
    versions: versions
      .map((version) => ({
        version: version.version as Version,
        full: String(version.full_text),
        abbreviated: String(version.abbreviated_text),
        publishedAt: String(version.published_at),
      }))
      .toSorted((left, right) => compareVersions(left.version, right.version)),
    distTags: Object.fromEntries(tags.map((tag) => [tag.tag, tag.version])) as Record<string, Version>,
    stars: listOf(row.stars),
    readme: row.readme === null ? undefined : { path: String(row.readme_path), text: String(row.readme) },
  }
}

function tarballOf([row]: readonly SqlRow[]): TarballRecord | undefined {
  return row === undefined ? undefined : blobOf(row)
}

function blobOf(row: SqlRow): TarballRecord {
  return { integrity: row.integrity as Integrity, size: Number(row.size) }
}

/** Blobs anywhere in a record of documents: objects with `integrity` and `size`. */
function* blobsIn(value: JsonObject): Iterable<TarballRecord> {
  if (typeof value.integrity === 'string' && typeof value.size === 'number') {
    yield { integrity: value.integrity as Integrity, size: value.size }
  }
  for (const inner of Object.values(value)) {
    const object = asJsonObject(inner)
    if (object !== undefined) yield* blobsIn(object)
  }
}

function matches(row: SqlRow, query: SearchQuery): boolean {
  const text = String(row.search_text)
  if (!query.words.every((word) => text.includes(word))) return false
  if (query.scope !== undefined && !String(row.name).startsWith(`${query.scope}/`)) return false
  if (query.owner !== undefined && !listOf(row.owners).includes(query.owner)) return false
  return query.keywords.length === 0 || query.keywords.some((keyword) => listOf(row.keywords).includes(keyword))
}

/** Exact names first, then names that begin with the words, then names that hold them, then the rest. */
function rank(row: SqlRow, query: SearchQuery): number {
  const name = String(row.name)
  const phrase = query.words.join(' ')
  if (name === phrase || name.endsWith(`/${phrase}`)) return 0
  if (name.startsWith(phrase)) return 1
  return query.words.every((word) => name.includes(word)) ? 2 : 3
}

/**
 * The tables, as a list of steps forward. A database remembers how many of them it has seen; a newer one than this program knows is refused,
 * since what it means cannot be known. Steps only add, so that two versions of the server can run on one database while it is upgraded.
 */
import { userError } from '@alkahest/core'
import { hexTables } from './hex-statements.ts'
import type { SqlDatabase } from './sql-database.ts'

/** Each step is a list of statements that happen together. */
export type SchemaSteps = readonly (readonly string[])[]

export const schemaSteps: SchemaSteps = [
  [
    `CREATE TABLE package (
       name TEXT PRIMARY KEY, revision BIGINT NOT NULL, access TEXT NOT NULL, owners TEXT NOT NULL, stars TEXT NOT NULL,
       created_at TEXT NOT NULL, modified_at TEXT NOT NULL, readme TEXT, readme_path TEXT,
       latest TEXT, description TEXT NOT NULL, keywords TEXT NOT NULL, search_text TEXT NOT NULL,
       published_at TEXT NOT NULL, published_by TEXT NOT NULL)`,
    `CREATE TABLE version (
       package TEXT NOT NULL, version TEXT NOT NULL, full_text TEXT NOT NULL, abbreviated_text TEXT NOT NULL,
       integrity TEXT NOT NULL, size BIGINT NOT NULL, published_at TEXT NOT NULL, published_by TEXT NOT NULL,
       PRIMARY KEY (package, version))`,
    `CREATE TABLE removed_version (
       package TEXT NOT NULL, version TEXT NOT NULL, removed_at TEXT NOT NULL, removed_by TEXT NOT NULL,
       PRIMARY KEY (package, version))`,
    `CREATE TABLE tag (
       package TEXT NOT NULL, tag TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (package, tag))`,
    `CREATE TABLE provenance (
       package TEXT NOT NULL, version TEXT NOT NULL, media_type TEXT NOT NULL, bundle TEXT NOT NULL,
       PRIMARY KEY (package, version))`,
    `CREATE TABLE event (
       number BIGINT PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
       detail TEXT NOT NULL)`,
    `CREATE TABLE account (
       name TEXT PRIMARY KEY, email TEXT NOT NULL, password TEXT NOT NULL, role TEXT NOT NULL, created_at TEXT NOT NULL)`,
    `CREATE TABLE token (
       hash TEXT PRIMARY KEY, key TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL, read_only BIGINT NOT NULL,
       packages TEXT NOT NULL, addresses TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT)`,
    `CREATE INDEX token_account ON token (account)`,
    `CREATE TABLE claim (pattern TEXT PRIMARY KEY, claimed_at TEXT NOT NULL)`,
    `CREATE TABLE upstream (
       name TEXT PRIMARY KEY, upstream TEXT NOT NULL, found BIGINT NOT NULL, checked_at BIGINT NOT NULL,
       etag TEXT, last_modified TEXT, documents TEXT NOT NULL)`,
    `CREATE TABLE upstream_tarball (
       name TEXT NOT NULL, version TEXT NOT NULL, integrity TEXT NOT NULL, size BIGINT NOT NULL,
       PRIMARY KEY (name, version))`,
    `CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)`,
    `INSERT INTO counter (name, value) VALUES ('event', 0)`,
  ],
  [
    `CREATE TABLE browser_session (
       hash TEXT PRIMARY KEY, account TEXT NOT NULL, password_digest TEXT NOT NULL, created_at TEXT NOT NULL,
       expires_at TEXT NOT NULL)`,
    `CREATE TABLE pending_login (
       page_hash TEXT PRIMARY KEY, poll_hash TEXT NOT NULL UNIQUE, code TEXT NOT NULL, agent TEXT NOT NULL, address TEXT NOT NULL,
       created_at TEXT NOT NULL, expires_at TEXT NOT NULL, account TEXT)`,
  ],
  hexTables,
  // What a device of a Hex client asked for; NULL: a login of npm's.
  ['ALTER TABLE pending_login ADD COLUMN scope TEXT'],
]

/** Brings the database to this program's schema (or, for tests, to another program's); throws `REGISTRY_SCHEMA_NEWER` for a newer one. */
export async function migrate(database: SqlDatabase, steps: SchemaSteps = schemaSteps): Promise<void> {
  await database.transaction(async (writer) => {
    await writer.all('CREATE TABLE IF NOT EXISTS schema_step (number BIGINT PRIMARY KEY)')
    const [row] = await writer.all('SELECT COUNT(*) AS steps FROM schema_step')
    const seen = Number(row?.steps ?? 0)
    if (seen > steps.length) {
      throw userError(
        'REGISTRY_SCHEMA_NEWER',
        `the registry's database has schema ${seen}, but this program knows ${steps.length}`,
        { hint: 'start the registry with the newer version of alkahest that wrote it' },
      )
    }
    for (const [index, statements] of steps.entries()) {
      if (index < seen) continue
      for (const statement of statements) await writer.all(statement)
      await writer.all('INSERT INTO schema_step (number) VALUES ($1)', [index + 1])
    }
  })
}

/** Rows of the database -> records of the port. */
import { asJsonObject, parseJson } from '@alkahest/core'
import type { PackageName, Version } from '@alkahest/core'
import type {
  Access,
  Account,
  PackageHead,
  Role,
  SearchHit,
  TokenRecord,
  UpstreamRecord,
} from '../ports/package-index.ts'
import type { SqlRow, SqlValue } from './sql-database.ts'

export function headOf(row: SqlRow): PackageHead {
  return {
    name: row.name as PackageName,
    revision: Number(row.revision),
    access: row.access as Access,
    owners: listOf(row.owners),
    createdAt: String(row.created_at),
    modifiedAt: String(row.modified_at),
  }
}

export function hitOf(row: SqlRow): SearchHit {
  return {
    name: row.name as PackageName,
    version: row.latest as Version,
    description: String(row.description),
    keywords: listOf(row.keywords),
    publishedAt: String(row.published_at),
    publishedBy: String(row.published_by),
    owners: listOf(row.owners),
  }
}

export function accountOf(row: SqlRow): Account {
  return {
    name: String(row.name),
    email: String(row.email),
    passwordHash: String(row.password),
    role: row.role as Role,
    createdAt: String(row.created_at),
  }
}

export function tokenOf(row: SqlRow): TokenRecord {
  return {
    hash: String(row.hash),
    key: String(row.key),
    account: String(row.account),
    name: String(row.name),
    readOnly: Number(row.read_only) === 1,
    packages: listOf(row.packages),
    addresses: listOf(row.addresses),
    createdAt: String(row.created_at),
    expiresAt: textOf(row.expires_at),
  }
}

export function upstreamOf(row: SqlRow): UpstreamRecord {
  return {
    name: row.name as PackageName,
    upstream: String(row.upstream),
    found: Number(row.found) === 1,
    checkedAt: Number(row.checked_at),
    etag: textOf(row.etag),
    lastModified: textOf(row.last_modified),
    documents: asJsonObject(parseJson(String(row.documents), `the upstream record of ${row.name}`)) ?? {},
  }
}

/** A list of texts that was written as JSON. */
export function listOf(value: SqlValue | undefined): readonly string[] {
  return JSON.parse(String(value)) as readonly string[]
}

function textOf(value: SqlValue | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value)
}

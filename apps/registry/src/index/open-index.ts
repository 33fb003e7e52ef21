/** The index that the configuration names: SQLite in the data folder, or PostgreSQL. */
import { join } from 'node:path'
import { userError } from '@alkahest/core'
import type { Configuration } from '../configuration.ts'
import type { Index } from '../ports/package-index.ts'
import { openSqlIndex } from './sql-index.ts'
import { openSqlite } from './sqlite-database.ts'

export async function openIndex(configuration: Pick<Configuration, 'data' | 'databaseUrl'>): Promise<Index> {
  const { databaseUrl } = configuration
  if (databaseUrl === undefined) return openSqlIndex(openSqlite(join(configuration.data, 'index.sqlite')))
  // Loaded only when it is configured.
  const { openPostgres } = await import('./postgres-database.ts')
  const database = openPostgres(databaseUrl)
  try {
    return await openSqlIndex(database)
  } catch (cause) {
    await database.close()
    throw isConnectionFailure(cause) ? unreachable(databaseUrl, cause) : cause
  }
}

/** The address without the password in it. */
export function shownDatabaseUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  if (url.password !== '') url.password = '***'
  return url.href
}

function isConnectionFailure(cause: unknown): boolean {
  const { code } = cause as { code?: unknown }
  // Node's codes of sockets, and PostgreSQL's classes 08 (connection), 28 (authorisation), 3D (no such database).
  return typeof code === 'string' && /^(E[A-Z]+|08...|28...|3D...)$/.test(code)
}

function unreachable(databaseUrl: string, cause: unknown): Error {
  return userError(
    'REGISTRY_DATABASE_UNREACHABLE',
    `the database ${shownDatabaseUrl(databaseUrl)} cannot be used: ${(cause as Error).message}`,
    {
      hint: 'check ALKAHEST_REGISTRY_DATABASE_URL, and that the database runs and knows the user',
      cause,
    },
  )
}

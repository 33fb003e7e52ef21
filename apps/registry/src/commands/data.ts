/** Work on a registry's data beside the server or without it. */
import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { loadConfiguration } from '../configuration.ts'
import { openSqlIndex } from '../index/sql-index.ts'
import { openSqlite } from '../index/sqlite-database.ts'
import type { Index } from '../ports/package-index.ts'
import type { Call } from './command.ts'

/** The data folder that the call means. */
export async function dataFolderOf({ flags, terminal }: Call): Promise<string> {
  const configuration = await loadConfiguration({ flags, env: terminal.env, cwd: terminal.cwd })
  return configuration.data
}

/** Opens the index, does the work, closes it. The server may run meanwhile: the database orders the two. */
export async function withIndex<Result>(call: Call, work: (index: Index) => Promise<Result>): Promise<Result> {
  const folder = await dataFolderOf(call)
  await mkdir(folder, { recursive: true })
  const index = await openSqlIndex(openSqlite(join(folder, 'index.sqlite')))
  try {
    return await work(index)
  } finally {
    await index.close()
  }
}

/** Work on a registry's data beside the server or without it. */
import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { openFolderBlobs } from '../blobs/folder-blobs.ts'
import { loadConfiguration } from '../configuration.ts'
import { openSqlIndex } from '../index/sql-index.ts'
import { openSqlite } from '../index/sqlite-database.ts'
import type { BlobStorage } from '../ports/blob-storage.ts'
import type { Index } from '../ports/package-index.ts'
import type { Call } from './command.ts'

/** The data folder that the call means. */
export async function dataFolderOf({ flags, terminal }: Call): Promise<string> {
  const configuration = await loadConfiguration({ flags, env: terminal.env, cwd: terminal.cwd })
  return configuration.data
}

/** The index and the blobs of the data folder that the call means, for as long as the work takes. */
export async function withData<Result>(call: Call, work: (data: Data) => Promise<Result>): Promise<Result> {
  const blobs = await openFolderBlobs(join(await dataFolderOf(call), 'blobs'))
  return withIndex(call, (index) => work({ index, blobs }))
}

export type Data = { readonly index: Index; readonly blobs: BlobStorage }

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

/** Work on a registry's data beside the server or without it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openFolderBlobs } from '../blobs/folder-blobs.ts'
import { loadConfiguration } from '../configuration.ts'
import type { Configuration } from '../configuration.ts'
import { openIndex } from '../index/open-index.ts'
import type { BlobStorage } from '../ports/blob-storage.ts'
import type { Act, Index } from '../ports/package-index.ts'
import type { Call } from './command.ts'

/** The settings that the call means. */
export function configurationOf({ flags, terminal }: Call): Promise<Configuration> {
  return loadConfiguration({ flags, env: terminal.env, cwd: terminal.cwd })
}

/** Whoever may use these commands may read and write the registry's folder: the operator. */
export function operatorNow(): Act {
  return { by: 'operator', at: new Date().toISOString() }
}

export type Data = { readonly index: Index; readonly blobs: BlobStorage }

/** The index and the blobs that the call means, for as long as the work takes. */
export async function withData<Result>(call: Call, work: (data: Data) => Promise<Result>): Promise<Result> {
  const { data } = await configurationOf(call)
  const blobs = await openFolderBlobs(join(data, 'blobs'))
  return withIndex(call, (index) => work({ index, blobs }))
}

/** Opens the index, does the work, closes it. The server may run meanwhile: the database orders the two. */
export async function withIndex<Result>(call: Call, work: (index: Index) => Promise<Result>): Promise<Result> {
  const configuration = await configurationOf(call)
  await mkdir(configuration.data, { recursive: true })
  const index = await openIndex(configuration)
  try {
    return await work(index)
  } finally {
    await index.close()
  }
}

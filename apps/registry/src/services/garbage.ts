/**
 * Removes blobs that nothing refers to. One that is young is spared: a publish commits its blob before the row that refers to it, and a fetch the
 * same, so what was committed lately may only not be referred to yet.
 */
import type { Integrity } from '@alkahest/core'
import type { BlobStorage } from '../ports/blob-storage.ts'
import type { PackageIndex } from '../ports/package-index.ts'

/** Longer than any request may take. */
export const SPARED_AGE_MS: number = 60 * 60 * 1000

export type CollectOptions = {
  readonly index: Pick<PackageIndex, 'blobReferences'>
  readonly blobs: BlobStorage
  /** Milliseconds since 1970: what was committed after it is spared. */
  readonly committedBefore: number
  /** Only counts. */
  readonly dryRun: boolean
}

export type CollectReport = { readonly removed: number; readonly bytes: number; readonly kept: number }

export async function collectGarbage(options: CollectOptions): Promise<CollectReport> {
  const { index, blobs } = options
  // The blobs are listed first: what is referred to between the two listings is then still counted as referred to.
  const old: { readonly integrity: Integrity; readonly size: number }[] = []
  let kept = 0
  for await (const blob of blobs.list()) {
    if (blob.committedAt < options.committedBefore) old.push(blob)
    else kept++
  }
  const referenced = new Set<Integrity>()
  for await (const reference of index.blobReferences()) referenced.add(reference.integrity)
  const garbage = old.filter((blob) => !referenced.has(blob.integrity))
  if (!options.dryRun) for (const { integrity } of garbage) await blobs.remove(integrity)
  return {
    removed: garbage.length,
    bytes: garbage.reduce((sum, blob) => sum + blob.size, 0),
    kept: kept + old.length - garbage.length,
  }
}

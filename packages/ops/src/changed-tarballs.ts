/** Tarballs on disk whose bytes are no longer those that were locked: somebody packed them again under the same name. */
import { resolve } from 'node:path'
import { computeIntegrity } from '@alkahest/core'
import type { Lockfile } from '@alkahest/lockfile'
import { readBytes } from '@alkahest/project'

/** A sentence for each, in the order of the lockfile. One that is gone has not changed: the store may still have it. */
export async function changedTarballs(root: string, { resolution }: Lockfile): Promise<readonly string[]> {
  const reasons: string[] = []
  for (const { source, integrity } of resolution.packages) {
    if (source.kind !== 'file' || integrity === undefined) continue
    const bytes = await readBytes(resolve(root, source.path), source.path)
    if (bytes !== undefined && computeIntegrity(bytes) !== integrity) reasons.push(`${source.path} is another file now`)
  }
  return reasons
}

/** `alk release init`: the project's `rel` folder on disk, with the files that it may change. */
import { join } from 'node:path'
import { readTextFile, writeFileAtomically } from '@alkahest/project'
import { relFiles } from './rel-files.ts'

export type RelFolderReport = {
  /** Absolute. */
  readonly folder: string
  /** Paths below it, sorted: those that were not there. */
  readonly written: readonly string[]
  /** Those that were, untouched. */
  readonly kept: readonly string[]
}

/** Writes what is not there yet; never replaces anything. */
export async function initRelFolder(memberFolder: string): Promise<RelFolderReport> {
  const folder = join(memberFolder, 'rel')
  const written: string[] = []
  const kept: string[] = []
  for (const [path, text] of Object.entries(relFiles()).toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    const file = join(folder, path)
    const isThere = (await readTextFile(file)) !== undefined
    if (!isThere) await writeFileAtomically(file, text)
    ;(isThere ? kept : written).push(path)
  }
  return { folder, written, kept }
}

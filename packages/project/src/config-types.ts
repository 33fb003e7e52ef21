/** alkahest-env.d.ts on disk: written beside alkahest.config.ts, so that editors and `tsc` know its types. */
import { join } from 'node:path'
import { configTypes, configTypesName } from '@alkahest/core'
import { readTextFile, writeFileAtomically } from './file.ts'

/** Writes the file into a project folder; false when it is there and fresh. */
export async function writeConfigTypes(directory: string): Promise<boolean> {
  const path = join(directory, configTypesName)
  if ((await readTextFile(path, configTypesName)) === configTypes) return false
  await writeFileAtomically(path, configTypes)
  return true
}

/** The package.json of any folder, unread: of a linked folder or of a package that lies beside the project. */
import { join } from 'node:path'
import { asJsonObject, parseJson, userError } from '@alkahest/core'
import type { JsonObject } from '@alkahest/core'
import { readTextFile } from './file.ts'
import { manifestName } from './manifest-file.ts'

/** Undefined when the folder has none. Throws `JSON_INVALID` and `MANIFEST_INVALID`; `place` names the folder in errors. */
export async function readFolderManifest(
  directory: string,
  place: string = directory,
): Promise<JsonObject | undefined> {
  const file = `${place}/${manifestName}`
  const text = await readTextFile(join(directory, manifestName), file)
  if (text === undefined) return undefined
  const manifest = asJsonObject(parseJson(text, file))
  if (manifest === undefined) throw userError('MANIFEST_INVALID', `${file} does not hold a JSON object`)
  return manifest
}

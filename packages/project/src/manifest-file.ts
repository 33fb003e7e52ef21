/** A package.json on disk, read into a checked {@link Manifest}. */
import { parseJson, parseManifest } from '@alkahest/core'
import type { Manifest } from '@alkahest/core'
import { readTextFile } from './file.ts'

export const manifestName = 'package.json'

/** The largest known manifests written by people are below 100 kB. */
const MANIFEST_LENGTH_MAX = 4 * 1024 * 1024

/**
 * The manifest in a file, or undefined when there is no such file. `place` names it in errors, which are `JSON_INVALID`
 * with line and column, `MANIFEST_INVALID` with the field, and `FILE_UNREADABLE`.
 */
export async function readManifest(path: string, place: string): Promise<Manifest | undefined> {
  const text = await readTextFile(path, place)
  if (text === undefined) return undefined
  return parseManifest(parseJson(text, place, { lengthMax: MANIFEST_LENGTH_MAX }), place)
}

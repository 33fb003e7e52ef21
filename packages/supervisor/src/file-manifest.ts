/**
 * `releases/VERSION/files.json`: every file of a version with the SHA-256 of its content, every link with its target.
 * Format: docs/formats/release.md#filesjson
 */
import { createHash } from 'node:crypto'
import { createReadStream, lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError, messageOf } from './failure.ts'

/** Path relative to the release's root to `sha256-<hex>` or `link-<target>`. */
export type FileManifest = ReadonlyMap<string, string>

export function readFileManifest(file: string): FileManifest {
  try {
    const { files } = JSON.parse(readFileSync(file, 'utf8')) as { readonly files: Readonly<Record<string, string>> }
    return new Map(Object.entries(files))
  } catch (error) {
    throw new ConfigurationError(`${file} cannot be read: ${messageOf(error)}`)
  }
}

export type ManifestMismatch = { readonly path: string; readonly problem: 'missing' | 'changed' }

/** What on disk is not what the manifest says; files that it does not name are none of its business. */
export async function compareWithManifest(
  manifest: FileManifest,
  locate: (path: string) => string | undefined,
): Promise<readonly ManifestMismatch[]> {
  const mismatches: ManifestMismatch[] = []
  for (const [path, wanted] of manifest) {
    const file = locate(path)
    if (file === undefined) continue
    const found = await digestOf(file)
    if (found !== wanted) mismatches.push({ path, problem: found === undefined ? 'missing' : 'changed' })
  }
  return mismatches
}

async function digestOf(file: string): Promise<string | undefined> {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  if (stats.isSymbolicLink()) return `link-${readlinkSync(file)}`
  if (!stats.isFile()) return 'neither'
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file)) hash.update(piece as Uint8Array)
  return `sha256-${hash.digest('hex')}`
}

export function manifestFile(versionFolder: string): string {
  return join(versionFolder, 'files.json')
}

/** `releases/VERSION/files.json`: what every file of the release must hash to. Format: docs/formats/release.md#filesjson */
import { sha256Of, sha256OfFile } from './file-digest.ts'
import type { ReleaseFile, ReleaseTree } from './release-file.ts'
import { sortedPaths } from './release-file.ts'

/** Names no version: it changes when another version becomes the current one. */
const POINTER = 'releases/current'

/** Files that are read at the same time: most are small, and waiting for each costs more than reading it. */
const READ_AT_ONCE = 32

export async function computeFileManifest(tree: ReleaseTree): Promise<string> {
  const paths = sortedPaths(tree.keys()).filter((path) => path !== POINTER)
  const files: Record<string, string> = {}
  for (let start = 0; start < paths.length; start += READ_AT_ONCE) {
    const some = paths.slice(start, start + READ_AT_ONCE)
    const digests = await Promise.all(some.map(async (path) => await digestOf(tree.get(path) as ReleaseFile)))
    for (const [index, path] of some.entries()) files[path] = digests[index] as string
  }
  return `${JSON.stringify({ alkahest: 1, files }, undefined, 1)}\n`
}

async function digestOf(file: ReleaseFile): Promise<string> {
  if (file.kind === 'link') return `link-${file.target}`
  return `sha256-${file.kind === 'bytes' ? sha256Of(file.bytes) : await sha256OfFile(file.file)}`
}

/** `releases/VERSION/files.json`: what every file of the release must hash to. Format: docs/formats/release.md#filesjson */
import { createHash } from 'node:crypto'
import { sha256OfFile } from './file-digest.ts'
import type { ReleaseFile, ReleaseTree } from './release-file.ts'
import { sortedPaths } from './release-file.ts'

/** Names no version: it changes when another version becomes the current one. */
const POINTER = 'releases/current'

export async function computeFileManifest(tree: ReleaseTree): Promise<string> {
  const paths = sortedPaths(tree.keys()).filter((path) => path !== POINTER)
  const files: Record<string, string> = {}
  for (const path of paths) {
    const file = tree.get(path)
    if (file !== undefined) files[path] = await digestOf(file)
  }
  return `${JSON.stringify({ alkahest: 1, files }, undefined, 1)}\n`
}

async function digestOf(file: ReleaseFile): Promise<string> {
  if (file.kind === 'link') return `link-${file.target}`
  const digest =
    file.kind === 'bytes' ? createHash('sha256').update(file.bytes).digest('hex') : await sha256OfFile(file.file)
  return `sha256-${digest}`
}

/** Where the build side keeps what it remembers of a package, beside what it is about. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** The folder, absolute; it exists afterwards. */
export function buildCacheFolder(directory: string): string {
  const folder = join(directory, 'node_modules/.cache/alkahest')
  mkdirSync(folder, { recursive: true })
  return folder
}

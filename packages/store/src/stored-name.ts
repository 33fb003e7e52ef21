/**
 * What a package's file is called in its entry. Entries are flat: a folder costs as much as several files, and nobody works in an
 * entry. Format: docs/internals/store.md, "On disk".
 */
import { hash } from 'node:crypto'

/** Allowed in names everywhere, and rare in them. Nothing that stands for a path begins with it. */
const SEPARATOR = ';'

/** Longer names fail on common file systems, which count bytes; paths in other alphabets go by their hash. In characters. */
const NAME_LENGTH_MAX = 200

/** Before a hash; paths that begin with it go by their hash as well. */
const HASHED = '~'

/** The name of the index, which no path has. */
export const INDEX_NAME: string = `${SEPARATOR}index`

/** Different for different paths; a file at the package's root keeps its name, so that `package.json` is found by it. */
export function storedName(path: string): string {
  if (path.length <= NAME_LENGTH_MAX && isPlain(path)) return path.replaceAll('/', SEPARATOR)
  return `${HASHED}${hash('sha256', path, 'hex')}`
}

function isPlain(path: string): boolean {
  return /^[\x20-\x3a\x3c-\x7d]+$/.test(path)
}

/** A tree of text files as a value, written once: what a scaffold becomes on disk. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { invariant, userError } from '@alkahest/core'
import { codeOf, writeFileAtomically } from './file.ts'

/** POSIX path to text. */
export type FileTree = Readonly<Record<string, string>>

/** What may lie in a folder that counts as empty: a repository that was made first. */
const IGNORED_ENTRIES: ReadonlySet<string> = new Set(['.git', '.DS_Store'])

/**
 * Writes a tree into a folder that is absent or empty and returns the paths, sorted. A folder that holds something throws
 * `DIRECTORY_NOT_EMPTY` before anything is written.
 */
export async function writeFileTree(directory: string, tree: FileTree): Promise<readonly string[]> {
  const found = (await entriesOf(directory)).filter((entry) => !IGNORED_ENTRIES.has(entry)).sort()
  if (found.length > 0) {
    throw userError('DIRECTORY_NOT_EMPTY', `${directory} is not empty: it holds ${shorten(found)}`, {
      hint: 'choose another folder or empty this one',
    })
  }
  const paths = Object.keys(tree).sort()
  for (const path of paths) {
    invariant(!path.startsWith('/') && !path.split('/').includes('..'), `${path} stays in its tree`)
    await writeFileAtomically(join(directory, path), tree[path] ?? '')
  }
  return paths
}

async function entriesOf(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ENOENT') return []
    if (code === 'ENOTDIR')
      throw userError('DIRECTORY_NOT_EMPTY', `${directory} is a file`, { hint: 'choose another folder' })
    throw userError('FILE_UNREADABLE', `${directory} cannot be read (${code})`, { cause })
  }
}

function shorten(entries: readonly string[]): string {
  return entries.length <= 3 ? entries.join(', ') : `${entries.slice(0, 3).join(', ')} and ${entries.length - 3} more`
}

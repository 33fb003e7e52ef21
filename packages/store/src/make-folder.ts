/**
 * A folder and those above it. Node's own recursive `mkdir` never returns where the folder above exists and answers ENOENT
 * all the same (`/proc`): a home that is set to such a place must be an error and not a process that spins.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** Throws the system's error; a folder that exists already is fine. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw cause
    makeFolder(dirname(path))
    makeFolder(path)
  }
}

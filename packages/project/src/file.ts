/**
 * Text files of a project, read whole and written whole: a reader sees the old text or the new one, never a part.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { userError } from '@alkahest/core'

/** The text of a file, or undefined when there is none. Any other failure throws `FILE_UNREADABLE`. */
export async function readTextFile(path: string, place: string = path): Promise<string | undefined> {
  return (await readBytes(path, place))?.toString('utf8')
}

/** The bytes of a file, or undefined when there is none. Any other failure throws `FILE_UNREADABLE`. */
export async function readBytes(path: string, place: string = path): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw userError('FILE_UNREADABLE', `${place} cannot be read (${code})`, { cause })
  }
}

/** Whether there is a folder at a path; undefined when there is nothing at all. */
export async function isFolder(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw userError('FILE_UNREADABLE', `${path} cannot be read (${code})`, { cause })
  }
}

/**
 * Writes a file through a temporary one beside it and one rename; a link is followed first, so that the file it points
 * to is replaced and not the link. The permissions of a file that exists stay. Throws `FILE_UNWRITABLE`.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await replace(await targetOf(path), content)
  } catch (cause) {
    throw userError('FILE_UNWRITABLE', `${path} cannot be written (${codeOf(cause)})`, { cause })
  }
}

/** Of the random part of a temporary name. */
const TEMPORARY_BYTES = 6

/**
 * Removes what writers of the named files (`alkahest.lock`) left in a folder when they were killed. To be called under a lock
 * that keeps other writers away.
 */
export async function sweepTemporaries(folder: string, names: readonly string[]): Promise<void> {
  const left = (await readdir(folder)).filter((entry) => {
    const [, name, digits] = /^\.(.+)\.([0-9a-f]+)\.tmp$/.exec(entry) ?? []
    return name !== undefined && names.includes(name) && digits?.length === 2 * TEMPORARY_BYTES
  })
  for (const entry of left) await rm(join(folder, entry), { force: true })
}

async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return path
    throw error
  }
}

async function replace(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(TEMPORARY_BYTES).toString('hex')}.tmp`)
  try {
    const file = await open(temporary, 'wx', await modeOf(path))
    try {
      await file.writeFile(content)
      await file.sync() // the rename must never reach the disk before the text does
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode & 0o777
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0o666 // narrowed by the umask, as for any new file
    throw error
  }
}

/** The code of a failed system call; the error's own text for anything else. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? String(error)
}

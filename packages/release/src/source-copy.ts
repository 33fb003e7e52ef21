/**
 * The project's sources in another folder, as a fresh checkout would have them: what git knows and what it would add, or,
 * outside git, everything but what is made. What is installed is linked, since installing is not what is on trial.
 */
import { execFile } from 'node:child_process'
import { chmod, copyFile, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { withTemporaryFolder } from './temporary-folder.ts'

/** What is made, where nobody says so. */
const MADE: ReadonlySet<string> = new Set(['node_modules', '.git', 'dist', 'build', 'coverage', '.turbo'])

/** The list of a repository with hundreds of thousands of files. */
const LIST_LENGTH_MAX = 256 * 1024 * 1024

/** As a checkout under another umask has them. */
const OWNER_ONLY = 0o700

/** Calls `use` with a copy of the folder (absolute), which is gone afterwards. */
export async function withSourceCopy<Result>(from: string, use: (copy: string) => Promise<Result>): Promise<Result> {
  return await withTemporaryFolder(async (folder) => {
    const copy = join(folder, 'copy')
    await mkdir(copy)
    await copySources(from, copy)
    return await use(copy)
  })
}

/** Both absolute; the second is an empty folder. */
async function copySources(from: string, to: string): Promise<void> {
  const paths = (await pathsOfGit(from)) ?? (await pathsOfFolder(from))
  const folders = new Set(['.'])
  for (const path of paths) {
    await copyEntry(join(from, path), join(to, path))
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder)
  }
  for (const folder of folders) await linkInstalled(join(from, folder), join(to, folder))
}

/** Undefined where there is no git or no repository. */
async function pathsOfGit(folder: string): Promise<readonly string[] | undefined> {
  const flags = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  try {
    const { stdout } = await promisify(execFile)('git', flags, { cwd: folder, maxBuffer: LIST_LENGTH_MAX })
    const paths = stdout.split('\0').filter((path) => path !== '')
    // A folder that the repository around it ignores has no files that git knows.
    return paths.length === 0 ? undefined : paths
  } catch {
    return undefined
  }
}

async function pathsOfFolder(root: string, below = ''): Promise<readonly string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true })
  const paths: string[] = []
  for (const entry of entries) {
    const path = join(below, entry.name)
    if (MADE.has(entry.name)) continue
    if (entry.isDirectory()) paths.push(...(await pathsOfFolder(root, path)))
    else paths.push(path)
  }
  return paths
}

/** A file that was deleted and not yet committed is not there to be copied; neither is a submodule. */
async function copyEntry(from: string, to: string): Promise<void> {
  const stats = await lstat(from).catch(() => undefined)
  if (stats === undefined || stats.isDirectory()) return
  await mkdir(dirname(to), { recursive: true })
  if (stats.isSymbolicLink()) await symlink(await readlink(from), to)
  else {
    await copyFile(from, to)
    await chmod(to, stats.mode & OWNER_ONLY)
  }
}

async function linkInstalled(from: string, to: string): Promise<void> {
  const installed = join(from, 'node_modules')
  const isThere = await lstat(installed).then(
    () => true,
    () => false,
  )
  if (!isThere) return
  await mkdir(to, { recursive: true })
  await symlink(installed, join(to, 'node_modules'))
}

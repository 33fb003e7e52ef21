/** The files of a commit, read as objects: nothing is checked out, so no filter, hook or attribute has a say. */
import { userError } from '@alkahest/core'
import { checkEntryPath, defaultTarballLimits } from '@alkahest/protocol'
import { shownAddress } from './address.ts'
import { gitFailure } from './git-failure.ts'
import type { Mirror } from './mirror.ts'
import { runGit } from './run-git.ts'
import type { GitOptions } from './run-git.ts'

export type CommitFile = {
  /** POSIX, relative to the folder that was asked for. */
  readonly path: string
  readonly executable: boolean
  readonly content: Buffer
}

export type CommitFiles = {
  readonly files: readonly CommitFile[]
  /** Paths of submodules: what they hold is not here. */
  readonly submodules: readonly string[]
}

type Entry = { readonly path: string; readonly executable: boolean; readonly object: string; readonly size: number }

/** All of one package, in bytes: it goes through memory. */
const COMMIT_SIZE_MAX = 256 * 1024 * 1024

/** Undefined when the commit has no such folder. Symbolic links are left out, as in every package. */
export async function readCommitFiles(
  mirror: Mirror,
  { commit, folder }: { readonly commit: string; readonly folder: string | undefined },
  options: GitOptions,
): Promise<CommitFiles | undefined> {
  const tree = `${commit}:${(folder ?? '').replace(/^\/+|\/+$/g, '')}`
  const listed = await runGit({ directory: mirror.directory, args: ['ls-tree', '-r', '-z', '-l', tree] }, options)
  if (listed.exitCode !== 0) {
    if (/not a valid object name|not a tree/i.test(listed.stderr)) return undefined
    throw gitFailure(mirror.url, listed.stderr)
  }
  const { entries, submodules } = parseTree(listed.stdout.toString(), mirror)
  const contents = await readObjects(mirror, entries, options)
  return {
    files: entries.map(({ path, executable }, index) => ({ path, executable, content: contents[index] as Buffer })),
    submodules,
  }
}

/** `<mode> <type> <object> <size>\t<path>`, each ended by a zero byte. */
function parseTree(text: string, { url }: Mirror): { entries: readonly Entry[]; submodules: readonly string[] } {
  const lines = text.split('\0').filter((line) => line !== '')
  const entries: Entry[] = []
  const submodules: string[] = []
  let total = 0
  for (const line of lines) {
    const [, mode, object, size, path] = /^(\d+) \w+ ([0-9a-f]+) +(-|\d+)\t(.*)$/s.exec(line) ?? []
    if (mode === undefined || object === undefined || path === undefined) continue
    if (mode === '160000') submodules.push(path)
    if (!mode.startsWith('100')) continue
    const checked = checkEntryPath(`package/${path}`)
    if (checked.kind === 'hostile') {
      throw userError('TARBALL_INVALID', `${shownAddress(url)} holds ${JSON.stringify(path)}: ${checked.reason}`)
    }
    total += Number(size)
    entries.push({ path, executable: mode === '100755', object, size: Number(size) })
  }
  const { entryCountMax } = defaultTarballLimits
  if (entries.length > entryCountMax || total > COMMIT_SIZE_MAX) {
    throw userError(
      'TARBALL_INVALID',
      `${shownAddress(url)} holds over ${entryCountMax} files or ${COMMIT_SIZE_MAX / 1024 / 1024} MB`,
    )
  }
  return { entries, submodules }
}

/** In the order of the entries; `cat-file --batch` answers `<object> blob <size>`, the bytes, and a line's end. */
async function readObjects(
  { directory, url }: Mirror,
  entries: readonly Entry[],
  options: GitOptions,
): Promise<readonly Buffer[]> {
  const input = entries.map(({ object }) => `${object}\n`).join('')
  const { exitCode, stdout, stderr } = await runGit({ directory, args: ['cat-file', '--batch'], input }, options)
  if (exitCode !== 0) throw gitFailure(url, stderr)
  let at = 0
  return entries.map(({ object, size, path }) => {
    const lineEnd = stdout.indexOf(10, at)
    if (lineEnd < 0 || stdout.toString('latin1', at, lineEnd) !== `${object} blob ${size}`) {
      throw gitFailure(url, `unable to read ${path}`)
    }
    at = lineEnd + 1 + size + 1
    return stdout.subarray(lineEnd + 1, lineEnd + 1 + size)
  })
}

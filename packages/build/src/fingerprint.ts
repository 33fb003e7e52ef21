/**
 * What a package looked like when something last went well with it: one hash over the names, sizes and times of all its
 * files. Equal means that nothing changed and nothing has to be started; anything else means to look closer.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildCacheFolder } from './cache-folder.ts'

/** What tools write themselves, or what the lockfile speaks for. */
const IGNORED: ReadonlySet<string> = new Set(['node_modules', '.git', 'dist', 'build', 'coverage', '.turbo', '.vitest'])
/** What says which dependencies are installed, by alk and by the others. */
const INSTALLED: readonly string[] = [
  'alkahest.lock',
  'node_modules/.alk/state.json',
  'node_modules/.package-lock.json',
  'node_modules/.modules.yaml',
]

/** A package with more files is no package; looking at all of them would cost more than running. */
const FILE_COUNT_MAX = 50_000

/** Undefined when there are too many files to tell. `root` is the workspace's folder, whose lockfile counts too. */
export function fingerprintOf(directory: string, root: string): string | undefined {
  const entries: string[] = []
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (IGNORED.has(entry.name) || entries.length > FILE_COUNT_MAX) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) visit(path)
      else if (entry.isFile()) entries.push(stamp(path))
    }
  }
  visit(directory)
  if (entries.length > FILE_COUNT_MAX) return undefined
  entries.push(...INSTALLED.map((path) => stamp(join(root, path))), process.version)
  return createHash('sha256').update(entries.sort().join('\n')).digest('hex')
}

export function readFingerprint(directory: string, what: string): string | undefined {
  try {
    return readFileSync(join(directory, 'node_modules/.cache/alkahest', fileNameOf(what)), 'utf8')
  } catch {
    return undefined // never written: nothing went well yet
  }
}

export function writeFingerprint(directory: string, what: string, fingerprint: string | undefined): void {
  if (fingerprint === undefined) return
  writeFileSync(join(buildCacheFolder(directory), fileNameOf(what)), fingerprint)
}

function fileNameOf(what: string): string {
  return `${what}.fingerprint`
}

function stamp(path: string): string {
  const entry = statSync(path, { throwIfNoEntry: false })
  return entry === undefined ? `${path} absent` : `${path} ${entry.size} ${entry.mtimeMs}`
}

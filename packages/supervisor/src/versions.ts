/** Which versions are here, and which one starts: the files below `releases`. Format: docs/formats/release.md#versions */
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from './failure.ts'

/** What the next start runs, and what it ran before. */
export type VersionPointer = 'current' | 'previous'

export function readPointer(root: string, pointer: VersionPointer): string | undefined {
  try {
    return readFileSync(join(root, 'releases', pointer), 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** From now on, whatever happens, this version is what starts; the other one is what `rollback` goes back to. */
export function makePermanent(
  root: string,
  { version, previous }: { readonly version: string; readonly previous: string },
): void {
  if (version === previous) return
  writeDurably(join(root, 'releases', 'previous'), `${previous}\n`, 0o644)
  writeDurably(join(root, 'releases', 'current'), `${version}\n`, 0o644)
}

/** The start script belongs to the version that starts; older ones lie in their version's folder. */
export function installStartScript(root: string, name: string, version: string): void {
  const script = readFileSync(join(root, 'releases', version, 'bin', name))
  writeDurably(join(root, 'bin', name), script, 0o755)
}

export function hasVersion(root: string, version: string): boolean {
  return listVersions(root).includes(version)
}

/** Every complete version, sorted by name. */
export function listVersions(root: string): readonly string[] {
  const folder = join(root, 'releases')
  return readdirSync(folder)
    .filter((name) => statSync(join(folder, name, 'release.json'), { throwIfNoEntry: false })?.isFile() === true)
    .toSorted()
}

export function requireVersion(root: string, version: string): void {
  if (hasVersion(root, version)) return
  throw new Failure(`version ${version} is not here; there are ${listVersions(root).join(', ')}`)
}

/** All of it or nothing, also when the power goes: written aside, synced, renamed, and the folder synced. */
export function writeDurably(file: string, content: string | Uint8Array, mode: number): void {
  const temporary = `${file}.${process.pid}.tmp`
  const descriptor = openSync(temporary, 'w', mode)
  try {
    writeSync(descriptor, typeof content === 'string' ? Buffer.from(content) : content)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, file)
  syncFolder(dirname(file))
}

export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

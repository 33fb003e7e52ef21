/** Which versions are here, and which one starts: the files below `releases`. Format: docs/formats/release.md#versions */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
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

/**
 * From now on, whatever happens, this version is what starts, with its own start script; the other one is what `rollback`
 * goes back to. All of it is on the disk before any of it counts: a disk that is full changes nothing.
 */
export function makePermanent(
  root: string,
  { name, version, previous }: { readonly name: string; readonly version: string; readonly previous: string },
): void {
  const script = readFileSync(join(root, 'releases', version, 'bin', name))
  const files = [prepareDurably(join(root, 'bin', name), script, 0o755)]
  try {
    if (version !== previous) {
      files.push(prepareDurably(join(root, 'releases', 'previous'), `${previous}\n`, 0o644))
      files.push(prepareDurably(join(root, 'releases', 'current'), `${version}\n`, 0o644))
    }
  } catch (error) {
    for (const file of files) file.drop()
    throw error
  }
  for (const file of files) file.commit()
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
  prepareDurably(file, content, mode).commit()
}

type PreparedFile = {
  /** Puts it where it belongs. */
  readonly commit: () => void
  readonly drop: () => void
}

function prepareDurably(file: string, content: string | Uint8Array, mode: number): PreparedFile {
  const temporary = `${file}.${process.pid}.tmp`
  const drop = (): void => rmSync(temporary, { force: true })
  try {
    const descriptor = openSync(temporary, 'w', mode)
    try {
      // Unlike `writeSync` it goes on after a part was written, and throws when there is no room for the rest.
      writeFileSync(descriptor, content)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    drop()
    throw error
  }
  return {
    commit: () => {
      renameSync(temporary, file)
      syncFolder(dirname(file))
    },
    drop,
  }
}

export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

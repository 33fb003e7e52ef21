/** Which versions are here, and which one starts: the files below `releases`. Format: docs/formats/release.md#versions */
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
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
export async function makePermanent(
  root: string,
  { name, version, previous }: { readonly name: string; readonly version: string; readonly previous: string },
): Promise<void> {
  const script = await readFile(join(root, 'releases', version, 'bin', name))
  const files = [await prepareDurably(join(root, 'bin', name), script, 0o755)]
  try {
    if (version !== previous) {
      files.push(await prepareDurably(join(root, 'releases', 'previous'), `${previous}\n`, 0o644))
      files.push(await prepareDurably(join(root, 'releases', 'current'), `${version}\n`, 0o644))
    }
  } catch (error) {
    for (const file of files) await file.drop()
    throw error
  }
  for (const file of files) await file.commit()
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

/**
 * All of it or nothing, also when the power goes: written aside, synced, renamed, and the folder synced. Nobody waits for the
 * disk meanwhile: a worker that writes to a supervisor that stands still soon stands still itself.
 */
export async function writeDurably(file: string, content: string | Uint8Array, mode: number): Promise<void> {
  await (await prepareDurably(file, content, mode)).commit()
}

type PreparedFile = {
  /** Puts it where it belongs. */
  readonly commit: () => Promise<void>
  readonly drop: () => Promise<void>
}

async function prepareDurably(file: string, content: string | Uint8Array, mode: number): Promise<PreparedFile> {
  const temporary = `${file}.${process.pid}.tmp`
  const drop = async (): Promise<void> => await rm(temporary, { force: true })
  try {
    const handle = await open(temporary, 'w', mode)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    await drop()
    throw error
  }
  return {
    commit: async () => {
      await rename(temporary, file)
      await using folder = await open(dirname(file), 'r')
      await folder.sync()
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

/** alkahest.lock on disk. Its text belongs to `lockfile`; reading it whole and replacing it in one rename belong here. */
import { join } from 'node:path'
import { formatLockfile, parseLockfile } from '@alkahest/lockfile'
import type { Lockfile } from '@alkahest/lockfile'
import { readTextFile, writeFileAtomically } from './file.ts'

export const lockfileName = 'alkahest.lock'

/** The lockfile of a workspace, or undefined when it has none. A bad one throws, naming the line: it is never taken as empty. */
export async function readLockfile(root: string): Promise<Lockfile | undefined> {
  const text = await readTextFile(join(root, lockfileName), lockfileName)
  return text === undefined ? undefined : parseLockfile(text, lockfileName)
}

/** Writes the lockfile; false when the file held exactly this already, so that nothing that watches it wakes up. */
export async function writeLockfile(root: string, lockfile: Lockfile): Promise<boolean> {
  const path = join(root, lockfileName)
  const text = formatLockfile(lockfile)
  if ((await readTextFile(path, lockfileName)) === text) return false
  await writeFileAtomically(path, text)
  return true
}

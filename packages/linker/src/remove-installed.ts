/** Takes away everything that is installed in a project: the `node_modules` of the root and of its members. */
import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { linkError } from './disk-error.ts'
import { ALK_FOLDER, memberModules, statePaths } from './paths.ts'
import type { ProjectLock } from './project-lock.ts'

/**
 * `members` are paths as in a tree, `.` for the root. The folders that went, POSIX, relative to the root. What says what
 * is installed goes first, so that a kill in between leaves a tree that the next install makes anew. A member's
 * `node_modules` that is a link goes, what it points at stays.
 */
export function removeInstalled(lock: ProjectLock, members: readonly string[]): readonly string[] {
  const { root } = lock
  const folders = members.map((path) => memberModules(path)).toSorted((left, right) => right.length - left.length)
  const found = folders.filter((folder) => lstatSync(join(root, folder), { throwIfNoEntry: false }) !== undefined)
  try {
    for (const path of [statePaths.state, statePaths.tree]) rmSync(join(root, path), { force: true })
    for (const folder of found.filter((each) => each !== 'node_modules'))
      rmSync(join(root, folder), { recursive: true, force: true })
    emptyBut(join(root, 'node_modules'), '.alk')
    emptyBut(join(root, ALK_FOLDER), 'lock') // last: whoever waits for it starts when it goes
    rmSync(join(root, 'node_modules'), { recursive: true, force: true })
  } catch (cause) {
    throw linkError(root, cause)
  }
  return found.toSorted((left, right) => (left < right ? -1 : 1))
}

function emptyBut(folder: string, kept: string): void {
  for (const name of readdirSync(folder))
    if (name !== kept) rmSync(join(folder, name), { recursive: true, force: true })
}

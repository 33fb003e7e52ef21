/** Changes one link of a tree that is in use, in steps that can be undone. */
import { lstatSync, mkdirSync, readlinkSync, renameSync, rmdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Trash } from './trash.ts'
import type { UndoLog } from './undo-log.ts'

/** Ends the temporary name of a link that is about to replace another. No package can be called so. */
export const HALF_LINK = '.alk^next'

export type LinkTools = { readonly undo: UndoLog; readonly trash: Trash }

/** Makes `path` (absolute) a link to the target, whatever is there. A link is replaced in one step: nobody sees it missing. */
export function setLink(path: string, target: string, { undo, trash }: LinkTools): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isSymbolicLink() === true) {
    const old = readlinkSync(path)
    if (old === target) return
    replaceLink(path, target)
    undo.add(() => replaceLink(path, old))
    return
  }
  if (found === undefined) makeFolder(dirname(path), undo)
  else trash.take(path, undo)
  symlinkSync(target, path)
  undo.add(() => unlinkSync(path))
}

/** Takes a link away, and the folders below `floor` that it leaves empty. What is no link is not ours: it stays. */
export function removeLink(path: string, floor: string, { undo }: LinkTools): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found !== undefined && !found.isSymbolicLink()) return
  if (found !== undefined) {
    const old = readlinkSync(path)
    unlinkSync(path)
    undo.add(() => symlinkSync(old, path))
  }
  removeEmptyAbove(path, floor, undo)
}

/** Removes the folders above `path` that are empty, up to `floor`, which stays. */
export function removeEmptyAbove(path: string, floor: string, undo: UndoLog): void {
  for (let folder = dirname(path); folder.length > floor.length && removeIfEmpty(folder, undo);)
    folder = dirname(folder)
}

function replaceLink(path: string, target: string): void {
  const temporary = `${path}${HALF_LINK}`
  rmSync(temporary, { force: true }) // left by a kill between the next two steps
  symlinkSync(target, temporary)
  try {
    renameSync(temporary, path)
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw cause
  }
}

/** The folder and those above it that are missing. */
export function makeFolder(path: string, undo: UndoLog): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return
  makeFolder(dirname(path), undo)
  mkdirSync(path)
  undo.add(() => rmdirSync(path))
}

/** Whether it is gone now. */
function removeIfEmpty(path: string, undo: UndoLog): boolean {
  try {
    rmdirSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return true
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false
    throw cause
  }
  undo.add(() => mkdirSync(path))
  return true
}

/**
 * Where things go that leave the tree: taking something out is a rename, which can be undone and which a kill cannot split; only when the
 * new tree stands is the trash emptied.
 */
import { mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { UndoLog } from './undo-log.ts'

export class Trash {
  readonly #folder: string
  #count = 0

  /** The folder is made anew: what a killed install left in it goes. */
  constructor(folder: string) {
    this.#folder = folder
    rmSync(folder, { recursive: true, force: true })
  }

  /** Takes the file or folder out of the tree. */
  take(path: string, undo: UndoLog): void {
    if (this.#count === 0) {
      mkdirSync(this.#folder)
      undo.add(() => rmdirSync(this.#folder))
    }
    const grave = join(this.#folder, String(this.#count++))
    renameSync(path, grave)
    undo.add(() => renameSync(grave, path))
  }

  empty(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** One install at a time in a project. Held from before its state is read until its new state is written. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lockFile } from '@alkahest/store'
import type { FileLock } from '@alkahest/store'
import { linkError } from './disk-error.ts'
import { requireOwnModules } from './own-modules.ts'
import { ALK_FOLDER, statePaths } from './paths.ts'

export type ProjectLock = {
  /** Absolute. */
  readonly root: string
  release(): void
  [Symbol.dispose](): void
}

export type LockProjectOptions = {
  /** Called once, when another install is at work here. */
  readonly onWait?: () => void
}

/**
 * Waits for as long as it takes. Leaves nothing behind when nothing was installed while it was held. Throws
 * `INSTALL_WRITE_FAILED` where there can be no node_modules.
 */
export async function lockProject(root: string, options: LockProjectOptions = {}): Promise<ProjectLock> {
  const { lock, hadModules } = await acquire(root, options)
  let held = true
  const release = (): void => {
    if (!held) return
    held = false
    removeIfUnused(root, hadModules)
    lock.release()
  }
  return { root, release, [Symbol.dispose]: release }
}

/** `hadModules`: whether there was a node_modules before. */
type Acquired = { readonly lock: FileLock; readonly hadModules: boolean }

async function acquire(root: string, options: LockProjectOptions): Promise<Acquired> {
  const wait = options.onWait === undefined ? {} : { onWait: options.onWait }
  for (;;) {
    requireOwnModules(join(root, 'node_modules'))
    const hadModules = existsSync(join(root, 'node_modules'))
    try {
      mkdirSync(join(root, ALK_FOLDER), { recursive: true })
    } catch (cause) {
      throw linkError(root, cause)
    }
    try {
      return { lock: await lockFile(join(root, statePaths.lock), { mode: 'exclusive', ...wait }), hadModules }
    } catch (cause) {
      // Another install has just removed the folder that it found unused.
      if (existsSync(join(root, ALK_FOLDER))) throw linkError(root, cause)
    }
  }
}

function removeIfUnused(root: string, hadModules: boolean): void {
  const folder = join(root, ALK_FOLDER)
  if (!existsSync(folder)) return
  if (readdirSync(folder).some((name) => name !== 'lock')) return
  rmSync(join(root, statePaths.lock), { force: true })
  rmdirSync(folder)
  if (!hadModules && readdirSync(join(root, 'node_modules')).length === 0) rmdirSync(join(root, 'node_modules'))
}

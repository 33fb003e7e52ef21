/**
 * A lock on a path that the kernel drops when its process dies, however it dies. Node has no `flock`, so an empty SQLite database
 * is locked instead; nothing is ever written to it. Why not a file with a process id: docs/internals/store.md, "Locks".
 */
import { accessSync, constants } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'

export type LockMode = 'shared' | 'exclusive'

export type FileLock = {
  readonly path: string
  readonly mode: LockMode
  release(): void
  [Symbol.dispose](): void
}

export type LockFileOptions = {
  readonly mode: LockMode
  /** Called once, when somebody else holds it and this call begins to wait. */
  readonly onWait?: () => void
}

/** How long to sleep between two attempts, in milliseconds; nobody notices a tenth of a second after an install. */
const POLL_INTERVAL_MS = 50

/** SQLite's own code for "somebody else holds it". */
const SQLITE_BUSY = 5

/** Waits for as long as it takes. The folder of the path must exist. */
export async function lockFile(path: string, options: LockFileOptions): Promise<FileLock> {
  let told = false
  for (;;) {
    const lock = tryLockFile(path, options.mode)
    if (lock !== undefined) return lock
    if (!told) options.onWait?.()
    told = true
    await sleep(POLL_INTERVAL_MS)
  }
}

/**
 * The lock, or undefined when somebody else holds it. Throws the system's error when the file may not be written (exclusive) or read. `waitMs` blocks the thread for that long: only for moments that are known
 * to be short.
 */
export function tryLockFile(path: string, mode: LockMode, waitMs = 0): FileLock | undefined {
  const connection = lockConnection(path, mode, waitMs)
  if (connection === undefined) return undefined
  // Whoever held the lock before may have removed the file: then this lock is on a file that nobody else will find.
  if (mode === 'exclusive' && !isLocked(path)) {
    connection.close()
    return tryLockFile(path, mode, waitMs)
  }
  let held = true
  const release = (): void => {
    if (held) connection.close()
    held = false
  }
  return { path, mode, release, [Symbol.dispose]: release }
}

function isLocked(path: string): boolean {
  const connection = lockConnection(path, 'shared', 0)
  connection?.close()
  return connection === undefined
}

function lockConnection(path: string, mode: LockMode, waitMs: number): DatabaseSync | undefined {
  const connection = new DatabaseSync(path, { timeout: waitMs })
  try {
    // On a file that it may not write SQLite would take no exclusive lock, and not say so.
    if (mode === 'exclusive') accessSync(path, constants.W_OK)
    // Without a journal on disk: nothing is written, and a killed holder must not leave a file.
    connection.exec('PRAGMA journal_mode = MEMORY')
    // A transaction that has read holds a shared lock until it ends; closing ends it.
    connection.exec(mode === 'exclusive' ? 'BEGIN EXCLUSIVE' : 'BEGIN; SELECT 1 FROM sqlite_master')
    return connection
  } catch (cause) {
    connection.close()
    if ((cause as { errcode?: unknown }).errcode === SQLITE_BUSY) return undefined
    throw cause
  }
}

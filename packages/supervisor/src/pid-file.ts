/**
 * The pid file: who runs this release, and the lock against running it twice. Format: docs/formats/release.md#the-pid-file
 *
 * The file appears complete or not at all (written under another name, then linked). One that names a process which is
 * gone is moved aside before the next attempt, so that of several starters at most one gets the name; a starter that
 * moved aside what was meanwhile new sees that by its content and puts it back.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from './failure.ts'
import { identityOf, isRunning } from './process-identity.ts'
import type { ProcessIdentity } from './process-identity.ts'

export type PidRecord = ProcessIdentity & {
  /** Path of the admin socket. */
  readonly socket: string
}

/** More rounds than starters that could race for a stale file. */
const ATTEMPTS_MAX = 10

export function pidFile(runFolder: string, name: string): string {
  return join(runFolder, `${name}.pid`)
}

export type TakenPidFile = {
  /** Gives it back. */
  readonly release: () => void
  /** The one before did not give it back: it was killed, and its workers may still be finishing. */
  readonly wasLeft: boolean
}

/** Takes the lock for this process, or throws naming the process that holds it. */
export function takePidFile(file: string, socket: string): TakenPidFile {
  const identity = identityOf(process.pid)
  const text = `${process.pid}\n${identity?.startTime ?? ''}\n${socket}\n`
  const own = `${file}.${process.pid}`
  writeFileSync(own, text, { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (linkIfFree(own, file)) return { release: () => removeIfOurs(file, text), wasLeft: attempt > 0 }
      const holder = readPidFile(file)
      if (holder !== undefined && isRunning(holder)) {
        throw new Failure(`it is running already, as process ${holder.pid} (${file})`)
      }
      moveAside(file, holder)
    }
    throw new Failure(`${file} could not be taken: others keep starting the same release`)
  } finally {
    rmSync(own, { force: true })
  }
}

/** The record, also of a process that is gone; undefined when there is none. */
export function readPidFile(file: string): PidRecord | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const [pid = '', startTime = '', socket = ''] = text.split('\n')
  // Not a number of a process: a file that something else damaged, which nobody holds.
  return { pid: /^[1-9]\d{0,9}$/.test(pid) ? Number(pid) : 0, startTime, socket }
}

export function makeRunFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

function linkIfFree(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function moveAside(file: string, stale: PidRecord | undefined): void {
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const moved = readPidFile(aside)
  if (moved !== undefined && (moved.pid !== stale?.pid || moved.startTime !== stale.startTime)) linkIfFree(aside, file)
  rmSync(aside, { force: true })
}

function removeIfOurs(file: string, text: string): void {
  const record = readPidFile(file)
  if (record !== undefined && text.startsWith(`${record.pid}\n${record.startTime}\n`)) rmSync(file, { force: true })
}

/**
 * Where output goes: to our own standard streams when something else keeps them (a terminal, systemd, a container), else
 * to a file of NDJSON lines that is rotated by size.
 */
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export type LogRecord = {
  /** The child and instance that said it, `web.0`; `supervisor` for ourselves. */
  readonly from: string
  readonly stream: 'stdout' | 'stderr'
  readonly line: string
}

export type Log = {
  readonly write: (record: LogRecord) => void
  readonly close: () => void
}

/** A file is rotated when it would grow beyond this many bytes. */
const LOG_SIZE_MAX = 10 * 1024 * 1024
/** How many old files are kept: NAME.log.1 is the newest. */
const LOG_FILES_KEPT = 5

/** Lines as they came; our own are marked with the release's name. */
export function consoleLog(name: string): Log {
  return {
    write: ({ from, stream, line }) => {
      process[stream].write(from === 'supervisor' ? `${name}: ${line}\n` : `${line}\n`)
    },
    close: () => {},
  }
}

export type FileLogOptions = { readonly sizeMax?: number; readonly now?: () => Date }

/** What a write ends with when there is no room for it. */
const NO_ROOM = ['ENOSPC', 'EDQUOT']

/**
 * Synchronous on purpose: a line that was written is not lost when the supervisor is killed the next moment. A disk without
 * room loses lines, never the service; how many is said once there is room again.
 */
export function fileLog(file: string, { sizeMax = LOG_SIZE_MAX, now = () => new Date() }: FileLogOptions = {}): Log {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  let descriptor = openSync(file, 'a', 0o600)
  let size = fstatSync(descriptor).size
  let lost = 0
  const rotate = (): void => {
    // Opened before anything is renamed: where that fails, the files stay as they are.
    const next = openSync(`${file}.next`, 'w', 0o600)
    for (let index = LOG_FILES_KEPT - 1; index >= 0; index--) {
      renameIfThere(index === 0 ? file : `${file}.${index}`, `${file}.${index + 1}`)
    }
    renameSync(`${file}.next`, file)
    closeSync(descriptor)
    descriptor = next
    size = 0
  }
  const append = (record: LogRecord): void => {
    const text = Buffer.from(`${JSON.stringify({ time: now().toISOString(), ...record })}\n`)
    if (size > 0 && size + text.length > sizeMax) rotate()
    try {
      writeFileSync(descriptor, text)
      size += text.length
    } catch (error) {
      // Of a line that had room for its beginning only.
      ftruncateSync(descriptor, size)
      throw error
    }
  }
  return {
    write: (record) => {
      try {
        if (lost > 0)
          append({ from: 'supervisor', stream: 'stderr', line: `${lost} lines were lost: the disk was full` })
        lost = 0
        append(record)
      } catch (error) {
        if (!NO_ROOM.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
        lost += 1
      }
    },
    close: () => closeSync(descriptor),
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

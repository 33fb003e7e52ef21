/**
 * Where output goes: to our own standard streams when something else keeps them (a terminal, systemd, a container), else
 * to a file of NDJSON lines that is rotated by size.
 */
import { closeSync, mkdirSync, openSync, renameSync, fstatSync, writeSync } from 'node:fs'
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

/** Synchronous on purpose: a line that was written is not lost when the supervisor is killed the next moment. */
export function fileLog(file: string, { sizeMax = LOG_SIZE_MAX, now = () => new Date() }: FileLogOptions = {}): Log {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  let descriptor = openSync(file, 'a', 0o600)
  let size = fstatSync(descriptor).size
  const rotate = (): void => {
    closeSync(descriptor)
    for (let index = LOG_FILES_KEPT - 1; index >= 0; index--) {
      renameIfThere(index === 0 ? file : `${file}.${index}`, `${file}.${index + 1}`)
    }
    descriptor = openSync(file, 'a', 0o600)
    size = 0
  }
  return {
    write: (record) => {
      const text = Buffer.from(`${JSON.stringify({ time: now().toISOString(), ...record })}\n`)
      if (size > 0 && size + text.length > sizeMax) rotate()
      writeSync(descriptor, text)
      size += text.length
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

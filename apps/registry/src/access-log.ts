/**
 * One line of JSON for each request: what was asked, how it ended, and for packages which one and where its bytes came from. Never a token, nor
 * an address that holds one. The file is turned over when it is large, so that it never fills the disk.
 */
import { createWriteStream } from 'node:fs'
import type { WriteStream } from 'node:fs'
import { rename, stat } from 'node:fs/promises'

/** In bytes. */
const FILE_SIZE_MAX = 64 * 1024 * 1024
const FILES_KEPT = 4

/** A write for each line would cost as much as the answer that it tells of; a killed process loses no more than these lines. */
const FLUSH_MS = 50

export type AccessEntry = {
  /** ISO 8601. */
  readonly time: string
  readonly method: string
  readonly path: string
  readonly status: number
  /** Of the body. */
  readonly bytes: number
  readonly milliseconds: number
  readonly address: string
  readonly agent: string
  readonly account?: string
  readonly kind?: 'packument' | 'tarball' | 'version' | 'publish'
  readonly name?: string
  readonly version?: string
  readonly source?: 'local' | 'cache' | 'upstream'
  readonly stale?: boolean
  /** The client went away before the answer was whole. */
  readonly aborted?: boolean
}

export interface AccessLog {
  /** A request came in; its line follows. */
  begin(): void
  write(entry: AccessEntry): void
  close(): Promise<void>
}

export const silentAccessLog: AccessLog = {
  begin: () => undefined,
  write: () => undefined,
  close: async () => undefined,
}

export function streamAccessLog(stream: { write(text: string): unknown }): AccessLog {
  return {
    begin: () => undefined,
    write: (entry) => void stream.write(`${JSON.stringify(entry)}\n`),
    close: async () => undefined,
  }
}

export async function openAccessLog(file: string): Promise<AccessLog> {
  const found = await stat(file).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  })
  return new FileAccessLog(file, found?.size ?? 0)
}

class FileAccessLog implements AccessLog {
  readonly #file: string
  #stream: WriteStream
  #size: number
  #turning: Promise<void> | undefined
  /** Lines that are not written yet. */
  #lines = ''
  #timer: NodeJS.Timeout | undefined

  constructor(file: string, size: number) {
    this.#file = file
    this.#size = size
    this.#stream = this.#open()
  }

  begin(): void {
    // A line in a file stands for a request that ended.
  }

  write(entry: AccessEntry): void {
    if (this.#lines === '') this.#timer = setTimeout(this.#flush, FLUSH_MS)
    this.#lines += `${JSON.stringify(entry)}\n`
  }

  async close(): Promise<void> {
    this.#flush()
    await this.#turning
    await this.#end(this.#stream)
  }

  readonly #flush = (): void => {
    clearTimeout(this.#timer)
    const lines = Buffer.from(this.#lines)
    this.#lines = ''
    if (lines.length === 0) return
    this.#size += lines.length
    this.#stream.write(lines)
    if (this.#size > FILE_SIZE_MAX) this.#turning ??= this.#turnOver().finally(() => (this.#turning = undefined))
  }

  /** A full disk must not end the service: what cannot be logged is lost, and said on stderr once for each stream. */
  #open(): WriteStream {
    const stream = createWriteStream(this.#file, { flags: 'a', mode: 0o640 })
    stream.once('error', (cause) => process.stderr.write(`the access log cannot be written: ${cause.message}\n`))
    stream.on('error', () => undefined)
    return stream
  }

  async #turnOver(): Promise<void> {
    const full = this.#stream
    for (let number = FILES_KEPT; number > 1; number--)
      await moveIfThere(`${this.#file}.${number - 1}`, `${this.#file}.${number}`)
    await moveIfThere(this.#file, `${this.#file}.1`)
    this.#stream = this.#open()
    this.#size = 0
    await this.#end(full)
  }

  #end(stream: WriteStream): Promise<void> {
    return new Promise((resolve) => {
      if (stream.closed || stream.errored !== null) resolve()
      else stream.end(() => resolve())
    })
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  })
}

/** The path as it may be written down: tokens stand in the paths of logouts. */
export function loggedPath(url: string): string {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return path.replace(
    /^(\/-\/user\/token\/|\/-\/npm\/v1\/tokens\/token\/|\/-\/v1\/login\/[a-z]+\/|\/-\/web\/confirm\/).+$/,
    '$1***',
  )
}

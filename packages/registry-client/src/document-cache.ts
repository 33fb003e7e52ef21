/**
 * Lean documents on disk, one file per package and registry. A file appears by rename, so that processes share the
 * folder without locks: a reader sees an old document or a new one, never a half. Anything else that stands in a file
 * (torn by a crash, edited) fails its checksum and counts as absent. The time of a file is when the registry last
 * confirmed it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { userError } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import { parseLeanDocument } from './lean-document.ts'
import type { LeanDocument } from './lean-document.ts'

/** Beyond the largest packument that is accepted from the network: not a file of ours. */
const FILE_SIZE_MAX = 128 * 1024 * 1024

export type CachedDocument = {
  readonly document: LeanDocument
  /** Milliseconds since 1970. */
  readonly confirmedAt: number
}

export class DocumentCache {
  readonly #directory: string

  constructor(cacheDirectory: string) {
    this.#directory = join(cacheDirectory, 'packuments-1')
  }

  /** Synchronous on purpose: for a thousand small files that is several times faster than a thousand promises. */
  read(registry: string, name: PackageName): CachedDocument | undefined {
    const file = this.#fileOf(registry, name)
    let descriptor: number | undefined
    try {
      descriptor = openSync(file, 'r')
      const { size, mtimeMs } = fstatSync(descriptor)
      if (size > FILE_SIZE_MAX) return undefined
      const bytes = Buffer.allocUnsafe(size)
      if (readSync(descriptor, bytes, 0, size, 0) !== size) return undefined
      const document = parseLeanDocument(bytes, name)
      return document === undefined ? undefined : { document, confirmedAt: mtimeMs }
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? ''
      if (code === 'ENOENT' || code === 'EISDIR') return undefined
      throw userError('FILE_UNREADABLE', `${file} cannot be read (${code || String(cause)})`, { cause })
    } finally {
      if (descriptor !== undefined) closeSync(descriptor)
    }
  }

  async write(registry: string, name: PackageName, bytes: Buffer): Promise<void> {
    const file = this.#fileOf(registry, name)
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
    await this.#change(file, async () => {
      await mkdir(dirname(file), { recursive: true })
      try {
        await writeFile(temporary, bytes, { flag: 'wx' })
        await rename(temporary, file)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    })
  }

  /** The registry said that the document has not changed. */
  async confirm(registry: string, name: PackageName, now: number): Promise<void> {
    const file = this.#fileOf(registry, name)
    await this.#change(file, () => utimes(file, now / 1000, now / 1000))
  }

  async forget(registry: string, name: PackageName): Promise<void> {
    const file = this.#fileOf(registry, name)
    await this.#change(file, () => rm(file, { force: true }))
  }

  async #change(file: string, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === 'ENOENT') return // another process took the file away, which is its good right
      throw userError('CACHE_UNWRITABLE', `${file} cannot be written (${code ?? String(cause)})`, {
        hint:
          code === 'EMFILE'
            ? 'too many files are open: close some programs, or raise the limit with ulimit -n'
            : 'make the folder writable, free some space, or set ALKAHEST_HOME to another folder',
        cause,
      })
    }
  }

  /** Registries share no folder; a scoped name is one file name. */
  #fileOf(registry: string, name: PackageName): string {
    const folder = createHash('sha256').update(registry).digest('hex').slice(0, 16)
    return join(this.#directory, folder, encodeURIComponent(name))
  }
}

/**
 * Closures on disk, as they were answered: their last line is a checksum of the others. One file for each question that
 * was asked of a registry, the oldest go; beside them the mark of a registry that has closures at all. Files appear by
 * rename, so that processes share the folder without locks.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { userError } from '@alkahest/core'
import { parseClosure } from './closure-document.ts'
import type { ClosureDocument } from './closure-document.ts'

/** Of one registry: as many projects, or states of a project, as are worked on at a time. */
const CLOSURES_KEPT_MAX = 24

const MARK = 'offered'
const ENDING = '.ndjson'

export class ClosureCache {
  readonly #directory: string

  constructor(cacheDirectory: string) {
    this.#directory = join(cacheDirectory, 'closures-2')
  }

  /** Whether the registry was seen to have closures. */
  isOffered(registry: string): boolean {
    return existsSync(join(this.#folderOf(registry), MARK))
  }

  async setOffered(registry: string, isOffered: boolean): Promise<void> {
    const folder = this.#folderOf(registry)
    await this.#change(folder, async () => {
      if (!isOffered) return rm(join(folder, MARK), { force: true })
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, MARK), '')
    })
  }

  /** Undefined when there is none, or none that can be read whole. */
  async read(registry: string, question: string): Promise<ClosureDocument | undefined> {
    return this.#readFile(join(this.#folderOf(registry), fileOf(question)))
  }

  /** The latest first. */
  async readAll(registry: string): Promise<readonly ClosureDocument[]> {
    const files = await this.#files(this.#folderOf(registry))
    const documents = await Promise.all(files.map((file) => this.#readFile(file)))
    return documents.filter((document) => document !== undefined)
  }

  async write(registry: string, question: string, bytes: Buffer): Promise<void> {
    const folder = this.#folderOf(registry)
    const file = join(folder, fileOf(question))
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
    await this.#change(file, async () => {
      await mkdir(folder, { recursive: true })
      try {
        await writeFile(temporary, bytes, { flag: 'wx' })
        await rename(temporary, file)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
      for (const old of (await this.#files(folder)).slice(CLOSURES_KEPT_MAX)) await rm(old, { force: true })
    })
  }

  /** The registry said that it has not changed. */
  async confirm(registry: string, question: string, now: number): Promise<void> {
    const file = join(this.#folderOf(registry), fileOf(question))
    await this.#change(file, () => utimes(file, now / 1000, now / 1000))
  }

  async #readFile(file: string): Promise<ClosureDocument | undefined> {
    let bytes: Buffer
    try {
      bytes = await readFile(file)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === 'ENOENT') return undefined
      throw userError('FILE_UNREADABLE', `${file} cannot be read (${code ?? String(cause)})`, { cause })
    }
    const parsed = parseClosure(bytes)
    return parsed.kind === 'closure' ? parsed : undefined
  }

  /** By the time of their last confirmation, the latest first. */
  async #files(folder: string): Promise<readonly string[]> {
    const names = await readdir(folder).catch((cause: unknown) => {
      const { code } = cause as NodeJS.ErrnoException
      if (code === 'ENOENT') return []
      throw userError('FILE_UNREADABLE', `${folder} cannot be read (${code ?? String(cause)})`, { cause })
    })
    const files = await Promise.all(
      names
        .filter((name) => name.endsWith(ENDING))
        .map(async (name) => {
          const file = join(folder, name)
          const found = await stat(file).catch(() => undefined) // another process took it away, which is its good right
          return { file, at: found?.mtimeMs ?? 0 }
        }),
    )
    return files.toSorted((left, right) => right.at - left.at).map(({ file }) => file)
  }

  async #change(file: string, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === 'ENOENT') return // another process took the file away
      throw userError('CACHE_UNWRITABLE', `${file} cannot be written (${code ?? String(cause)})`, {
        hint: 'make the folder writable, free some space, or set ALKAHEST_HOME to another folder',
        cause,
      })
    }
  }

  /** Registries share no folder. */
  #folderOf(registry: string): string {
    return join(this.#directory, createHash('sha256').update(registry).digest('hex').slice(0, 16))
  }
}

function fileOf(question: string): string {
  return `${createHash('sha256').update(question).digest('hex').slice(0, 32)}${ENDING}`
}

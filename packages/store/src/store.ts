/**
 * The store: packages on disk, once per machine. Everything that reads or adds entries goes through here and holds the store's
 * lock shared; upkeep (see upkeep.ts) holds it exclusively. Design: docs/internals/store.md
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { integrityAlgorithm, parseIntegrity, userError } from '@alkahest/core'
import type { Integrity } from '@alkahest/core'
import { collectBytes } from './collect-bytes.ts'
import { storeError } from './disk-error.ts'
import { parseEntryFacts } from './entry-index.ts'
import type { EntryFacts } from './entry-index.ts'
import { entryPaths } from './entry-paths.ts'
import type { ExtractRequest } from './extract-package.ts'
import { lockFile, tryLockFile } from './file-lock.ts'
import type { FileLock } from './file-lock.ts'
import { makeFolder } from './make-folder.ts'
import type { StoredPackage } from './stored-package.ts'
import { addInstance, hasInstance, noteUsage } from './instances.ts'
import { collectGarbage, measureStore, verifyStore } from './upkeep.ts'
import type { CollectReport, StoreSize, VerifyReport } from './upkeep.ts'
import { WorkerPool } from './worker-pool.ts'

/** More threads than this wait for the disk, not for a processor. */
const CONCURRENCY_MAX = 4

/** With this many packages on their way the threads' start (30 to 50 ms each) pays off. */
const WORKERS_FROM = 12

/** Larger tarballs would hold up everything else in the caller's thread. In bytes, compressed. */
const WORKER_SIZE_MIN = 8 * 1024 * 1024

/** The default of {@link StoreOptions.lockWaitMs}. */
const LOCK_WAIT_MS = 60_000

export type StoreOptions = {
  /** Absolute; made at the first `put`. */
  readonly directory: string
  /** The program of the extraction workers; the packed command passes its own. */
  readonly worker?: string | URL
  /** The most workers at a time; 0 extracts in the caller's thread. */
  readonly concurrency?: number
  /** How long to wait, blocking, for upkeep to end, in milliseconds; it holds the lock for seconds. */
  readonly lockWaitMs?: number
}

export type PutRequest = {
  /** What the bytes must hash to; undefined when nothing promised anything (git, a tarball seen for the first time). */
  readonly integrity: Integrity | undefined
  /** `name@version`: names it in errors. */
  readonly what: string
  readonly tarball: Uint8Array | AsyncIterable<Uint8Array>
}

export function openStore(options: StoreOptions): Store {
  return new Store(options)
}

export class Store {
  readonly directory: string
  readonly #worker: string | URL
  readonly #concurrency: number
  readonly #lockWaitMs: number
  #lock: FileLock | undefined
  #pool: WorkerPool | undefined
  /** Packages asked for and not finished, from the first byte on. */
  #onTheirWay = 0
  /** By integrity, so that two who ask for the same package share one extraction. */
  readonly #extracting = new Map<Integrity, Promise<StoredPackage>>()

  constructor(options: StoreOptions) {
    this.directory = options.directory
    this.#worker = options.worker ?? new URL('./extract-worker.ts', import.meta.url)
    this.#lockWaitMs = options.lockWaitMs ?? LOCK_WAIT_MS
    this.#concurrency = options.concurrency ?? Math.min(CONCURRENCY_MAX, availableParallelism())
  }

  has(integrity: Integrity): boolean {
    const strong = this.#strong(integrity)
    return strong !== undefined && existsSync(entryPaths.index(entryPaths.entry(this.directory, strong)))
  }

  /** The entry, or undefined when it is not there (or so damaged that its index cannot be read). */
  get(integrity: Integrity): StoredPackage | undefined {
    const strong = this.#strong(integrity)
    if (strong === undefined) return undefined
    const text = readIfExists(entryPaths.index(entryPaths.entry(this.directory, strong)))
    const facts = text === undefined ? undefined : parseEntryFacts(text)
    return facts?.integrity === strong ? this.#stored(facts) : undefined
  }

  /** Where the files of an entry lie (or would), of a sha512. */
  directoryOf(integrity: Integrity): string {
    return entryPaths.entry(this.directory, integrity)
  }

  /** Checks, extracts and keeps a package. Throws `INTEGRITY_MISMATCH`, `TARBALL_INVALID` or `STORE_WRITE_FAILED`, and keeps nothing. */
  put(request: PutRequest): Promise<StoredPackage> {
    const key = request.integrity
    const running = key === undefined ? undefined : this.#extracting.get(key)
    if (running !== undefined) return running
    const stored = this.#put(request)
    if (key === undefined) return stored
    this.#extracting.set(key, stored)
    return stored.finally(() => this.#extracting.delete(key))
  }

  /** Where instances that projects share lie. */
  get instancesDirectory(): string {
    return entryPaths.instances(this.directory)
  }

  hasInstance(name: string): boolean {
    return this.#open() && hasInstance(this.directory, name)
  }

  /** Makes an instance unless it is there: `make` gets a folder that does not exist yet. All of it or nothing. */
  addInstance(name: string, make: (folder: string) => void): void {
    this.#prepare(name)
    addInstance(this.directory, name, make)
  }

  /** Notes what a project uses: `link` is its link to {@link instancesDirectory}, and as long as that stands the instances are kept. */
  noteUsage(link: string, instances: readonly string[]): void {
    noteUsage(this.directory, { link, instances })
  }

  /** Checks every file of every entry; removes damaged entries, which the next install fetches again. */
  async verify(): Promise<VerifyReport> {
    return await this.#upkeep(() => verifyStore(this.directory))
  }

  /**
   * Removes entries that nobody keeps or uses, and what killed processes left. `alongside` is called while no install is
   * at work: for what installs use and others than the store keep.
   */
  async collect(options: {
    readonly keep: ReadonlySet<Integrity>
    readonly alongside?: () => void
  }): Promise<CollectReport> {
    return await this.#upkeep(() => {
      options.alongside?.()
      return collectGarbage(this.directory, options.keep)
    })
  }

  size(): StoreSize {
    return measureStore(this.directory)
  }

  async close(): Promise<void> {
    await this.#pool?.close()
    this.#pool = undefined
    this.#lock?.release()
    this.#lock = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #put(request: PutRequest): Promise<StoredPackage> {
    this.#onTheirWay++
    try {
      const pool = this.#poolFor(this.#onTheirWay >= WORKERS_FROM)
      const bytes = await collectBytes(request.tarball, request.what)
      this.#prepare(request.what)
      const job: ExtractRequest = { store: this.directory, integrity: request.integrity, what: request.what, bytes }
      const worker = pool ?? this.#poolFor(bytes.length >= WORKER_SIZE_MIN)
      return this.#stored(await (worker === undefined ? extractHere(job) : worker.extract(job)))
    } finally {
      this.#onTheirWay--
    }
  }

  /** The workers, when there are any, or when they are wanted and allowed. */
  #poolFor(wanted: boolean): WorkerPool | undefined {
    if (this.#pool === undefined && wanted && this.#concurrency > 0) {
      this.#pool = new WorkerPool(this.#worker, this.#concurrency)
      this.#pool.start()
    }
    return this.#pool
  }

  #stored(facts: EntryFacts): StoredPackage {
    return { ...facts, directory: this.directoryOf(facts.integrity) }
  }

  /** The sha512 that an entry goes by, or undefined when a weaker hash is not known here. */
  #strong(integrity: Integrity): Integrity | undefined {
    if (!this.#open()) return undefined
    if (integrityAlgorithm(integrity) === 'sha512') return integrity
    const text = readIfExists(entryPaths.alias(this.directory, integrity))
    return text === undefined ? undefined : parseIntegrity(text.trim(), entryPaths.alias(this.directory, integrity))
  }

  /** Takes the lock, shared, unless there is no store yet. */
  #open(): boolean {
    if (this.#lock !== undefined) return true
    if (!existsSync(entryPaths.packages(this.directory))) return false
    const path = entryPaths.lock(this.directory)
    this.#removeLeftovers(path)
    this.#lock = tryLockFile(path, 'shared', this.#lockWaitMs)
    if (this.#lock === undefined) {
      throw userError(
        'STORE_BUSY',
        `${this.directory} is being verified or collected by another command, and that does not end`,
        {
          hint: 'wait for the other command or end it, then run this one again',
        },
      )
    }
    return true
  }

  #prepare(what: string): void {
    if (this.#lock !== undefined) return
    try {
      makeFolder(entryPaths.packages(this.directory))
      makeFolder(entryPaths.temporary(this.directory))
    } catch (cause) {
      throw storeError(what, cause)
    }
    this.#open()
  }

  /** What lies in `temporary` while nobody else is at work is what a killed process left there. */
  #removeLeftovers(path: string): void {
    const temporary = entryPaths.temporary(this.directory)
    if (!mayWrite(temporary) || readdirSync(temporary).length === 0) return
    using lock = tryLockFile(path, 'exclusive')
    if (lock === undefined) return
    for (const name of readdirSync(temporary)) rmSync(`${temporary}/${name}`, { recursive: true, force: true })
  }

  /** Lets go of the shared lock and takes it exclusively: waits for every install that is at work. */
  async #upkeep<Report>(work: () => Report): Promise<Report> {
    this.#lock?.release()
    this.#lock = undefined
    if (!existsSync(entryPaths.packages(this.directory))) return work()
    using _lock = await lockFile(entryPaths.lock(this.directory), { mode: 'exclusive' })
    return work()
  }
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false // it does not exist, or belongs to somebody who will tidy it up
  }
}

function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw cause
  }
}

/** Loaded when there is something to extract: most installs find everything in the store. */
async function extractHere(job: ExtractRequest): Promise<EntryFacts> {
  const { extractPackage } = await import('./extract-package.ts')
  return extractPackage(job)
}

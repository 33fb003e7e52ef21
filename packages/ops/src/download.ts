/**
 * Brings what an install needs into the store: many at once, the largest first, each once. While the solver still works,
 * what it will probably choose is fetched already; a wrong guess costs its bytes and lies in the store for another day.
 */
import { resolve } from 'node:path'
import { setImmediate as yieldToEvents } from 'node:timers/promises'
import { platformAllows, userError } from '@alkahest/core'
import type { Candidate, Instance, Integrity, PackageId, Platform, ResolvedPackage } from '@alkahest/core'
import type { Selection } from '@alkahest/linker'
import { readBytes } from '@alkahest/project'
import type { Store, StoredPackage } from '@alkahest/store'
import type { OperationContext } from './context.ts'
import { gitTarball } from './git-source.ts'
import type { LazyNetwork } from './network.ts'

/** Downloads under way at once; the client has as many connections, and the store's workers take them as they come. */
const DOWNLOADS_MAX = 32

/** Guesses under way at once: half, since what the solver waits for goes over the same connections. */
const GUESSES_MAX = 16

export type DownloadsOptions = {
  readonly context: OperationContext
  /** Absolute; paths of tarballs on disk are relative to it. */
  readonly root: string
  readonly store: Store
  readonly network: LazyNetwork
  /** Nothing is fetched ahead that is for other machines. */
  readonly platform: Platform
}

/** Told that a package lies in the store. */
export type OnStored = (pkg: ResolvedPackage, stored: StoredPackage) => void

export function openDownloads(options: DownloadsOptions): Downloads {
  return new Downloads(options)
}

export class Downloads {
  readonly #options: DownloadsOptions
  readonly #guessed = new Set<Integrity>()
  /** Of the guesses, those that are in the store now. */
  readonly #fetched = new Set<Integrity>()
  /** Not begun, the largest last. */
  #guesses: Candidate[] = []
  readonly #running = new Set<Promise<void>>()
  #needed: ReadonlySet<Integrity | undefined> | undefined
  #stopped = false

  constructor(options: DownloadsOptions) {
    this.#options = options
  }

  /** Fetches what is probably needed, as far as it is not there. What fails is tried again when it is needed for certain. */
  guess(candidates: readonly Candidate[]): void {
    const { store, platform } = this.#options
    for (const candidate of candidates) {
      const { integrity } = candidate.dist
      if (integrity === undefined || this.#guessed.has(integrity) || !platformAllows(candidate, platform)) continue
      this.#guessed.add(integrity)
      if (!store.has(integrity)) this.#guesses.push(candidate)
    }
    this.#guesses.sort((left, right) => (left.dist.unpackedSize ?? 0) - (right.dist.unpackedSize ?? 0))
    this.#startGuesses()
  }

  /**
   * Every package of the selection as it lies in the store, folders excepted. Guesses end here. When anything must be fetched, `onStored`
   * is told of each package, those first that were there.
   */
  async finish(selection: Selection, onStored?: OnStored): Promise<ReadonlyMap<PackageId, StoredPackage>> {
    const { store, context } = this.#options
    this.#guesses = []
    const stored = new Map<PackageId, StoredPackage>()
    const missing = new Map<PackageId, Instance>()
    const packages = [...selection.instances.values()]
    this.#needed = new Set(packages.map((instance) => instance.package.integrity))
    for (const instance of packages) {
      const { id, source, integrity } = instance.package
      if (source.kind === 'directory' || stored.has(id) || missing.has(id)) continue
      const found = integrity === undefined ? undefined : store.get(integrity)
      if (found === undefined) missing.set(id, instance)
      else stored.set(id, found)
    }
    const queue = [...missing.values()]
    let done = [...this.#needed].filter((integrity) => integrity !== undefined && this.#fetched.has(integrity)).length
    const total = done + queue.length
    if (done > 0) context.progress({ kind: 'step', what: 'fetching', done, total })
    const present = queue.length === 0 ? [] : packages.filter((instance) => stored.has(instance.package.id))
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const fetched = await fetchPackage(next.package, this.#options)
        stored.set(next.package.id, fetched)
        onStored?.(next.package, fetched)
        context.progress({ kind: 'step', what: 'fetching', done: ++done, total })
      }
    }
    // The first failure empties the queue, so that nothing goes on behind the error's back.
    const workers = Array.from({ length: Math.min(DOWNLOADS_MAX, queue.length) }, () =>
      work().catch((error: unknown) => {
        queue.length = 0
        throw error
      }),
    )
    const tell = async (): Promise<void> => {
      for (const instance of present) {
        onStored?.(instance.package, stored.get(instance.package.id) as StoredPackage)
        await yieldToEvents() // what arrives meanwhile goes on
      }
    }
    const results = await Promise.allSettled([...workers, tell()])
    for (const result of results) if (result.status === 'rejected') throw result.reason
    return stored
  }

  /** Nothing is under way any more: what was guessed wrongly breaks off at its next bytes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#guesses = []
    this.#stopped = true
    await Promise.all(this.#running)
  }

  #startGuesses(): void {
    while (this.#running.size < GUESSES_MAX) {
      const next = this.#guesses.pop()
      if (next === undefined) return
      const running = this.#fetchGuess(next).catch(() => undefined) // asked for again, and reported, when it is needed
      this.#running.add(running)
      void running.finally(() => {
        this.#running.delete(running)
        this.#startGuesses()
      })
    }
  }

  async #fetchGuess(candidate: Candidate): Promise<void> {
    const { store, network } = this.#options
    const { client } = await network.open()
    const { integrity } = candidate.dist
    const what = `${candidate.name}@${candidate.version}`
    await store.put({ integrity, what, tarball: this.#whileWanted(integrity, client.tarball(candidate)) })
    if (integrity !== undefined) this.#fetched.add(integrity)
  }

  async *#whileWanted(
    integrity: Integrity | undefined,
    tarball: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of tarball) {
      const isWanted = !this.#stopped && this.#needed?.has(integrity) !== false
      if (!isWanted) throw new Error('it is not needed after all')
      yield chunk
    }
  }
}

/** Downloads one package and puts it into the store, which checks its integrity. */
export async function fetchPackage(
  wanted: ResolvedPackage,
  options: Pick<DownloadsOptions, 'context' | 'root' | 'store' | 'network'>,
): Promise<StoredPackage> {
  const what = `${wanted.name}@${wanted.version}`
  return options.store.put({ integrity: wanted.integrity, what, tarball: await openTarball(wanted, options) })
}

async function openTarball(
  wanted: ResolvedPackage,
  { context, root, network }: Pick<DownloadsOptions, 'context' | 'root' | 'network'>,
): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  const what = `${wanted.name}@${wanted.version}`
  if (wanted.source.kind === 'file') {
    const bytes = await readBytes(resolve(root, wanted.source.path), wanted.source.path)
    if (bytes === undefined) throw userError('PATH_NOT_FOUND', `there is no ${wanted.source.path}, which is ${what}`)
    return bytes
  }
  const { client, offline } = await network.open()
  if (wanted.source.kind === 'git') return gitTarball(wanted.source, { context, offline })
  const url = wanted.source.kind === 'tarball' ? wanted.source.url : wanted.tarball
  return client.tarball({ name: wanted.name, version: wanted.version, ...(url === undefined ? {} : { url }) })
}

/**
 * Tarballs: local ones and kept ones are blobs; others come from the upstream once however many ask, and reach all of them while they arrive.
 *
 * Why nobody gets bytes that were not promised: the last {@link HELD_BACK} bytes are held until the whole is verified. When it does not verify,
 * nothing is kept and every reader's stream fails, so that no client can take what it has for complete; a tarball smaller than that fails
 * before its first byte.
 */
import { createHash } from 'node:crypto'
import { asIntegrity, integrityAlgorithm } from '@alkahest/core'
import type { Integrity, PackageName, Version } from '@alkahest/core'
import type { BlobStorage, BlobWriter, ByteRange } from '../ports/blob-storage.ts'
import type { PackageIndex, TarballRecord, UpstreamIndex } from '../ports/package-index.ts'
import { Refusal } from '../refusal.ts'
import type { VersionFacts } from './derive-packument.ts'
import type { Names, UpstreamRule } from './names.ts'
import type { UpstreamClient } from './upstream-client.ts'
import type { UpstreamPackuments } from './upstream-packuments.ts'

const HELD_BACK = 64 * 1024
const READ_SIZE = 256 * 1024

export type ServedTarball = {
  readonly source: 'local' | 'cache' | 'upstream'
  /** Names the content, so it is its ETag; undefined while the upstream's bytes still arrive. */
  readonly integrity: Integrity | undefined
  /** In bytes; undefined when the upstream does not say. */
  readonly size: number | undefined
  readonly restricted: boolean
  open(range?: ByteRange): Promise<AsyncIterable<Uint8Array>>
}

export type TarballsOptions = {
  readonly index: PackageIndex & UpstreamIndex
  readonly blobs: BlobStorage
  readonly names: Names
  readonly packuments: UpstreamPackuments
  readonly client: UpstreamClient
}

export class Tarballs {
  readonly #options: TarballsOptions
  readonly #arrivals = new Map<string, Arrival>()
  readonly #receipts = new Set<Promise<void>>()

  constructor(options: TarballsOptions) {
    this.#options = options
  }

  /** Undefined when nobody has it. */
  async get(name: PackageName, version: Version): Promise<ServedTarball | undefined> {
    const { index, names } = this.#options
    const standing = await names.standing(name)
    if (standing.kind === 'local') {
      const record = await index.tarball(name, version)
      return record === undefined ? undefined : this.#stored(record, 'local', standing.head.access === 'restricted')
    }
    if (standing.kind !== 'upstream') return undefined
    const kept = await index.upstreamTarball(name, version)
    await this.#options.packuments.checkTarball(name, version, standing.upstream)
    if (kept !== undefined) return this.#stored(kept, 'cache', false)
    return this.#arriving(name, version, standing.upstream)
  }

  /** Resolves when nothing arrives any more: a tarball is kept also when all who asked for it went away. */
  async settled(): Promise<void> {
    while (this.#receipts.size > 0) await Promise.allSettled(this.#receipts)
  }

  #stored(record: TarballRecord, source: 'local' | 'cache', restricted: boolean): ServedTarball {
    const open = async (range?: ByteRange): Promise<AsyncIterable<Uint8Array>> => {
      const stream = await this.#options.blobs.read(record.integrity, range)
      if (stream === undefined) throw new Error(`the blob ${record.integrity} of a tarball is missing`)
      return stream
    }
    return { source, integrity: record.integrity, size: record.size, restricted, open }
  }

  async #arriving(name: PackageName, version: Version, rule: UpstreamRule): Promise<ServedTarball | undefined> {
    const packument = await this.#options.packuments.get(name, rule)
    const facts =
      packument === undefined ? undefined : (await this.#options.packuments.facts(packument)).versions[version]
    if (facts === undefined) return undefined
    const key = `${name}@${version}`
    let arrival = this.#arrivals.get(key)
    if (arrival === undefined) {
      arrival = new Arrival(key)
      this.#arrivals.set(key, arrival)
      const receipt = this.#receive({ name, version, rule, facts, arrival })
      this.#receipts.add(receipt)
      void receipt.finally(() => {
        this.#arrivals.delete(key)
        this.#receipts.delete(receipt)
      })
    }
    const { size } = await arrival.begun()
    const current = arrival
    return {
      source: 'upstream',
      integrity: undefined,
      size,
      restricted: false,
      open: async (range) => current.read(range),
    }
  }

  /** Brings one tarball from the upstream to its blob; every failure goes to the arrival's readers. */
  async #receive(receipt: Receipt): Promise<void> {
    const { name, version, rule, facts, arrival } = receipt
    let writer: BlobWriter | undefined
    try {
      const response = await this.#options.client.tarball(rule, facts.tarball, `${name}@${version}`)
      writer = await this.#options.blobs.write()
      arrival.begin(writer, lengthOf(response.headers['content-length']))
      const check = new PromiseCheck(facts)
      for await (const chunk of response.body) {
        check.update(chunk)
        await writer.append(chunk)
        arrival.advance(chunk.length)
      }
      check.finish(`${name}@${version}`)
      const blob = await writer.commit()
      await this.#options.index.putUpstreamTarball(name, version, blob)
      arrival.complete(this.#options.blobs, blob)
    } catch (cause) {
      arrival.fail(cause)
      await writer?.abort()
    }
  }
}

type Receipt = {
  readonly name: PackageName
  readonly version: Version
  readonly rule: UpstreamRule
  readonly facts: VersionFacts
  readonly arrival: Arrival
}

function lengthOf(header: string | undefined): number | undefined {
  const length = Number(header)
  return header === undefined || !Number.isSafeInteger(length) ? undefined : length
}

/** Hashes what arrives by the strongest promise that the packument made. */
class PromiseCheck {
  readonly #wanted: string
  readonly #hash
  readonly #digestOf: (hash: ReturnType<typeof createHash>) => string

  constructor(facts: VersionFacts) {
    const integrity = asIntegrity(facts.integrity)
    if (integrity !== undefined) {
      const algorithm = integrityAlgorithm(integrity)
      this.#hash = createHash(algorithm)
      this.#wanted = integrity
      this.#digestOf = (hash) => `${algorithm}-${hash.digest('base64')}`
    } else {
      this.#hash = createHash('sha1')
      this.#wanted = facts.shasum ?? ''
      this.#digestOf = (hash) => hash.digest('hex')
    }
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
  }

  finish(what: string): void {
    const found = this.#digestOf(this.#hash)
    if (found === this.#wanted) return
    throw new Refusal(
      502,
      `the upstream sent other bytes for ${what} than it promised: wanted ${this.#wanted || 'no hash at all'}, found ${found}`,
    )
  }
}

/** A tarball under way: one writer, any number of readers, each at its own pace. */
class Arrival {
  readonly #what: string
  #writer: BlobWriter | undefined
  #size: number | undefined
  #written = 0
  #blob: { readonly blobs: BlobStorage; readonly integrity: Integrity } | undefined
  #failure: { readonly cause: unknown } | undefined
  /** Resolved and replaced at every step, so that readers wait without polling. */
  #step = Promise.withResolvers<void>()

  constructor(what: string) {
    this.#what = what
  }

  begin(writer: BlobWriter, size: number | undefined): void {
    this.#writer = writer
    this.#size = size
    this.#wake()
  }

  advance(length: number): void {
    this.#written += length
    this.#wake()
  }

  complete(blobs: BlobStorage, blob: { readonly integrity: Integrity; readonly size: number }): void {
    this.#blob = { blobs, integrity: blob.integrity }
    this.#size = blob.size
    this.#wake()
  }

  fail(cause: unknown): void {
    this.#failure = { cause }
    this.#wake()
  }

  /** Resolves when the first bytes may be sent; rejects when it failed before that. */
  async begun(): Promise<{ readonly size: number | undefined }> {
    while (this.#failure === undefined && this.#blob === undefined && this.#written <= HELD_BACK)
      await this.#step.promise
    if (this.#failure !== undefined) throw this.#failure.cause
    return { size: this.#size }
  }

  async *read(range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
    let position = range?.start ?? 0
    const end = range === undefined ? Infinity : range.end + 1
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.cause
      if (this.#blob !== undefined) {
        yield* await this.#rest(position, end)
        return
      }
      const ready = Math.min(this.#written - HELD_BACK, end)
      if (position < ready && this.#writer !== undefined) {
        const chunk = await this.#readBack(position, Math.min(ready, position + READ_SIZE))
        // Committed or failed meanwhile: the next turn sees which.
        if (chunk === undefined) continue
        position += chunk.length
        yield chunk
      } else {
        await this.#step.promise
      }
      if (position >= end) return
    }
  }

  async #readBack(start: number, end: number): Promise<Uint8Array | undefined> {
    try {
      return await this.#writer?.readBack(start, end)
    } catch (cause) {
      // The writer's file closes when the blob is committed or given up, a moment before that is known here.
      if (!this.#isEnded()) await this.#step.promise
      if (this.#isEnded()) return undefined
      throw cause
    }
  }

  #isEnded(): boolean {
    return this.#blob !== undefined || this.#failure !== undefined
  }

  async #rest(start: number, end: number): Promise<AsyncIterable<Uint8Array>> {
    const blob = this.#blob
    const last = Math.min(end, this.#size ?? 0) - 1
    if (blob === undefined || start > last) return emptyStream()
    const stream = await blob.blobs.read(blob.integrity, { start, end: last })
    if (stream === undefined) throw new Error(`the blob of ${this.#what} is missing`)
    return stream
  }

  #wake(): void {
    const before = this.#step
    this.#step = Promise.withResolvers<void>()
    before.resolve()
  }
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {
  // Nothing is left.
}

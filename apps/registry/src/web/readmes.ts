/**
 * The README of a version: the document has that of `latest`; that of any other is read out of its tarball when someone looks, once, and within
 * limits, since anyone may look.
 */
import { UserError } from '@alkahest/core'
import type { Version } from '@alkahest/core'
import { readTarball } from '@alkahest/protocol'
import { Refusal } from '../refusal.ts'
import type { PackageOverview } from '../services/package-overviews.ts'
import { BodyCache } from '../services/sized-cache.ts'
import { SingleFlight } from '../services/single-flight.ts'
import type { Tarballs } from '../services/tarballs.ts'
import type { ReadmeView } from './package-view.ts'
import type { ReadmeRenderer } from './readme-renderer.ts'

/** Packed, in bytes: what is read to show a text. */
const TARBALL_SIZE_MAX = 32 * 1024 * 1024

/** Unpacked, in bytes. */
const UNPACKED_SIZE_MAX = 256 * 1024 * 1024

/** Tarballs that are read at once. */
const READS_MAX = 3

/** Texts kept, in bytes. */
const CACHE_SIZE_MAX = 8 * 1024 * 1024

export type ReadmesOptions = { readonly tarballs: Tarballs; readonly renderer: ReadmeRenderer }

export class Readmes {
  readonly #options: ReadmesOptions
  /** By name and version: what was published under them never changes. Empty: there is none. */
  readonly #texts = new BodyCache(CACHE_SIZE_MAX)
  readonly #flights = new SingleFlight<string>()
  #reading = 0

  constructor(options: ReadmesOptions) {
    this.#options = options
  }

  get(overview: PackageOverview, version: Version): Promise<ReadmeView> {
    return this.show(() => this.#textOf(overview, version))
  }

  /** Whatever can be read, from wherever it is; what cannot is told. */
  async show(read: () => Promise<string>): Promise<ReadmeView> {
    try {
      const text = await read()
      return text.trim() === '' ? { kind: 'none' } : { kind: 'shown', html: await this.#options.renderer.render(text) }
    } catch (cause) {
      if (cause instanceof Refusal || cause instanceof UserError) return { kind: 'unavailable', reason: cause.message }
      throw cause
    }
  }

  async #textOf(overview: PackageOverview, version: Version): Promise<string> {
    if (overview.readme !== undefined && overview.distTags.latest === version) return overview.readme
    const key = `${overview.name}@${version}`
    const known = this.#texts.get(key)
    if (known !== undefined) return known.toString('utf8')
    return this.#flights.run(key, async () => {
      const text = await this.#read(overview, version)
      this.#texts.set(key, Buffer.from(text))
      return text
    })
  }

  async #read(overview: PackageOverview, version: Version): Promise<string> {
    if (this.#reading >= READS_MAX) throw new Refusal(503, 'too many are asked for at once; try again')
    this.#reading++
    try {
      const place = `${overview.name}@${version}`
      const tarball = await this.#options.tarballs.get(overview.name, version)
      if (tarball === undefined) throw new Refusal(404, `${place} has no tarball`)
      if ((tarball.size ?? 0) > TARBALL_SIZE_MAX) throw tooLarge()
      const limits = { unpackedSizeMax: UNPACKED_SIZE_MAX }
      const { readme } = await readTarball(limited(await tarball.open()), { place, limits })
      return readme?.text ?? ''
    } finally {
      this.#reading--
    }
  }
}

async function* limited(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > TARBALL_SIZE_MAX) throw tooLarge()
    yield chunk
  }
}

function tooLarge(): Refusal {
  return new Refusal(413, 'its tarball is too large to be read for it')
}

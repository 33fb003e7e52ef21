/**
 * What a release's tarball says: metadata and README. Read when someone looks, once, a few at a time, since anyone may look and a tarball unpacks to
 * a hundred megabytes.
 */
import type { BlobStorage } from '../../ports/blob-storage.ts'
import { readAll } from '../../ports/blob-storage.ts'
import type { HexBlob } from '../../ports/hex-index.ts'
import { Refusal } from '../../refusal.ts'
import { SizedCache } from '../../services/sized-cache.ts'
import { SingleFlight } from '../../services/single-flight.ts'
import { HexFormatError } from '../formats/format-error.ts'
import type { HexMetadata } from '../formats/hex-metadata.ts'
import { HEX_TARBALL_SIZE_MAX, readHexTarball } from '../formats/hex-tarball.ts'

/** Tarballs that are read at once: each is unpacked in memory. */
const READS_MAX = 3

/** In bytes of README; beside it an entry is some hundreds. */
const CACHE_SIZE_MAX = 8 * 1024 * 1024
const CACHE_COUNT_MAX = 2000

export type HexContents = {
  readonly metadata: HexMetadata
  /** Empty when there is none. */
  readonly readme: string
  /** Of the packed tarball and of what is in it, in bytes. */
  readonly size: number
  readonly unpackedSize: number
  readonly fileCount: number
}

export class HexContentsReader {
  readonly #blobs: BlobStorage
  readonly #known = new SizedCache<HexContents>({
    sizeMax: CACHE_SIZE_MAX,
    sizeOf: ({ readme }) => readme.length,
    countMax: CACHE_COUNT_MAX,
  })
  readonly #flights = new SingleFlight<HexContents>()
  #reading = 0

  constructor(blobs: BlobStorage) {
    this.#blobs = blobs
  }

  /** Throws a {@link Refusal} when it cannot be read now, or at all. */
  async read(blob: HexBlob, place: string): Promise<HexContents> {
    const known = this.#known.get(blob.integrity)
    if (known !== undefined) return known
    return this.#flights.run(blob.integrity, async () => {
      if (blob.size > HEX_TARBALL_SIZE_MAX) throw new Refusal(413, `the tarball of ${place} is too large to be read`)
      if (this.#reading >= READS_MAX) throw new Refusal(503, 'too many are asked for at once; try again')
      this.#reading++
      try {
        const contents = await this.#unpack(blob, place)
        this.#known.set(blob.integrity, contents)
        return contents
      } finally {
        this.#reading--
      }
    })
  }

  async #unpack(blob: HexBlob, place: string): Promise<HexContents> {
    const bytes = await readAll(this.#blobs, blob.integrity)
    if (bytes === undefined) throw new Error(`the blob ${blob.integrity} of ${place} is missing`)
    const { metadata, contents } = await readHexTarball(bytes, `the tarball of ${place}`).catch((cause: unknown) => {
      // Ours were read when they were published; the upstream's are kept for what they are.
      throw cause instanceof HexFormatError ? new Refusal(502, cause.message) : cause
    })
    const { readme, unpackedSize, fileCount } = contents
    return { metadata, readme: readme?.text ?? '', size: blob.size, unpackedSize, fileCount }
  }
}

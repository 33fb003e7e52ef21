/** Whether everything that the index knows is there and is what it should be: every blob against its name, every row against its blob. */
import { createHash } from 'node:crypto'
import type { Integrity } from '@alkahest/core'
import type { BlobStorage } from '../ports/blob-storage.ts'
import type { PackageIndex } from '../ports/package-index.ts'

export type VerificationReport = {
  /** Blobs that were read. */
  readonly blobs: number
  readonly references: number
  /** What is wrong with published packages: data were lost. */
  readonly broken: readonly string[]
  /** What is wrong with copies of the upstream's: they are fetched again when they are gone (`gc` removes them). */
  readonly brokenCopies: readonly string[]
  /** Blobs that nothing refers to: what interrupted publishes leave, and old documents. */
  readonly unreferenced: readonly Integrity[]
}

export async function verify(
  index: Pick<PackageIndex, 'blobReferences'>,
  blobs: BlobStorage,
): Promise<VerificationReport> {
  const broken: string[] = []
  const brokenCopies: string[] = []
  const wrong = new Set<Integrity>()
  const sizes = new Map<Integrity, number>()
  for await (const blob of blobs.list()) {
    sizes.set(blob.integrity, blob.size)
    if ((await hashOf(blobs, blob.integrity)) !== blob.integrity) wrong.add(blob.integrity)
  }
  const unreferenced = new Set(sizes.keys())
  let references = 0
  for await (const reference of index.blobReferences()) {
    references++
    unreferenced.delete(reference.integrity)
    const list = reference.kind === 'published' ? broken : brokenCopies
    const size = sizes.get(reference.integrity)
    if (size === undefined) list.push(`${reference.by}: its blob ${reference.integrity} is missing`)
    else if (wrong.has(reference.integrity))
      list.push(`${reference.by}: its blob ${reference.integrity} has other content`)
    else if (size !== reference.size) list.push(`${reference.by}: its blob has ${size} bytes, not ${reference.size}`)
  }
  return { blobs: sizes.size, references, broken, brokenCopies, unreferenced: [...unreferenced] }
}

async function hashOf(blobs: BlobStorage, integrity: Integrity): Promise<string> {
  const hash = createHash('sha512')
  for await (const chunk of (await blobs.read(integrity)) ?? []) hash.update(chunk)
  return `sha512-${hash.digest('base64')}`
}

/** The laws of `BlobStorage`, for every implementation (src/ports/blob-storage.ts numbers them). */
import { createHash } from 'node:crypto'
import type { Integrity } from '@alkahest/core'
import { expect, test } from 'vitest'
import { putBytes, readAll } from '../src/ports/blob-storage.ts'
import type { BlobStorage } from '../src/ports/blob-storage.ts'

const bytes = Buffer.from('some bytes')
const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}` as Integrity

/** @param open the same storage again, as after a restart, or an empty one for a new name */
export function blobConformance(open: (name: string) => Promise<BlobStorage>): void {
  test('law 1: named by its hash, whole and in part', async () => {
    const blobs = await open('named')
    expect(await putBytes(blobs, bytes)).toEqual({
      integrity,
      shasum: createHash('sha1').update(bytes).digest('hex'),
      size: 10,
    })
    expect(await readAll(blobs, integrity)).toEqual(bytes)
    expect(Buffer.concat(await collect((await blobs.read(integrity, { start: 5, end: 6 }))!))).toEqual(
      Buffer.from('by'),
    )
    expect(await blobs.size(integrity)).toBe(10)
  })

  test('what was never put is not there', async () => {
    const blobs = await open('absent')
    expect([await blobs.size(integrity), await blobs.read(integrity)]).toEqual([undefined, undefined])
    await blobs.remove(integrity)
  })

  test('laws 2 and 5: what is being written is read back by its writer and seen by nobody else', async () => {
    const blobs = await open('written')
    const writer = await blobs.write()
    await writer.append(bytes.subarray(0, 4))
    await writer.append(bytes.subarray(4))
    expect(Buffer.from(await writer.readBack(2, 6))).toEqual(bytes.subarray(2, 6))
    expect([await blobs.size(integrity), await collect(blobs.list())]).toEqual([undefined, []])
    await writer.abort()
    await writer.abort()
    expect(await collect((await open('written')).list())).toEqual([])
  })

  test('law 3: the same bytes at once are one blob', async () => {
    const blobs = await open('same')
    await Promise.all(Array.from({ length: 8 }, () => putBytes(blobs, bytes)))
    expect((await collect(blobs.list())).map((blob) => [blob.integrity, blob.size])).toEqual([[integrity, 10]])
  })

  test('law 4: a reader that has begun reads to the end', async () => {
    const blobs = await open('removed')
    const large = Buffer.alloc(1024 * 1024, 'x')
    const stored = await putBytes(blobs, large)
    const reader = (await blobs.read(stored.integrity))![Symbol.asyncIterator]()
    const first = await reader.next()
    await blobs.remove(stored.integrity)
    let size = (first.value as Buffer).length
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) size += next.value.length
    expect(size).toBe(large.length)
    expect(await blobs.size(stored.integrity)).toBeUndefined()
  })

  test('an empty blob is a blob', async () => {
    const blobs = await open('empty')
    const { integrity: empty, size } = await putBytes(blobs, Buffer.alloc(0))
    expect([size, await readAll(blobs, empty)]).toEqual([0, Buffer.alloc(0)])
  })
}

/** All that an iterable gives. */
async function collect<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of source) items.push(item)
  return items
}

import { randomBytes } from 'node:crypto'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodePart, encode, recode } from '../../src/services/coding.ts'

/** Random letters do not compress to nothing: one document goes whole, the other in pieces. */
const documents = [
  ['small', Buffer.from('{"name":"a"}')],
  ['large', Buffer.from(randomBytes(300_000).toString('base64'))],
] as const

test.each(documents)('a %s document comes out of its stored form as it went in, in every coding', async (_, body) => {
  const stored = await encode(body, 'zstd')
  expect(await recode(stored, 'zstd')).toBe(stored)
  expect(zstdDecompressSync(stored).equals(body)).toBe(true)
  expect((await recode(stored, 'identity')).equals(body)).toBe(true)
  expect(gunzipSync(await recode(stored, 'gzip')).equals(body)).toBe(true)
  expect(brotliDecompressSync(await recode(stored, 'br')).equals(body)).toBe(true)
})

test.each(documents)('parts of a %s document are those of the whole', async (_, body) => {
  const stored = await encode(body, 'zstd')
  const middle = Math.floor(body.length / 2)
  for (const [start, end] of [
    [0, 5],
    [middle, middle + 7],
    [3, body.length],
    [0, 0],
  ] as const)
    expect((await decodePart(stored, start, end)).equals(body.subarray(start, end))).toBe(true)
})

test('a stored form that is damaged is an error, not an end', async () => {
  const stored = await encode(documents[1][1], 'zstd')
  await expect(recode(stored.subarray(0, stored.length - 1000), 'gzip')).rejects.toThrow(/unexpected end/i)
  await expect(decodePart(Buffer.from(stored).fill(1, 40_000), 0, 300_000)).rejects.toThrow('Src size is incorrect')
})

import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decompress } from '../src/decompress.ts'

const what = 'a@1.0.0'

async function collect(archive: ReturnType<typeof decompress>): Promise<Buffer> {
  if (archive instanceof Uint8Array) return Buffer.from(archive)
  const chunks: Uint8Array[] = []
  for await (const chunk of archive) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('a small archive comes in one piece', () => {
  expect(decompress(gzipSync('small'), { what })).toStrictEqual(Buffer.from('small'))
})

test('what is not compressed comes as it is', () => {
  const bytes = Buffer.from('plain')
  expect(decompress(bytes, { what })).toBe(bytes)
})

test('a trailer that claims too little or too much changes nothing', async () => {
  const content = Buffer.alloc(1_000_000, 'x')
  const parts = Buffer.concat([gzipSync(content), gzipSync(Buffer.from('y'))])
  expect((await collect(decompress(parts, { what }))).length).toBe(1_000_001)
})

test('an archive that never ends is given up at the limit', async () => {
  const zeros = gzipSync(Buffer.alloc(10 * 1024 * 1024))
  const bomb = Buffer.concat(Array.from({ length: 20 }, () => zeros))
  await expect(collect(decompress(bomb, { what, sizeMax: 100 * 1024 * 1024 }))).rejects.toMatchObject({
    code: 'TARBALL_INVALID',
    message: 'a@1.0.0 is not a package: it unpacks to over 104857600 bytes',
  })
})

test('a compression inside the compression is refused', () => {
  expect(() => decompress(gzipSync(gzipSync('x')), { what })).toThrow(
    'a@1.0.0 is not a package: it is compressed twice',
  )
})

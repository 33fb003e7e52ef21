/** The quick way must give what node-tar gives, which is what a stream gets: whatever the archive, the same contents or the same error. */
import { describe, expect, test } from 'vitest'
import { readTarball } from '../src/index.ts'
import { readPlainArchive } from '../src/plain-archive.ts'
import { inPieces, manifestEntry, rawTarball } from './tarballs.ts'
import type { RawEntry } from './tarballs.ts'

const place = 'a@1.0.0'

async function outcomeOf(source: Uint8Array | AsyncIterable<Uint8Array>): Promise<unknown> {
  const files: [string, string][] = []
  const [outcome] = await Promise.allSettled([
    readTarball(source, {
      place,
      onFile: ({ path }, content) => files.push([path, Buffer.from(content).toString('latin1')]),
    }),
  ])
  return outcome.status === 'fulfilled' ? [files, outcome.value] : (outcome.reason as Error).message
}

async function expectSame(archive: Buffer, what: string): Promise<void> {
  expect(await outcomeOf(archive), what).toStrictEqual(await outcomeOf(inPieces(archive, archive.length)))
}

const ordinary: readonly RawEntry[] = [
  manifestEntry,
  { path: 'package/lib/', type: 'Directory' },
  { path: 'package/lib/x.js', content: 'x'.repeat(700), mode: 0o755 },
  { path: `package/${'long/'.repeat(22)}name.js`, content: 'in the prefix' },
  { path: 'package/empty' },
]

test('ordinary archives are read without node-tar', () => {
  const entries = readPlainArchive(rawTarball(ordinary, { gzip: false }))
  expect(entries?.map(({ type, path, size, mode }) => [type, path, size, mode])).toStrictEqual([
    ['File', 'package/package.json', 30, 0o644],
    ['Directory', 'package/lib/', 0, 0o644],
    ['File', 'package/lib/x.js', 700, 0o755],
    ['File', `package/${'long/'.repeat(22)}name.js`, 13, 0o644],
    ['File', 'package/empty', 0, 0o644],
  ])
})

describe('what is unusual is left to node-tar', () => {
  const plain = rawTarball(ordinary, { gzip: false })
  const changed = (change: (archive: Buffer) => void): Buffer => {
    const archive = Buffer.from(plain)
    change(archive)
    return archive
  }
  test.each<[string, Buffer]>([
    ['a link', rawTarball([...ordinary, { path: 'package/l', type: 'SymbolicLink', link: 'empty' }], { gzip: false })],
    ['an extended header', rawTarball([...ordinary, { path: `package/${'x'.repeat(300)}` }], { gzip: false })],
    ['a backslash', rawTarball([...ordinary, { path: 'package\\..\\evil' }], { gzip: false })],
    ['a wrong checksum', changed((archive) => archive.writeUInt8(0x41, 10))],
    ['something behind the end of a name', changed((archive) => archive.writeUInt8(0x41, 90))],
    ['a checksum without an end', changed((archive) => archive.write('00010000', 148))],
    ['no end', plain.subarray(0, -1024)],
    ['half an end', plain.subarray(0, -512)],
    ['a cut file', plain.subarray(0, 700)],
    ['one empty block between', Buffer.concat([plain.subarray(0, -1024), Buffer.alloc(512), plain])],
    ['bytes behind the last block', Buffer.concat([plain, Buffer.from('tail')])],
    ['nothing', Buffer.alloc(1024)],
  ])('%s', async (what, archive) => {
    expect(readPlainArchive(archive)).toBeUndefined()
    await expectSame(archive, what)
  })
})

test('whichever byte of a header is another, with a checksum that is right again or not', async () => {
  const plain = rawTarball([manifestEntry, { path: 'package/b', content: 'two' }], { gzip: false })
  // Everywhere in the numbers, here and there in the texts.
  for (let at = 0; at < 512; at += at >= 100 && at < 160 ? 1 : 5) {
    for (const byte of [0x00, 0x20, 0x2f, 0x35, 0x5c, 0x80]) {
      const archive = Buffer.from(plain)
      archive[1024 + at] = byte
      if (byte !== 0x20) setChecksum(archive, 1024)
      await expectSame(archive, `byte ${at} is ${byte}`)
    }
  }
})

function setChecksum(archive: Buffer, at: number): void {
  archive.fill(' ', at + 148, at + 156)
  const sum = archive.subarray(at, at + 512).reduce((total, byte) => total + byte, 0)
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
}

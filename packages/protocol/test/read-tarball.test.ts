import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { packTarball, readTarball } from '../src/index.ts'
import { inPieces, manifestEntry, rawTarball } from './tarballs.ts'
import type { RawEntry } from './tarballs.ts'

const place = 'a@1.0.0'

async function reportOf(entry: RawEntry) {
  return (await readTarball(rawTarball([manifestEntry, entry]), { place })).report
}

test('it reads manifest, files, sizes and README', async () => {
  const packed = packTarball([
    { path: 'package.json', content: Buffer.from('{"name":"a","version":"1.0.0"}') },
    { path: 'bin/run', content: Buffer.from('#!/bin/sh\n'), executable: true },
    { path: 'README.md', content: Buffer.from('# a') },
  ])
  const contents = await readTarball(packed.bytes, { place })
  expect(contents.manifest).toEqual({ name: 'a', version: '1.0.0' })
  expect(contents.readme).toEqual({ path: 'README.md', text: '# a' })
  expect(contents).toMatchObject({
    fileCount: 3,
    unpackedSize: 43,
    hasShrinkwrap: false,
    hasBindingGyp: false,
    gzip: true,
  })
  expect(contents.report).toEqual({
    included: [
      { path: 'README.md', size: 3, executable: false },
      { path: 'bin/run', size: 10, executable: true },
      { path: 'package.json', size: 30, executable: false },
    ],
    omitted: [],
    invalid: [],
  })
})

test('a stream gives what the bytes give, in pieces of every size', async () => {
  const bytes = rawTarball([manifestEntry, { path: 'package/b', content: Buffer.alloc(300_000, 'b') }])
  const whole = await readTarball(bytes, { place })
  for (const size of [1, 511, 4096]) expect(await readTarball(inPieces(bytes, size), { place })).toEqual(whole)
})

test('every file is handed on with its content', async () => {
  const files: [string, string][] = []
  await readTarball(rawTarball([manifestEntry, { path: 'package/b', content: 'two' }, { path: 'package/empty' }]), {
    place,
    onFile: (file, content) => files.push([file.path, Buffer.from(content).toString()]),
  })
  expect(files).toEqual([
    ['package.json', '{"name":"a","version":"1.0.0"}'],
    ['b', 'two'],
    ['empty', ''],
  ])
})

describe('oddities of real packages are accepted', () => {
  test.each<[string, RawEntry[]]>([
    ['a root folder of another name', [{ path: 'a-1.0.0/package.json', content: '{"name":"a"}' }]],
    ['a folder entry', [manifestEntry, { path: 'package/lib/', type: 'Directory' }]],
    ['a path over 100 bytes', [manifestEntry, { path: `package/${'x'.repeat(150)}/${'y'.repeat(150)}` }]],
    ['the same file twice', [manifestEntry, { path: 'package/b', content: '1' }, { path: 'package/b', content: '2' }]],
    ['the same package.json twice', [manifestEntry, manifestEntry]],
    ['a leading ./', [{ path: './package/package.json', content: '{"name":"a"}' }]],
    ['a set-user-id bit', [manifestEntry, { path: 'package/b', mode: 0o4755 }]],
  ])('%s', async (_what, entries) => {
    const { report } = await readTarball(rawTarball(entries), { place })
    expect(report.invalid).toEqual([])
  })

  test('an archive that is not compressed', async () => {
    const contents = await readTarball(rawTarball([manifestEntry], { gzip: false }), { place })
    expect(contents).toMatchObject({ gzip: false, fileCount: 1 })
  })

  test('links inside the package and files beside its folder are passed over', async () => {
    expect((await reportOf({ path: 'package/b', type: 'SymbolicLink', link: 'package.json' })).omitted).toEqual([
      { path: 'package/b', reason: 'it is a link' },
    ])
    expect((await reportOf({ path: 'top.txt', content: 'x' })).omitted).toEqual([
      { path: 'top.txt', reason: 'it lies beside the root folder' },
    ])
  })
})

describe('hostile entries stand in the report', () => {
  test.each<[RawEntry, string]>([
    [{ path: 'package/../../etc/passwd' }, 'its path leaves the package'],
    [{ path: 'package/..\\..\\evil' }, 'its path leaves the package'],
    [{ path: '/etc/passwd' }, 'its path is absolute'],
    [{ path: 'C:\\evil' }, 'its path is absolute'],
    [{ path: 'package/C:evil' }, 'its path names a drive'],
    [{ path: 'package/a\nb' }, 'its path holds a control character'],
    [{ path: `package/${'x'.repeat(1100)}` }, 'its path is over 1024 characters'],
    [{ path: 'package/b', type: 'CharacterDevice' }, 'it is a CharacterDevice'],
    [{ path: 'package/b', type: 'FIFO' }, 'it is a FIFO'],
    [
      { path: 'package/b', type: 'SymbolicLink', link: '/etc/passwd' },
      'it is a link that leaves the package (/etc/passwd)',
    ],
    [{ path: 'package/b', type: 'SymbolicLink', link: '../../x' }, 'it is a link that leaves the package (../../x)'],
    [{ path: 'package/b', type: 'Link', link: '../x' }, 'it is a link that leaves the package (../x)'],
    [{ path: 'package/package.json', content: '{"name":"other"}' }, 'it occurs twice, with different contents'],
  ])('%j', async (entry, reason) => {
    expect((await reportOf(entry)).invalid.map((rejected) => rejected.reason)).toEqual([reason])
  })
})

describe('what is no package is refused as a whole', () => {
  const bytes = rawTarball([manifestEntry, { path: 'package/b', content: Buffer.alloc(2000, 'b') }])
  test.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.alloc(0), 'the archive is damaged (Unrecognized archive format)'],
    ['garbage', Buffer.from('garbage'), 'the archive is damaged (Unrecognized archive format)'],
    ['compressed garbage', gzipSync(Buffer.alloc(2048, 'x')), 'the archive is damaged (Unrecognized archive format)'],
    ['half of it', bytes.subarray(0, bytes.length / 2), 'its compression is damaged (Z_BUF_ERROR)'],
    ['compressed twice', gzipSync(bytes), 'it is compressed twice'],
    ['no package.json', rawTarball([{ path: 'package/b', content: 'x' }]), 'it holds no package.json'],
    [
      'a package.json that is a list',
      rawTarball([{ path: 'p/package.json', content: '[]' }]),
      'its package.json does not hold a JSON object',
    ],
  ])('%s', async (_what, source, reason) => {
    await expect(readTarball(source, { place })).rejects.toThrow(`a@1.0.0 is not a package: ${reason}`)
  })

  test('a package.json that is no JSON, with the place of the mistake', async () => {
    const source = rawTarball([{ path: 'package/package.json', content: '{"name":\n' }])
    await expect(readTarball(source, { place })).rejects.toThrow(
      'a@1.0.0 is not a package: its package.json cannot be read (',
    )
  })
})

describe('limits', () => {
  test('entries, unpacked bytes and the manifest have one each', async () => {
    const many = rawTarball([manifestEntry, { path: 'package/b' }, { path: 'package/c' }])
    await expect(readTarball(many, { place, limits: { entryCountMax: 2 } })).rejects.toThrow('it holds over 2 entries')
    const large = rawTarball([manifestEntry, { path: 'package/b', content: Buffer.alloc(5000) }])
    await expect(readTarball(large, { place, limits: { unpackedSizeMax: 4000 } })).rejects.toThrow(
      'it unpacks to over 4000 bytes',
    )
    const wide = rawTarball([{ path: 'package/package.json', content: `{"name":"${'a'.repeat(200)}"}` }])
    await expect(readTarball(wide, { place, limits: { manifestSizeMax: 100 } })).rejects.toThrow(
      'its package.json is over 100 bytes',
    )
  })

  test('a tail without end behind the archive is not read', async () => {
    const archive = gunzipSync(rawTarball([manifestEntry]))
    let read = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield archive
      for (; read < 1000; read++) yield Buffer.alloc(1024 * 1024)
    }
    expect((await readTarball(endless(), { place })).fileCount).toBe(1)
    expect(read).toBeLessThan(10)
  })

  test('a bomb is refused before it is unpacked', async () => {
    const bomb = rawTarball([manifestEntry, { path: 'package/zeros', content: Buffer.alloc(64 * 1024 * 1024) }])
    expect(bomb.length).toBeLessThan(100_000)
    await expect(readTarball(bomb, { place, limits: { unpackedSizeMax: 1024 * 1024 } })).rejects.toThrow(
      'it unpacks to over 1048576 bytes',
    )
  })
})

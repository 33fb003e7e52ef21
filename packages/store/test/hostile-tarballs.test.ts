/** One row per trick: what a tarball tries, and what it gets. Nothing may ever be written outside the store's own folders. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openStore, storedName } from '@alkahest/store'
import type { StoredPackage } from '@alkahest/store'
import { archiveOf, manifestEntry, tarballOf, temporaryFolder, treeOf } from './support.ts'
import type { Entry } from './support.ts'

const evil = { content: 'evil' }

/** GNU's header before a file whose name does not fit into its own. */
function gnuLongName(name: string): Entry {
  return { path: '././@LongLink', type: 'NextFileHasLongPath', content: `${name}\0` }
}

type Outcome = { readonly stored: StoredPackage | undefined; readonly error: Error | undefined }

/** Puts the tarball into a store inside a folder with a guard file, and looks what became of the folder. */
async function tryToPut(tarball: Uint8Array): Promise<Outcome> {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'guard'), 'untouched')
  mkdirSync(join(folder, 'store'))
  const directory = join(folder, 'store', 'v2')
  await using store = openStore({ directory, concurrency: 0 })
  const [outcome] = await Promise.allSettled([store.put({ integrity: undefined, what: 'a@1.0.0', tarball })])
  const stored = outcome.status === 'fulfilled' ? outcome.value : undefined
  expect(readdirSync(folder).sort()).toStrictEqual(['guard', 'store'])
  expect(treeOf(folder).guard).toBe('644 untouched')
  expect(readdirSync(join(folder, 'store'))).toStrictEqual(['v2'])
  expect(readdirSync(join(directory, 'temporary'))).toStrictEqual([])
  expect(readdirSync(join(directory, 'packages')).length).toBe(stored === undefined ? 0 : 1)
  const found = stored === undefined ? {} : treeOf(stored.directory)
  const files = Object.entries(found).filter(([name]) => name !== ';index')
  expect(files.map(([name]) => name)).toStrictEqual(stored?.files.map((file) => storedName(file.path)).sort() ?? [])
  for (const [, text] of files) expect(text).toMatch(/^(644|755) /)
  return { stored, error: outcome.status === 'rejected' ? outcome.reason : undefined }
}

describe('refused', () => {
  const refused: readonly (readonly [trick: string, entries: readonly Entry[], reason: RegExp])[] = [
    ['climbing out', [{ path: 'package/../../evil', ...evil }], /leaves the package/],
    ['climbing out without a root folder', [{ path: '../evil', ...evil }], /leaves the package/],
    ['climbing out in the middle', [{ path: 'package/x/../../../evil', ...evil }], /leaves the package/],
    ['climbing out with backslashes', [{ path: 'package\\..\\..\\evil', ...evil }], /leaves the package/],
    ['climbing out with mixed slashes', [{ path: 'package/..\\../evil', ...evil }], /leaves the package/],
    ['climbing out as a folder', [{ path: 'package/../../evil/', type: 'Directory' }], /leaves the package/],
    ['an absolute path', [{ path: '/evil/file', ...evil }], /absolute/],
    ['an absolute path with two slashes', [{ path: '//evil/file', ...evil }], /absolute/],
    ['a drive', [{ path: 'C:/evil', ...evil }], /absolute|drive/],
    ['a drive with a backslash', [{ path: 'C:\\evil', ...evil }], /absolute|drive/],
    ['a drive inside', [{ path: 'package/C:/evil', ...evil }], /drive/],
    ['a drive-relative path inside', [{ path: 'package/c:evil', ...evil }], /drive/],
    ['a share', [{ path: '\\\\host\\share\\evil', ...evil }], /absolute/],
    [
      'climbing out by a PAX path',
      [{ path: 'package/x', pax: { path: 'package/../../evil' }, ...evil }],
      /leaves the package/,
    ],
    ["climbing out by GNU's long name", [gnuLongName('package/../../evil'), { path: 'package/x', ...evil }], /leaves/],
    [
      "a symbolic link out by GNU's long link",
      [
        { path: '././@LongLink', type: 'NextFileHasLongLinkpath', content: '../../evil\0' },
        { path: 'package/l', type: 'SymbolicLink', linkpath: 'package.json' },
      ],
      /leaves the package/,
    ],
    ['an absolute PAX path', [{ path: 'package/x', pax: { path: '/evil/file' }, ...evil }], /absolute/],
    ['a line feed in a name', [{ path: 'package/a\nb', ...evil }], /control character/],
    ['an escape sequence in a name', [{ path: 'package/\u001B[2Jb', ...evil }], /control character/],
    [
      'a symbolic link out',
      [{ path: 'package/l', type: 'SymbolicLink', linkpath: '../../evil' }],
      /leaves the package/,
    ],
    [
      'an absolute symbolic link',
      [{ path: 'package/l', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
      /leaves the package/,
    ],
    ['a hard link out', [{ path: 'package/l', type: 'Link', linkpath: '../../etc/passwd' }], /leaves the package/],
    ["one of GNU's sparse files", [{ path: 'package/x', type: 'SparseFile', ...evil }], /SparseFile/],
    ['a header for a whole volume', [{ path: 'package/x', type: 'TapeVolumeHeader' }], /TapeVolumeHeader/],
    [
      'a PAX header beyond measure, behind which a name would hide',
      [{ path: 'package/x', pax: { path: '../evil', comment: 'x'.repeat(2 * 1024 * 1024) }, ...evil }],
      /ExtendedHeader/,
    ],
    ['a character device', [{ path: 'package/null', type: 'CharacterDevice' }], /CharacterDevice/],
    ['a block device', [{ path: 'package/sda', type: 'BlockDevice' }], /BlockDevice/],
    ['a pipe', [{ path: 'package/pipe', type: 'FIFO' }], /FIFO/],
    [
      'a file that is also a folder',
      [
        { path: 'package/x', ...evil },
        { path: 'package/x/y', ...evil },
      ],
      /file and a folder/,
    ],
    [
      'a folder that is also a file',
      [
        { path: 'package/x/y', ...evil },
        { path: 'package/x', ...evil },
      ],
      /file and a folder/,
    ],
    [
      'two different package.json',
      [{ path: 'package/package.json', content: '{"name":"b","version":"9.9.9"}' }],
      /twice/,
    ],
    [
      'a path of 2000 characters',
      [{ path: 'package/x', pax: { path: `package/${'x'.repeat(2000)}` }, ...evil }],
      /characters/,
    ],
  ]
  test.each(refused)('%s', async (_, entries, reason) => {
    const { error } = await tryToPut(tarballOf(...entries))
    expect(error).toMatchObject({ name: 'UserError', code: 'TARBALL_INVALID' })
    expect(error?.message).toMatch(/^a@1\.0\.0 is /)
    expect(error?.message).toMatch(reason)
  })

  const damaged: readonly (readonly [trick: string, tarball: () => Uint8Array])[] = [
    ['nothing', () => new Uint8Array()],
    ['a page of HTML', () => Buffer.from('<!doctype html><title>502</title>'.padEnd(2048))],
    ['a gzip without an archive', () => gzipSync(Buffer.from('nothing'))],
    ['an archive without package.json', () => gzipSync(archiveOf([{ path: 'package/x.js', content: 'x' }]))],
    ['a package.json that is no JSON', () => gzipSync(archiveOf([{ path: 'package/package.json', content: '{' }]))],
    ['a package.json that is a list', () => gzipSync(archiveOf([{ path: 'package/package.json', content: '[]' }]))],
    ['a gzip cut in the middle', () => tarballOf({ path: 'package/x', content: random(5000) }).subarray(0, 3000)],
    ['a gzip cut in its trailer', () => tarballOf({ path: 'package/x', content: random(5000) }).subarray(0, -5)],
    ['a gzip with a wrong checksum', () => withByte(tarballOf({ path: 'package/x', content: random(5000) }), -6)],
    [
      'an archive cut inside a file',
      () => gzipSync(archiveOf([manifestEntry, { path: 'package/x', content: random(5000) }]).subarray(0, 3000)),
    ],
    [
      'a header with a wrong checksum',
      () => gzipSync(withByte(archiveOf([manifestEntry, { path: 'package/x', ...evil }]), 1024 + 5)),
    ],
    ['other bytes after the compressed data', () => Buffer.concat([tarballOf(), Buffer.from('trailing')])],
    ['a compression inside the compression', () => gzipSync(tarballOf({ path: 'package/x', ...evil }))],
    [
      'a size beyond the archive',
      () => gzipSync(archiveOf([manifestEntry, { path: 'package/x', size: 10_000_000, ...evil }])),
    ],
    ['a size by PAX beyond the archive', () => tarballOf({ path: 'package/x', pax: { size: '10000000' }, ...evil })],
    ['a negative size', () => tarballOf({ path: 'package/x', size: -512, ...evil })],
  ]
  test.each(damaged)('%s', async (_, tarball) => {
    const { error } = await tryToPut(tarball())
    expect(error).toMatchObject({ name: 'UserError', code: 'TARBALL_INVALID' })
  })

  test('a bomb by ratio, without writing it', async () => {
    const { error } = await tryToPut(gzipSync(bombOf(3 * 1024)))
    expect(error).toMatchObject({
      code: 'TARBALL_INVALID',
      message: expect.stringContaining('unpacks to over 2147483648 bytes'),
    })
  })

  test('a bomb by count', async () => {
    const header = archiveOf([{ path: 'package/folder/', type: 'Directory' }]).subarray(0, 512)
    const many = Buffer.alloc(200_001 * 512)
    for (let offset = 0; offset < many.length; offset += 512) header.copy(many, offset)
    const { error } = await tryToPut(gzipSync(Buffer.concat([many, archiveOf([manifestEntry])]), { level: 1 }))
    expect(error).toMatchObject({ code: 'TARBALL_INVALID', message: expect.stringContaining('over 200000 entries') })
  })
})

describe('installed, as every client does', () => {
  type Installed = { readonly paths: readonly string[]; readonly omitted?: readonly string[] }
  const installed: readonly (readonly [oddity: string, entries: readonly Entry[], result: Installed])[] = [
    ['another root folder', [{ path: 'a-1.0.0/x.js' }], { paths: ['package.json', 'x.js'] }],
    [
      'no trailing slash on folders',
      [{ path: 'package/lib', type: 'Directory' }, { path: 'package/lib/x.js' }],
      { paths: ['lib/x.js', 'package.json'] },
    ],
    [
      'folders that nobody may enter',
      [{ path: 'package/lib/', type: 'Directory', mode: 0o666 }, { path: 'package/lib/x.js' }],
      { paths: ['lib/x.js', 'package.json'] },
    ],
    ['files that nobody may read', [{ path: 'package/x.js', mode: 0 }], { paths: ['package.json', 'x.js'] }],
    ['setuid, setgid and sticky', [{ path: 'package/x.sh', mode: 0o7755 }], { paths: ['package.json', 'x.sh'] }],
    ['files for everybody to write', [{ path: 'package/x.js', mode: 0o666 }], { paths: ['package.json', 'x.js'] }],
    [
      'a link inside, which is passed over',
      [{ path: 'package/l', type: 'SymbolicLink', linkpath: 'package.json' }],
      { paths: ['package.json'], omitted: ['package/l'] },
    ],
    [
      'a hard link inside, which is passed over',
      [{ path: 'package/l', type: 'Link', linkpath: 'package/package.json' }],
      { paths: ['package.json'], omitted: ['package/l'] },
    ],
    [
      'a link and a file below its name',
      [{ path: 'package/l', type: 'SymbolicLink', linkpath: 'lib' }, { path: 'package/l/x.js' }],
      { paths: ['l/x.js', 'package.json'], omitted: ['package/l'] },
    ],
    ['entries beside the root folder', [{ path: 'x.js' }], { paths: ['package.json'], omitted: ['x.js'] }],
    ['a leading ./', [{ path: './package/x.js' }], { paths: ['package.json', 'x.js'] }],
    ['double slashes', [{ path: 'package//lib///x.js' }], { paths: ['lib/x.js', 'package.json'] }],
    ['dots in the middle', [{ path: 'package/./lib/./x.js' }], { paths: ['lib/x.js', 'package.json'] }],
    [
      'a long path by PAX',
      [{ path: 'package/x', pax: { path: `package/${'deep/'.repeat(40)}x.js` } }],
      { paths: [`${'deep/'.repeat(40)}x.js`, 'package.json'] },
    ],
    [
      "a long path by GNU's long name",
      [gnuLongName(`package/${'deep/'.repeat(40)}x.js`), { path: 'package/x' }],
      { paths: [`${'deep/'.repeat(40)}x.js`, 'package.json'] },
    ],
    [
      'a global PAX header, as git writes it',
      [
        { path: 'pax_global_header', type: 'GlobalExtendedHeader', content: '19 comment=0123456\n' },
        { path: 'package/x.js' },
      ],
      { paths: ['package.json', 'x.js'] },
    ],
    [
      'files of old kinds',
      [
        { path: 'package/old.js', type: 'OldFile' },
        { path: 'package/row.js', type: 'ContiguousFile' },
      ],
      { paths: ['old.js', 'package.json', 'row.js'] },
    ],
    [
      'a name that ends at its NUL, as for every client',
      [{ path: 'package/x', pax: { path: 'package/a\0b' } }],
      { paths: ['a', 'package.json'] },
    ],
    [
      'names that differ in case',
      [{ path: 'package/X.js' }, { path: 'package/x.js' }],
      { paths: ['X.js', 'package.json', 'x.js'] },
    ],
    ['letters beyond ASCII', [{ path: 'package/ünïcødé.js' }], { paths: ['package.json', 'ünïcødé.js'] }],
    ['a name of dots', [{ path: 'package/...' }], { paths: ['...', 'package.json'] }],
    ['an empty file', [{ path: 'package/empty', content: '' }], { paths: ['empty', 'package.json'] }],
    [
      'a node_modules of its own',
      [{ path: 'package/node_modules/b/index.js' }],
      { paths: ['node_modules/b/index.js', 'package.json'] },
    ],
  ]
  test.each(installed)('%s', async (_, entries, { paths, omitted = [] }) => {
    const { stored, error } = await tryToPut(tarballOf(...entries))
    expect(error).toBeUndefined()
    expect(stored?.files.map((file) => file.path)).toStrictEqual(paths)
    expect(stored?.omitted).toStrictEqual(omitted)
  })

  test('a path that occurs twice: the last one counts', async () => {
    const first = { path: 'package/x.js', content: '#!/usr/bin/env node\r\n', mode: 0o755 }
    const { stored } = await tryToPut(tarballOf(first, { path: 'package/x.js', content: 'last' }))
    expect(stored?.files).toContainEqual({ path: 'x.js', size: 4, executable: false })
  })

  test('zeros after the compressed data', async () => {
    const { stored } = await tryToPut(Buffer.concat([tarballOf(), Buffer.alloc(4096)]))
    expect(stored?.name).toBe('a')
  })

  test('compressed data in two pieces', async () => {
    const archive = archiveOf([manifestEntry, { path: 'package/x.js', content: 'x' }])
    const { stored } = await tryToPut(
      Buffer.concat([gzipSync(archive.subarray(0, 700)), gzipSync(archive.subarray(700))]),
    )
    expect(stored?.files.map((file) => file.path)).toStrictEqual(['package.json', 'x.js'])
  })

  test('an archive that is not compressed', async () => {
    const { stored } = await tryToPut(archiveOf([manifestEntry]))
    expect(stored?.name).toBe('a')
  })

  test('an archive without its end', async () => {
    const { stored } = await tryToPut(gzipSync(archiveOf([manifestEntry]).subarray(0, 1024)))
    expect(stored?.name).toBe('a')
  })

  test('a trailer that lies about the size', async () => {
    const tarball = tarballOf({ path: 'package/x.js', content: 'x'.repeat(100_000) })
    const lying = Buffer.concat([tarball, gzipSync(Buffer.alloc(0))])
    const { stored } = await tryToPut(lying)
    expect(stored?.files).toContainEqual({ path: 'x.js', size: 100_000, executable: false })
  })

  test('more than is unpacked in one piece', async () => {
    const { stored } = await tryToPut(
      gzipSync(Buffer.concat([archiveOf([manifestEntry]).subarray(0, 1024), bombOf(70)]), { level: 1 }),
    )
    expect(stored?.files.map(({ size }) => size)).toStrictEqual([70 * 1024 * 1024, 30])
  })
})

test('a command whose first line ends in CRLF is noted', async () => {
  const { stored } = await tryToPut(
    gzipSync(
      archiveOf([
        { path: 'package/package.json', content: '{"name":"a","version":"1.0.0","bin":{"a":"a.js","b":"b.js"}}' },
        { path: 'package/a.js', content: '#!/usr/bin/env node\r\nx\r\n' },
        { path: 'package/b.js', content: '#!/usr/bin/env node\nx\r\n' },
        { path: 'package/c.js', content: '#!/usr/bin/env node\r\n' },
      ]),
    ),
  )
  expect(stored?.crlfBins).toStrictEqual(['a.js'])
  expect(stored?.files.filter((file) => file.executable).map((file) => file.path)).toStrictEqual(['a.js', 'b.js'])
})

/** One file of so many mebibytes of zeros, with its header and no end. */
function bombOf(mebibytes: number): Buffer {
  const size = mebibytes * 1024 * 1024
  const header = archiveOf([{ path: 'package/bomb', size }]).subarray(0, 512)
  return Buffer.concat([header, Buffer.alloc(Math.min(size, 70 * 1024 * 1024))])
}

function random(size: number): Buffer {
  let state = 1
  return Buffer.from(Array.from({ length: size }, () => (state = (state * 48_271) % 2_147_483_647) & 255))
}

function withByte(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  const position = at < 0 ? copy.length + at : at
  copy[position] = (copy[position] ?? 0) ^ 0xff
  return copy
}

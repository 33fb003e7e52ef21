import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { writeArchive } from '../src/archive.ts'
import { textFile } from '../src/release-file.ts'
import type { ReleaseFile } from '../src/release-file.ts'
import { run } from './world.ts'

async function temporary(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'alkahest-archive-'))
  return { folder, [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }) }
}

const OPTIONS = { sourceDateEpoch: 1_700_000_000, cacheFolder: undefined }

test('the system tar reads it: sorted by bytes, one time, owner 0, fixed modes', async () => {
  await using world = await temporary()
  const tree = new Map<string, ReleaseFile>([
    ['b/run', textFile('#!/bin/sh\n', true)],
    ['a', textFile('a')],
    ['b/link', { kind: 'link', target: '../a' }],
    ['Z', textFile('')],
    ['é', textFile('umlaut')],
  ])
  const file = join(world.folder, 'x.tar.gz')
  await writeArchive(tree, file, OPTIONS)
  const { stdout } = await run('tar', ['--utc', '--quoting-style=literal', '--numeric-owner', '-tvzf', file])
  expect(stdout.split('\n').map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    '-rw-r--r-- 0/0 0 2023-11-14 22:13 Z',
    '-rw-r--r-- 0/0 1 2023-11-14 22:13 a',
    'drwxr-xr-x 0/0 0 2023-11-14 22:13 b/',
    'lrwxrwxrwx 0/0 0 2023-11-14 22:13 b/link -> ../a',
    '-rwxr-xr-x 0/0 10 2023-11-14 22:13 b/run',
    '-rw-r--r-- 0/0 6 2023-11-14 22:13 é',
    '',
  ])
})

test('paths and links longer than ustar has room for', async () => {
  await using world = await temporary()
  const long = `${'folder-'.repeat(13)}/${'n'.repeat(120)}.js`
  const tree = new Map<string, ReleaseFile>([
    [long, textFile('long')],
    ['link', { kind: 'link', target: long }],
  ])
  const file = join(world.folder, 'x.tar.gz')
  await writeArchive(tree, file, OPTIONS)
  await run('tar', ['-xzf', file, '-C', world.folder])
  expect(await readFile(join(world.folder, 'link'), 'utf8')).toBe('long')
})

test('the same bytes whatever the times and modes on disk, with and without a cache', async () => {
  await using world = await temporary()
  const source = join(world.folder, 'large')
  await writeFile(source, Buffer.alloc(9 * 1024 * 1024, 'alkahest '))
  const tree = new Map<string, ReleaseFile>([
    ['app/x.js', textFile('x')],
    ['runtime/node', { kind: 'file', file: source, executable: true }],
    ['z', textFile('z')],
  ])
  const cacheFolder = join(world.folder, 'cache')
  const reports = []
  for (const [name, cache] of [
    ['1', undefined],
    ['2', cacheFolder],
    ['3', cacheFolder],
  ] as const) {
    await utimes(source, Number(name), Number(name))
    await chmod(source, 0o600 + Number(name))
    reports.push(await writeArchive(tree, join(world.folder, name), { ...OPTIONS, cacheFolder: cache }))
  }
  expect(new Set(reports.map((report) => JSON.stringify(report))).size).toBe(1)
  const bytes = await readFile(join(world.folder, '3'))
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(reports[0]?.sha256)
  expect(createHash('sha256').update(gunzipSync(bytes)).digest('hex')).toBe(reports[0]?.tarSha256)
  expect(bytes.subarray(0, 10)).toEqual(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]))
})

test('a damaged cache is not used', async () => {
  await using world = await temporary()
  const source = join(world.folder, 'large')
  await writeFile(source, Buffer.alloc(9 * 1024 * 1024, 'alkahest '))
  const tree = new Map<string, ReleaseFile>([['node', { kind: 'file', file: source, executable: true }]])
  const cacheFolder = join(world.folder, 'cache')
  const first = await writeArchive(tree, join(world.folder, '1'), { ...OPTIONS, cacheFolder })
  const [cached = ''] = await readdir(cacheFolder)
  await writeFile(join(cacheFolder, cached), 'damaged')
  expect(await writeArchive(tree, join(world.folder, '2'), { ...OPTIONS, cacheFolder })).toEqual(first)
})

import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { packTarball, readTarball } from '../src/index.ts'

const manifest = { path: 'package.json', content: Buffer.from('{"name":"a","version":"1.0.0"}') }

test('the same files give the same bytes, in whatever order they come', () => {
  const lib = { path: 'lib/b.js', content: Buffer.from('b') }
  const one = packTarball([manifest, lib])
  const two = packTarball([lib, manifest])
  expect(Buffer.from(one.bytes).equals(Buffer.from(two.bytes))).toBe(true)
  expect(one.integrity).toBe(two.integrity)
  expect(one.files.map((file) => file.path)).toEqual(['lib/b.js', 'package.json'])
})

test('no clock, no owner, no system is in it', () => {
  const { bytes } = packTarball([manifest])
  expect([...bytes.subarray(4, 10)]).toEqual([0, 0, 0, 0, 2, 255])
  const header = gunzipSync(bytes).subarray(0, 512).toString('latin1')
  // mode, owner, group: no owner is written at all
  expect(header.slice(100, 124).replaceAll('\0', ' ').trim()).toMatch(/^0*644$/)
  expect(Number.parseInt(header.slice(136, 147), 8)).toBe(Date.parse('1985-10-26T08:15:00Z') / 1000)
})

test('long paths and paths in other alphabets come back as they were', async () => {
  const files = [`${'d'.repeat(120)}/${'f'.repeat(120)}.js`, 'ünïcödé/文件.js'].map((path) => ({
    path,
    content: Buffer.from(path),
  }))
  const { report } = await readTarball(packTarball([manifest, ...files]).bytes, { place: 'a' })
  expect(report.included.map((file) => file.path).toSorted()).toEqual(
    ['package.json', ...files.map((file) => file.path)].toSorted(),
  )
})

test.each(['../a', '/a', 'a/../b', './a', 'a//b', '', 'C:/a'])('the path %j cannot be packed', (path) => {
  expect(() => packTarball([manifest, { path, content: Buffer.from('') }])).toThrow(
    `${JSON.stringify(path)} cannot be packed: it is not a path inside the package`,
  )
})

test('nothing is packed twice', () => {
  expect(() => packTarball([manifest, manifest])).toThrow('"package.json" cannot be packed twice')
})

test('without compression it is a gzip that everybody reads, of blocks of any number', async () => {
  const large = { path: 'large.bin', content: Buffer.alloc(200_000, 'stored ') }
  const { bytes } = packTarball([manifest, large], { isStored: true })
  expect(gunzipSync(bytes)).toEqual(gunzipSync(packTarball([manifest, large]).bytes))
})

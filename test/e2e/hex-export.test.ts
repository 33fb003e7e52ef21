/** The Hex repository as files, and the data that commands see. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { digestTree, startRegistry, tempTree } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { tar } from '../../apps/registry/test/hex/hex-tarballs.ts'
import { askHex, publishHex } from './hex-requests.ts'
import { run } from './registry-process.ts'

test('the exported files are the bytes that the registry serves', async () => {
  await using tree = await tempTree()
  await using registry = await startRegistry()
  await publishHex(registry, { name: 'bar', version: '1.0.0' })
  await publishHex(registry, { name: 'bar', version: '1.1.0' })
  await publishHex(registry, { name: 'foo', version: '1.0.0' })
  const docs = gzipSync(tar([{ path: 'index.html', content: 'hi' }]))
  await askHex(registry, 'api/packages/foo/releases/1.0.0/docs', { method: 'POST', key: registry.token, body: docs })
  const exported = await run(['export', '--hex', 'out', '--data', registry.data, '--json'], { cwd: tree.path })
  expect([exported.code, JSON.parse(exported.stdout)]).toEqual([
    0,
    { ok: true, packages: 2, versions: 3, folder: path.join(tree.path, 'out') },
  ])
  const files = [
    'names',
    'versions',
    'public_key',
    'packages/bar',
    'packages/foo',
    'tarballs/bar-1.0.0.tar',
    'tarballs/bar-1.1.0.tar',
    'tarballs/foo-1.0.0.tar',
    'docs/foo-1.0.0.tar.gz',
  ]
  for (const file of files) {
    const { bytes } = await askHex(registry, `repo/${file}`)
    expect([file, (await readFile(path.join(tree.path, 'out', file))).equals(bytes)]).toEqual([file, true])
  }
  const before = await digestTree(path.join(tree.path, 'out'))
  await run(['export', '--hex', 'out', '--data', registry.data], { cwd: tree.path })
  expect(await digestTree(path.join(tree.path, 'out'))).toEqual(before)
  const other = ['export', '--hex', 'other', '--hex-repository', 'acme', '--data', registry.data]
  expect((await run(other, { cwd: tree.path })).stderr).toMatch(
    'error USAGE nothing was ever published to the Hex repository acme',
  )
  expect((await run(['export', '--data', registry.data], { cwd: tree.path })).stderr).toBe(
    'error USAGE alk registry export needs --hex and the folder to write to\n',
  )
})

test('a backup restores Hex packages and their key', async () => {
  await using tree = await tempTree()
  await using registry = await startRegistry()
  await publishHex(registry, { name: 'bar', version: '1.0.0' })
  const { bytes } = await askHex(registry, 'repo/packages/bar')
  expect((await run(['backup', 'saved', '--data', registry.data], { cwd: tree.path })).code).toBe(0)
  expect((await run(['restore', 'saved', '--data', 'again'], { cwd: tree.path })).code).toBe(0)
  await run(['export', '--hex', 'out', '--data', 'again'], { cwd: tree.path })
  expect((await readFile(path.join(tree.path, 'out/packages/bar'))).equals(bytes)).toBe(true)
  const verified = JSON.parse((await run(['verify', '--data', 'again', '--json'], { cwd: tree.path })).stdout)
  expect(verified).toMatchObject({ ok: true, references: 1, broken: [] })
})

test('organizations are made, listed and joined', async () => {
  await using tree = await tempTree()
  await using registry = await startRegistry()
  const organization = (...args: readonly string[]) =>
    run(['organization', ...args, '--data', registry.data], { cwd: tree.path })
  expect((await organization('add', 'team')).code).toBe(0)
  expect((await organization('add', 'team')).stderr).toMatch('error USAGE there is an organization team already')
  expect((await organization('add', 'hexpm')).stderr).toMatch('error USAGE "hexpm" is no name for an organization')
  expect((await organization('member', 'team', 'tester', 'write')).code).toBe(0)
  expect((await organization('member', 'team', 'nobody', 'read')).stderr).toMatch('there is no account nobody')
  expect((await organization('member', 'others', 'tester', 'read')).stderr).toMatch('there is no organization others')
  expect((await organization('list')).stdout).toBe('team  tester (write)\n')
  expect((await organization('member', 'team', 'tester', 'none')).code).toBe(0)
  expect((await organization('list')).stdout).toBe('team  \n')
})

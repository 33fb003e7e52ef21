/** The key of the Hex repository, replaced as the guide says. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { tempTree } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { parseResource } from '../../apps/registry/src/hex/formats/signed-resource.ts'
import { askHex, publishHex, readRecord } from './hex-requests.ts'
import { serve } from './registry-process.ts'
import { login } from './registry-requests.ts'

const args = ['--data', 'data', '--upstream', 'none', '--access-log', 'none']

test('a new key signs everything anew; packages, checksums and locks stay as they are', async () => {
  await using tree = await tempTree()
  const read = async (url: string) => {
    const ask = (what: string, etag?: string) =>
      askHex({ url }, `repo/${what}`, etag === undefined ? {} : { headers: { 'if-none-match': etag } })
    const record = await ask('packages/kept')
    return {
      ask,
      pem: (await ask('public_key')).bytes.toString(),
      resource: record.bytes,
      etag: record.headers.get('etag') ?? '',
      record: await readRecord({ url }, 'repo/packages/kept'),
      tarball: (await ask('tarballs/kept-1.0.0.tar')).bytes,
    }
  }
  let before: Awaited<ReturnType<typeof read>>
  {
    await using registry = await serve(args, { cwd: tree.path })
    const { token } = (await login(registry.ready, { name: 'alice', password: 'secret' })).json
    await publishHex({ url: registry.ready.url, token }, { name: 'kept', version: '1.0.0' })
    before = await read(registry.ready.url)
    // What is signed twice with one key is the same.
    expect((await before.ask('packages/kept', before.etag)).status).toBe(304)
    await registry.end('SIGTERM')
  }
  const file = path.join(tree.path, 'data/hex-signing-key.pem')
  const oldKey = await readFile(file, 'utf8')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await writeFile(file, privateKey.export({ format: 'pem', type: 'pkcs1' }))
  await using registry = await serve(args, { cwd: tree.path })
  const after = await read(registry.ready.url)
  expect(after.pem).toBe(createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }))
  // A client that kept the old answer is told the new one, and believes it only with the new key.
  expect((await after.ask('packages/kept', before.etag)).status).toBe(200)
  expect((await after.ask('names')).bytes.length).toBeGreaterThan(0)
  expect(() => parseResource(after.resource, createPublicKey(before.pem), 'kept')).toThrow(
    "kept is not signed by the repository's key",
  )
  expect(after.record).toEqual(before.record)
  expect(after.tarball.equals(before.tarball)).toBe(true)
  await registry.end('SIGTERM')

  // And back: the bytes that were served first.
  await writeFile(file, oldKey)
  await using again = await serve(args, { cwd: tree.path })
  expect((await read(again.ready.url)).resource.equals(before.resource)).toBe(true)
})

import { spawnSync } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempTree } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { readSigningKey, writeKeyPair } from '../src/index.ts'
import { parseSigningKey, signFile } from '../src/minisign.ts'

test('a key that was made signs, for the owner alone, and its public half is trusted beside the others', async () => {
  await using tree = await tempTree({ 'rel/trusted_keys': 'RWold' })
  const file = tree.resolve('keys/release.key')
  const report = await writeKeyPair(file, tree.path)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(report.trustedKeys, 'utf8')).toBe(`RWold\n${report.public}\n`)
  const key = parseSigningKey(await readSigningKey(file), file)
  expect(Buffer.from(report.public, 'base64').subarray(2, 10)).toEqual(key.keyId)
})

const hasMinisign = spawnSync('minisign', ['-v'], { stdio: 'ignore' }).error === undefined

test.skipIf(!hasMinisign)('minisign accepts what it signs, and signs with it', async () => {
  await using tree = await tempTree({ 'file.tar.gz': 'bytes' })
  const secret = tree.resolve('release.key')
  const file = tree.resolve('file.tar.gz')
  const report = await writeKeyPair(secret, tree.path)
  const key = parseSigningKey(await readSigningKey(secret), secret)
  await writeFile(`${file}.minisig`, await signFile(key, file, 'alkahest release'))
  const verify = (): string =>
    spawnSync('minisign', ['-V', '-P', report.public, '-m', file], { encoding: 'utf8' }).stdout
  expect(verify()).toContain('Signature and comment signature verified')
  spawnSync('minisign', ['-S', '-W', '-s', secret, '-m', file, '-x', join(tree.path, 'theirs')])
  await writeFile(`${file}.minisig`, await readFile(join(tree.path, 'theirs')))
  expect(verify()).toContain('Signature and comment signature verified')
})

test('a key that is not there', async () => {
  await expect(readSigningKey('/nowhere/release.key')).rejects.toThrow(
    'the signing key /nowhere/release.key cannot be read (ENOENT)',
  )
})

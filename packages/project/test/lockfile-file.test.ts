import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockfileName, readLockfile, writeLockfile } from '../src/index.ts'
import { failure, folder } from './folder.ts'

test('no lockfile is undefined; what was written is read; the same again is not written', async () => {
  const root = await folder({ 'package.json': {} })
  expect(await readLockfile(root)).toBeUndefined()
  const lockfile = { resolution: { members: [], packages: [], peerConflicts: [] }, settings: {} }
  expect(await writeLockfile(root, lockfile as never)).toBe(true)
  expect(await writeLockfile(root, (await readLockfile(root))!)).toBe(false)
})

test('a bad lockfile is an error, never an empty one', async () => {
  const root = await folder({ [lockfileName]: 'nonsense\n' })
  expect(await failure(readLockfile(root))).toMatch(/^LOCKFILE_\w+: alkahest\.lock/)
  expect(await readFile(join(root, lockfileName), 'utf8')).toBe('nonsense\n')
  await writeFile(join(root, lockfileName), '')
  expect(await failure(readLockfile(root))).toMatch(/^LOCKFILE_/)
})

import { spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockFile, tryLockFile } from '@alkahest/store'
import { temporaryFolder } from './support.ts'

test('exclusive excludes everybody, shared excludes exclusive', () => {
  const path = join(temporaryFolder(), 'lock')
  const shared = tryLockFile(path, 'shared')!
  const another = tryLockFile(path, 'shared')!
  expect(tryLockFile(path, 'exclusive')).toBeUndefined()
  shared.release()
  expect(tryLockFile(path, 'exclusive')).toBeUndefined()
  another.release()
  const exclusive = tryLockFile(path, 'exclusive')!
  expect(tryLockFile(path, 'shared')).toBeUndefined()
  expect(tryLockFile(path, 'exclusive')).toBeUndefined()
  exclusive.release()
  exclusive.release()
  expect(tryLockFile(path, 'shared')?.mode).toBe('shared')
})

test('the file stays empty and alone', () => {
  const folder = temporaryFolder()
  const lock = tryLockFile(join(folder, 'lock'), 'exclusive')!
  expect(readdirSync(folder)).toStrictEqual(['lock'])
  lock.release()
  expect(readdirSync(folder)).toStrictEqual(['lock'])
  expect(statSync(join(folder, 'lock')).size).toBe(0)
})

test('who waits is told once, and gets it when it is free', async () => {
  const path = join(temporaryFolder(), 'lock')
  const holder = tryLockFile(path, 'exclusive')!
  let told = 0
  const waiting = lockFile(path, {
    mode: 'exclusive',
    onWait: () => {
      told++
      setTimeout(() => holder.release(), 120)
    },
  })
  expect((await waiting).path).toBe(path)
  expect(told).toBe(1)
})

test('a killed holder holds nothing', async () => {
  const path = join(temporaryFolder(), 'lock')
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hold-lock.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  expect(tryLockFile(path, 'exclusive')).toBeUndefined()
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  expect(tryLockFile(path, 'exclusive')).toBeDefined()
})

test('a lock on a file that was removed meanwhile is not taken for one', () => {
  const path = join(temporaryFolder(), 'lock')
  const first = tryLockFile(path, 'exclusive')!
  rmSync(path)
  const second = tryLockFile(path, 'exclusive')!
  expect(existsSync(path)).toBe(true)
  expect(tryLockFile(path, 'exclusive')).toBeUndefined()
  first.release()
  expect(tryLockFile(path, 'exclusive')).toBeUndefined()
  second.release()
})

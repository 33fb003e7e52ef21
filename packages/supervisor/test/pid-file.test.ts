import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pidFile, readPidFile, takePidFile } from '../src/pid-file.ts'
import { identityOf } from '../src/process-identity.ts'
import { temporaryFolder } from './temporary.ts'

test('it is taken once, and free again afterwards', () => {
  using world = temporaryFolder()
  const file = pidFile(world.folder, 'shop')
  const { release, wasLeft } = takePidFile(file, '/run/shop.sock')
  expect(wasLeft).toBe(false)
  expect(readPidFile(file)).toEqual({ ...identityOf(process.pid), socket: '/run/shop.sock' })
  expect(() => takePidFile(file, '/run/shop.sock')).toThrow(
    `it is running already, as process ${process.pid} (${file})`,
  )
  release()
  expect(existsSync(file)).toBe(false)
  takePidFile(file, '').release()
  expect(readdirSync(world.folder)).toEqual([])
})

test('a file of a process that is gone, or whose number another one has now, is taken over', () => {
  using world = temporaryFolder()
  const file = pidFile(world.folder, 'shop')
  for (const stale of ['4194303\n1\n/x\n', `${process.pid}\n1\n/x\n`, 'nonsense']) {
    writeFileSync(file, stale)
    takePidFile(file, '').release()
  }
  expect(readdirSync(world.folder)).toEqual([])
})

test("a file that became someone else's is not removed", () => {
  using world = temporaryFolder()
  const file = pidFile(world.folder, 'shop')
  const { release } = takePidFile(file, '')
  writeFileSync(file, '1\n2\n/other\n')
  release()
  expect(readPidFile(file)).toEqual({ pid: 1, startTime: '2', socket: '/other' })
})

/**
 * A disk without room. The test makes a small file system of its own, which takes root on Linux; elsewhere it is skipped, and counted so.
 */
import { spawnSync } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { publishBodyOf, startRegistry, tempTree } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { askHex, publishHex, readRecord } from './hex-requests.ts'
import { run, serve } from './registry-process.ts'
import { ask, login } from './registry-requests.ts'

const SIZE = '6m'

/** Lays a fresh file system of that size over the folder; undefined where none may be made. */
function smallDisk(folder: string): Disposable | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder])
  if (mounted.status !== 0) return undefined
  return { [Symbol.dispose]: () => void spawnSync('umount', ['-l', folder]) }
}

/** Writes until there is no room for another byte; gives the failure that said so. */
async function fill(file: string): Promise<unknown> {
  const handle = await open(file, 'w')
  try {
    for (const size of [65_536, 4096]) await writeWhileThereIsRoom(handle, Buffer.alloc(size))
    return await writeWhileThereIsRoom(handle, Buffer.alloc(1))
  } finally {
    await handle.close()
  }
}

async function writeWhileThereIsRoom(handle: FileHandle, bytes: Buffer): Promise<unknown> {
  for (;;) {
    try {
      await handle.write(bytes)
    } catch (cause) {
      return cause
    }
  }
}

test('a full disk refuses what would be written, serves what is there, and goes on when there is room again', async ({
  skip,
}) => {
  await using origin = await startRegistry({ packages: 'up 1.0.0:\nother 1.0.0:' })
  await using tree = await tempTree({ 'disk/.keep': '' })
  const data = path.join(tree.path, 'disk')
  using disk = smallDisk(data)
  if (disk === undefined) return skip('a file system can be made by root on Linux only')
  await using registry = await serve(
    ['--data', data, '--upstream', origin.url, '--upstream-max-age', '0', '--claims', 'a'],
    { cwd: tree.path },
  )
  const { url } = registry.ready
  const { token } = (await login({ url }, { name: 'alice', password: 'secret' })).json
  const put = (version: string) => ask(`${url}a`, { method: 'PUT', token, body: publishBodyOf(`a ${version}:`, url) })
  expect((await put('1.0.0')).status).toBe(201)
  expect((await ask(`${url}up`)).status).toBe(200)
  const hex = (version: string) => publishHex({ url, token }, { name: 'on_hex', version })
  expect((await hex('1.0.0')).status).toBe(201)
  expect(await fill(path.join(data, 'ballast'))).toMatchObject({ code: 'ENOSPC' })

  const refused = await put('1.1.0')
  expect([refused.status, refused.json.error]).toEqual([
    507,
    "the registry's disk is full: nothing was kept of this request; what is there is served as before",
  ])
  expect(Object.keys((await ask(`${url}a`)).json.versions)).toEqual(['1.0.0'])
  expect((await ask(`${url}a/-/a-1.0.0.tgz`)).status).toBe(200)
  expect((await ask(`${url}up`)).status).toBe(200)
  expect((await ask(`${url}other`)).status).toBe(507)
  expect((await ask(`${url}-/whoami`, { token })).json).toEqual({ username: 'alice' })
  const refusedHex = await hex('1.1.0')
  expect([refusedHex.status, refusedHex.value.message]).toEqual([507, refused.json.error])
  expect(await readRecord({ url }, 'repo/packages/on_hex')).toMatchObject({ releases: [{ version: '1.0.0' }] })
  expect((await askHex({ url }, 'repo/tarballs/on_hex-1.0.0.tar')).status).toBe(200)

  await rm(path.join(data, 'ballast'))
  expect((await put('1.1.0')).status).toBe(201)
  expect((await hex('1.1.0')).status).toBe(201)
  expect((await ask(`${url}other`)).status).toBe(200)
  const { stderr } = await registry.end('SIGTERM')
  expect(stderr).not.toMatch(/^ +at /m)
  expect((await run(['verify', '--data', data], { cwd: tree.path })).code).toBe(0)
})

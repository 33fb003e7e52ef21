import { readdir, rm, truncate, utimes } from 'node:fs/promises'
import path from 'node:path'
import { expectErrorGolden, listTree, startRegistry, tempTree } from '@alkahest/test-support'
import { describe, expect, test } from 'vitest'
import { run, serve } from './registry-process.ts'
import { ask, publish } from './registry-requests.ts'

async function blobFiles(data: string): Promise<string[]> {
  const folder = path.join(data, 'blobs/sha512')
  const prefixes = await readdir(folder)
  const files = await Promise.all(
    prefixes.map(async (prefix) =>
      (await readdir(path.join(folder, prefix))).map((name) => path.join(folder, prefix, name)),
    ),
  )
  return files.flat()
}

describe('verify', () => {
  test('says that all is whole, and what is not', async () => {
    await using registry = await startRegistry({ packages: 'a 1.0.0:' })
    const verify = async () =>
      JSON.parse((await run(['verify', '--data', registry.data, '--json'], { cwd: registry.data })).stdout)
    expect(await verify()).toEqual({
      ok: true,
      blobs: 1,
      references: 1,
      broken: [],
      brokenCopies: [],
      unreferenced: [],
    })
    const [blob] = await blobFiles(registry.data)
    await truncate(blob!, 10)
    const damaged = await verify()
    expect([damaged.ok, damaged.broken[0].replace(/sha512-\S+/, '<blob>')]).toEqual([
      false,
      'a@1.0.0: its blob <blob> has other content',
    ])
    await rm(blob!)
    expect((await verify()).broken[0].replace(/sha512-\S+/, '<blob>')).toBe('a@1.0.0: its blob <blob> is missing')
    expect(await run(['verify', '--data', registry.data], { cwd: registry.data })).toMatchObject({ code: 1 })
  })
})

describe('gc', () => {
  test('removes what nothing refers to, and spares the young', async () => {
    await using registry = await startRegistry({ packages: 'a 1.0.0:\na 1.1.0:' })
    const { url, token, data } = registry
    const document = (await ask(`${url}a?write=true`)).json
    delete document.versions['1.0.0']
    await ask(`${url}a/-rev/${document._rev}`, { method: 'PUT', token, body: document })
    const gc = async (...args: string[]) =>
      JSON.parse((await run(['gc', '--data', data, '--json', ...args], { cwd: data })).stdout)
    expect(await gc()).toMatchObject({ removed: 0, kept: 2 })
    for (const file of await blobFiles(data)) await utimes(file, 0, 0)
    expect(await gc('--dry-run')).toMatchObject({ removed: 1, kept: 1 })
    expect(await gc()).toMatchObject({ removed: 1, kept: 1 })
    expect((await ask(`${url}a/-/a-1.1.0.tgz`)).status).toBe(200)
    expect(await blobFiles(data)).toHaveLength(1)
  })
})

describe('backup and restore', () => {
  test('what was there is there again, with the same key, and a second backup copies what is new', async () => {
    await using tree = await tempTree()
    await using upstream = await startRegistry({ packages: 'copied 1.0.0:' })
    const options = { cwd: tree.path }
    let tarball: Buffer
    let keys: unknown
    {
      await using registry = await startRegistry({ packages: 'a 1.0.0:', upstream: upstream.url })
      await ask(`${registry.url}copied/-/copied-1.0.0.tgz`)
      const backup = async () =>
        JSON.parse((await run(['backup', 'backup', '--data', registry.data, '--json'], options)).stdout)
      expect(await backup()).toMatchObject({ ok: true, copied: 1 })
      await publish(registry, 'b 1.0.0:')
      expect(await backup()).toMatchObject({ ok: true, copied: 1 })
      tarball = (await ask(`${registry.url}b/-/b-1.0.0.tgz`)).bytes
      keys = (await ask(`${registry.url}-/npm/v1/keys`)).json
    }
    expect(await run(['restore', 'backup', '--data', 'restored'], options)).toMatchObject({ code: 0 })
    await using restored = await serve(['--data', 'restored', '--upstream', 'none'], options)
    expect((await ask(`${restored.ready.url}b/-/b-1.0.0.tgz`)).bytes.equals(tarball)).toBe(true)
    expect((await ask(`${restored.ready.url}-/npm/v1/keys`)).json).toEqual(keys)
  })

  test('a backup that is taken while versions are published is one state', async () => {
    await using tree = await tempTree()
    await using registry = await startRegistry({ packages: 'a 1.0.0:' })
    const state = { stopped: false }
    const publishing = (async () => {
      for (let patch = 1; !state.stopped; patch++) await publish(registry, `a 1.0.${patch}:`)
    })()
    const backup = await run(['backup', 'backup', '--data', registry.data], { cwd: tree.path })
    state.stopped = true
    await publishing
    expect(backup).toMatchObject({ code: 0 })
    expect(await run(['verify', '--data', 'backup'], { cwd: tree.path })).toMatchObject({ code: 0 })
  })

  test('a damaged source is refused, and a folder that is in use', async () => {
    await using tree = await tempTree({ 'used/file': 'x' })
    await using registry = await startRegistry({ packages: 'a 1.0.0:' })
    const [blob] = await blobFiles(registry.data)
    await rm(blob!)
    const refused = await run(['backup', 'backup', '--data', registry.data], { cwd: tree.path })
    expect(refused).toMatchObject({ code: 1, stderr: 'error REGISTRY_DATA_INVALID the blob of a@1.0.0 is missing\n' })
    expect((await listTree(tree.resolve('backup'))).some((line) => line.endsWith('index.sqlite'))).toBe(false)
    const used = await run(['restore', registry.data, '--data', 'used'], { cwd: tree.path })
    expect(used.code).toBe(1)
    expectErrorGolden('REGISTRY_DATA_INVALID', used.stderr, { replace: { '<folder>': tree.path } })
  })
})

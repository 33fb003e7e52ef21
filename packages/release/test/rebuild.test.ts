import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeRelease, planRelease, relFiles, verifyRebuild } from '../src/index.ts'
import type { Release } from '../src/index.ts'
import { shop } from './shop.ts'
import { makeWorld, run, writeFiles } from './world.ts'

test('a release that is made again is the same; when a source changed, it says which entries differ', async () => {
  await using world = await makeWorld(shop())
  await world.release()
  const plan = planRelease(world.options)
  expect(await verifyRebuild(plan, world.host)).toMatchObject({ identical: true, differences: [] })
  await writeFiles(join(world.folder, 'project'), { 'dist/main.js': '// changed', 'dist/more.js': '' })
  expect(await verifyRebuild(plan, world.host)).toMatchObject({
    identical: false,
    differences: [
      { path: 'releases/1.2.0/app/dist/main.js', problem: 'other content' },
      { path: 'releases/1.2.0/app/dist/more.js', problem: 'only in the second' },
      { path: 'releases/1.2.0/files.json', problem: 'other content' },
    ],
  })
})

test("the project's own steps, overlays and rel files are in the tarball", async () => {
  const withNote = (release: Release): Release => {
    const file = { kind: 'bytes', bytes: Buffer.from('noted\n'), executable: false } as const
    return { ...release, tree: new Map([...release.tree, ['NOTE', file]]) }
  }
  const input = shop(undefined, {
    configuration: { shop: { overlays: ['rel/overlay'], steps: ['assemble', withNote, 'tar'] } },
  })
  const files = { ...input.files, 'rel/env.sh': 'export GREETING=hi\n', 'rel/overlay/share/x.txt': 'laid over\n' }
  await using world = await makeWorld({ ...input, files })
  expect(describeRelease(planRelease(world.options))).toMatchObject({
    steps: ['assemble', 'withNote', 'tar'],
    packages: ['greeting@1.0.0', 'word@1.0.0'],
  })
  const { tarball } = await world.release()
  const read = async (path: string): Promise<string> => (await run('tar', ['-xzOf', tarball, path])).stdout
  expect(await read('NOTE')).toBe('noted\n')
  expect(await read('share/x.txt')).toBe('laid over\n')
  expect(await read('releases/1.2.0/env.sh')).toBe('export GREETING=hi\n')
  expect(await read('releases/1.2.0/config.mjs')).toBe(relFiles()['config.mjs'])
})

test('a step that forgets to return the release', async () => {
  await using world = await makeWorld(
    shop(undefined, { configuration: { shop: { steps: ['assemble', () => {}, 'tar'] } } }),
  )
  await expect(world.release()).rejects.toThrow('A step of the release did not return the release')
})

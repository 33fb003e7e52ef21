/**
 * Whatever was installed before, in whichever layout, and wherever an install was interrupted: the tree depends on what is wanted alone. Worlds are
 * drawn by a generator with a fixed seed, so that a failure can be repeated.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fullDisk, onNthWrite } from '../../packages/linker/test/nth-write.ts'
import { projectAndStore } from '../../packages/linker/test/support.ts'
import { installWorld, planWorld, treeOf } from '../../packages/linker/test/worlds.ts'
import type { PackageWorld, World } from '../../packages/linker/test/worlds.ts'

/** Numbers from 0 to 1, the same for the same seed (Park and Miller, 1988). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const NAMES = ['a', 'b', 'c', '@s/d', '@s/e', '@t/f', 'g']
const MEMBERS = ['.', 'packages/one', 'packages/two']

function drawWorld(random: () => number): World {
  const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)] as Item
  const versions = [['1.0.0'], ['2.0.0'], ['1.0.0', '2.0.0']]
  const ids = NAMES.flatMap((name) => (random() < 0.7 ? pick(versions).map((version) => `${name}@${version}`) : []))
  const edges = (share: number): Record<string, string> =>
    Object.fromEntries(ids.filter(() => random() < share).map((id) => [id.slice(0, id.lastIndexOf('@')), id]))
  const drawPackage = (): PackageWorld => ({
    dependencies: edges(0.3),
    ...(random() < 0.4 ? { bin: { [pick(['run', 'go', 'a'])]: 'cli.js' } } : {}),
    ...(random() < 0.3 ? { files: { [`lib/${pick(['x', 'y'])}.js`]: pick(['1', '2']) } } : {}),
  })
  const members = MEMBERS.filter((path) => path === '.' || random() < 0.7)
  return {
    members: Object.fromEntries(members.map((path) => [path, edges(0.5)])),
    packages: Object.fromEntries(ids.map((id) => [id, drawPackage()])),
  }
}

test.each([1, 2, 3, 4, 5])('a chain of installs ends as a fresh one (seed %i)', async (seed) => {
  const random = randomFrom(seed)
  const options = projectAndStore()
  const fresh = join(options.root, '..', 'fresh')
  for (let step = 0; step < 12; step++) {
    const world = drawWorld(random)
    const layout = random() < 0.3 ? 'shared' : 'isolated'
    const early = layout === 'isolated' && random() < 0.5
    if (random() < 0.4) {
      await planWorld(world, { ...options, layout })
      const watch = onNthWrite(1 + Math.floor(random() * 60), fullDisk)
      await Promise.allSettled([installWorld(world, { ...options, layout, early })])
      watch.stop()
    }
    await installWorld(world, { ...options, layout, early })
    rmSync(fresh, { recursive: true, force: true })
    mkdirSync(fresh)
    await installWorld(world, { ...options, root: fresh, layout })
    for (const path of MEMBERS) mkdirSync(join(fresh, path), { recursive: true })
    for (const path of MEMBERS) mkdirSync(join(options.root, path), { recursive: true })
    expect(treeOf(options.root), `step ${step}`).toStrictEqual(treeOf(fresh))
  }
  expect((await options.store.verify()).damaged).toStrictEqual([])
})

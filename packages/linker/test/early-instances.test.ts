import { describe, expect, test } from 'vitest'
import { fromNthWrite, fullDisk, onNthWrite } from './nth-write.ts'
import { projectAndStore } from './support.ts'
import { installWorld, planWorld, treeOf } from './worlds.ts'
import type { InstallOptions, World } from './worlds.ts'

const before: World = {
  members: { '.': { a: 'a@1.0.0', '@s/b': '@s/b@1.0.0' } },
  packages: { 'a@1.0.0': { dependencies: { '@s/b': '@s/b@1.0.0' } }, '@s/b@1.0.0': { bin: { b: 'cli.js' } } },
}
const after: World = {
  members: { '.': { a: 'a@1.0.0', '@s/b': '@s/b@2.0.0', '@t/c': '@t/c@1.0.0' } },
  packages: { ...before.packages, '@s/b@2.0.0': { bin: { b: 'cli.js' } }, '@t/c@1.0.0': {} },
}

test('what was built before there was a plan is what the plan would have built', async () => {
  const [options, other] = [projectAndStore(), projectAndStore()]
  for (const world of [before, after]) {
    const report = await installWorld(world, { ...options, early: true })
    expect(report).toStrictEqual(await installWorld(world, other))
    expect(treeOf(options.root)).toStrictEqual(treeOf(other.root))
  }
})

test('nothing of it stays when the plan wants it otherwise', async () => {
  const [options, other] = [projectAndStore(), projectAndStore()]
  const world: World = { ...before, packages: { ...before.packages, 'a@1.0.0': { dependencies: {} } } }
  await installWorld(world, { ...options, early: true, own: ['@s/b'] })
  await installWorld(world, { ...other, own: ['@s/b'] })
  expect(treeOf(options.root)).toStrictEqual(treeOf(other.root))
})

describe('a failure at any write', () => {
  test.each([
    ['of a first install leaves nothing', { members: { '.': {} }, packages: {} }, before],
    ['of an update leaves everything as it was', before, after],
  ])('%s', async (_what, first, second) => {
    const options = projectAndStore()
    await installWorld(first, options)
    await planWorld(second, options)
    const whole = treeOf(options.root)
    let failures = 0
    for (let nth = 1; ; nth++) {
      const watch = onNthWrite(nth, fullDisk)
      const [outcome] = await Promise.allSettled([installWorld(second, { ...options, early: true })])
      watch.stop()
      if (outcome.status === 'fulfilled') break
      failures++
      expect(outcome.reason, `write ${nth}`).toMatchObject({ code: 'INSTALL_WRITE_FAILED' })
      expect(treeOf(options.root), `write ${nth}`).toStrictEqual(whole)
    }
    expect(failures).toBeGreaterThan(20)
  })
})

/** As if killed at that write: it and all that come after it do not happen, and nothing is taken back. */
async function interrupt(world: World, options: InstallOptions, nth: number): Promise<void> {
  const watch = fromNthWrite(nth, fullDisk)
  await Promise.allSettled([installWorld(world, options)])
  watch.stop()
}

test.each([true, false])('what two interrupted installs left is known to the third (early: %s)', async (early) => {
  const third: World = { members: { '.': { c: '@t/c@2.0.0' } }, packages: { '@t/c@2.0.0': {} } }
  const options = { ...projectAndStore(), early }
  const fresh = { ...projectAndStore(), early }
  await installWorld(before, fresh)
  await planWorld(after, options)
  await planWorld(third, options)
  for (let first = 3; first < 40; first += 18) {
    for (let second = 3; second < 20; second += 4) {
      await installWorld(before, options)
      await interrupt(after, options, first)
      await interrupt(third, options, second)
      await installWorld(before, options)
      expect(treeOf(options.root), `interrupted at ${first}, then at ${second}`).toStrictEqual(treeOf(fresh.root))
    }
  }
})

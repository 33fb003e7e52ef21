import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '@alkahest/store'
import type { Store, StoredPackage } from '@alkahest/store'
import { packageOf, temporaryFolder } from './support.ts'

async function putPackage(store: Store, version: string): Promise<StoredPackage> {
  const { bytes, integrity } = packageOf({ 'lib/x.js': 'x', 'run.sh': '#!/bin/sh' }, { version })
  return await store.put({ integrity, what: `a@${version}`, tarball: bytes })
}

test('verify finds every kind of damage, removes what is damaged, and the package can be put again', async () => {
  const store = openStore({ directory: temporaryFolder(), concurrency: 0 })
  const damages: readonly (readonly [string, (stored: StoredPackage) => void])[] = [
    ['lib/x.js was changed', ({ directory }) => writeFileSync(join(directory, 'lib;x.js'), 'y')],
    ['lib/x.js was changed', ({ directory }) => writeFileSync(join(directory, 'lib;x.js'), 'longer')],
    ['lib/x.js is missing', ({ directory }) => rmSync(join(directory, 'lib;x.js'))],
    ['it holds files that do not belong to it', ({ directory }) => mkdirSync(join(directory, 'lib'))],
    ['run.sh is not executable any more', ({ directory }) => chmodSync(join(directory, 'run.sh'), 0o644)],
    ['it holds files that do not belong to it', ({ directory }) => writeFileSync(join(directory, 'extra'), '')],
    ['its index cannot be read', ({ directory }) => writeFileSync(join(directory, ';index'), '')],
  ]
  for (const [position, [, damage]] of damages.entries()) damage(await putPackage(store, `1.0.${position}`))
  await putPackage(store, '2.0.0')
  const report = await store.verify()
  expect(report.checked).toBe(damages.length + 1)
  expect(report.damaged.map(({ reason }) => reason).sort()).toStrictEqual(damages.map(([reason]) => reason).sort())
  expect(report.damaged.filter(({ what }) => what === 'a@1.0.0')).toStrictEqual([
    { what: 'a@1.0.0', reason: 'lib/x.js was changed' },
  ])
  expect(store.size()).toStrictEqual({ packages: 1, files: 3, bytes: 40 })
  const again = await putPackage(store, '1.0.0')
  expect(store.get(again.integrity)).toStrictEqual(again)
  expect(await store.verify()).toStrictEqual({ checked: 2, damaged: [] })
  await store.close()
})

test('collect removes what is neither kept nor linked, and leftovers', async () => {
  const folder = temporaryFolder()
  const directory = join(folder, 'store')
  await using store = openStore({ directory, concurrency: 0 })
  const kept = await putPackage(store, '1.0.0')
  const used = await putPackage(store, '2.0.0')
  const unused = await putPackage(store, '3.0.0')
  linkSync(join(used.directory, 'lib;x.js'), join(folder, 'project-file'))
  mkdirSync(join(directory, 'temporary', 'leftover'))
  expect(await store.collect({ keep: new Set([kept.integrity]) })).toStrictEqual({
    kept: 2,
    removed: ['a@3.0.0'],
    instances: 0,
    bytes: 40,
  })
  expect(store.has(unused.integrity)).toBe(false)
  expect(store.has(kept.integrity)).toBe(true)
  expect(store.has(used.integrity)).toBe(true)
  expect(readdirSync(join(directory, 'temporary'))).toStrictEqual([])
})

test('collect waits for installs at work', async () => {
  const directory = temporaryFolder()
  const install = openStore({ directory, concurrency: 0 })
  const { integrity } = await putPackage(install, '1.0.0')
  await using upkeep = openStore({ directory })
  const order: string[] = []
  const collect = async (): Promise<void> => {
    await upkeep.collect({ keep: new Set() })
    order.push('collected')
  }
  const collecting = collect()
  await new Promise((resolve) => setTimeout(resolve, 150))
  order.push('install ended')
  await install.close()
  await collecting
  expect(order).toStrictEqual(['install ended', 'collected'])
  expect(upkeep.has(integrity)).toBe(false)
})

test('upkeep of a store that does not exist reports nothing and makes none', async () => {
  const directory = join(temporaryFolder(), 'store')
  await using store = openStore({ directory })
  expect(await store.verify()).toStrictEqual({ checked: 0, damaged: [] })
  expect(await store.collect({ keep: new Set() })).toStrictEqual({ kept: 0, removed: [], instances: 0, bytes: 0 })
  expect(store.size()).toStrictEqual({ packages: 0, files: 0, bytes: 0 })
  expect(existsSync(directory)).toBe(false)
})

test('a collection that is killed at any change of the disk leaves entries whole or away, and the next one ends it', async () => {
  /** A store with three entries, of which one is in use. */
  const fill = async (directory: string): Promise<void> => {
    await using store = openStore({ directory, concurrency: 0 })
    for (const version of ['1.0.0', '2.0.0', '3.0.0']) {
      const { directory: entry } = await putPackage(store, version)
      if (version === '2.0.0') linkSync(join(entry, 'lib;x.js'), `${directory}-used`)
    }
  }
  const program = join(import.meta.dirname, 'killed-collect.ts')
  let kills = 0
  for (let nth = 1; ; nth++) {
    const directory = join(temporaryFolder(), 'store')
    await fill(directory)
    const { signal } = spawnSync(process.execPath, [program, directory, String(nth)])
    await using store = openStore({ directory, concurrency: 0 })
    expect((await store.verify()).damaged, `killed at change ${nth}`).toStrictEqual([])
    await store.collect({ keep: new Set() })
    expect(store.size().packages, `killed at change ${nth}`).toBe(1)
    expect(readdirSync(join(directory, 'temporary'))).toStrictEqual([])
    if (signal === null) break
    kills++
  }
  // Two entries go, each by a folder for what is on its way out, a rename and a removal.
  expect(kills).toBeGreaterThanOrEqual(6)
})

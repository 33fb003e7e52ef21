import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockProject } from '@alkahest/linker'
import { after, before } from './example-worlds.ts'
import { fullDisk, onNthWrite } from './nth-write.ts'
import { projectAndStore } from './support.ts'
import { installWorld, planWorld, treeOf } from './worlds.ts'
import type { InstallOptions, World } from './worlds.ts'

/** What an undisturbed install into an empty project gives. */
async function freshTree(world: World, options: InstallOptions): Promise<object> {
  const root = join(options.root, '..', 'fresh')
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root)
  await installWorld(world, { ...options, root })
  return withoutEmptyMembers(treeOf(root))
}

/** Members' own folders are not the linker's: one that left the workspace may stay, empty. */
function withoutEmptyMembers(tree: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !/^packages\/[^/]+$/.test(path)))
}

describe('an update', () => {
  test('ends with the tree of a fresh install, and says what changed', async () => {
    const options = projectAndStore()
    await installWorld(before, options)
    const { summary, counts } = await installWorld(after, options)
    expect(withoutEmptyMembers(treeOf(options.root))).toStrictEqual(await freshTree(after, options))
    expect(summary).toStrictEqual({
      added: [
        { name: '@new/come', version: '1.0.0' },
        { name: '@new/too', version: '1.0.0' },
      ],
      changed: [
        { name: 'deep', from: '1.0.0', to: '2.0.0' },
        { name: 'moves', from: '1.0.0', to: '2.0.0' },
      ],
      removed: [
        { name: '@gone/away', version: '1.0.0' },
        { name: '@gone/too', version: '1.0.0' },
        { name: '@scope/dep', version: '1.0.0' },
        { name: 'only-here', version: '1.0.0' },
      ],
    })
    // Nothing of what stays is linked again: only the packages that are new or have other files.
    expect(counts.linked).toBe(4 + 5 + 2 + 2 + 2 + 3)
  })

  test('back to nothing leaves no link and no package', async () => {
    const options = projectAndStore()
    await installWorld(before, options)
    const nothing: World = { members: { '.': {}, 'packages/one': {}, 'packages/two': {} }, packages: {} }
    await installWorld(nothing, options)
    expect(withoutEmptyMembers(treeOf(options.root))).toStrictEqual(await freshTree(nothing, options))
  })

  test('that changes nothing plans nothing and touches no file', async () => {
    const options = projectAndStore()
    await installWorld(before, options)
    expect(await planWorld(before, options)).toMatchObject({
      isEmpty: true,
      changes: [],
      creates: [],
      rebuilds: [],
      removes: [],
    })
  })

  test('repairs links and packages that somebody removed', async () => {
    const options = projectAndStore()
    await installWorld(before, options)
    const whole = treeOf(options.root)
    rmSync(join(options.root, 'node_modules/stays'))
    rmSync(join(options.root, 'node_modules/.bin'), { recursive: true })
    rmSync(join(options.root, 'node_modules/.alk/node_modules/moves'), { recursive: true })
    rmSync(join(options.root, 'packages/one/node_modules'), { recursive: true })
    await installWorld(before, options)
    expect(treeOf(options.root)).toStrictEqual(whole)
  })

  test('starts anew when what is known of the tree is damaged', async () => {
    const options = projectAndStore()
    await installWorld(before, options)
    const whole = treeOf(options.root)
    writeFileSync(join(options.root, 'node_modules/.alk/tree.json'), '{')
    mkdirSync(join(options.root, 'node_modules/.alk/stray@1.0.0/node_modules'), { recursive: true })
    await installWorld(before, options)
    expect(treeOf(options.root)).toStrictEqual(whole)
  })
})

describe('what is not ours in node_modules', () => {
  test('is left alone, unless it lies where a dependency must go', async () => {
    const options = projectAndStore()
    mkdirSync(join(options.root, 'node_modules/unknown'), { recursive: true })
    mkdirSync(join(options.root, 'node_modules/.cache'))
    mkdirSync(join(options.root, 'node_modules/stays'))
    writeFileSync(join(options.root, 'node_modules/stays/index.js'), 'other')
    symlinkSync('/nowhere', join(options.root, 'node_modules/moves'))
    await installWorld(before, options)
    expect(treeOf(options.root)).toMatchObject({
      'node_modules/unknown': 'folder 755',
      'node_modules/.cache': 'folder 755',
      'node_modules/stays': '-> .alk/node_modules/stays',
      'node_modules/moves': '-> .alk/node_modules/moves',
    })
    await installWorld({ members: { '.': {} }, packages: {} }, options)
    expect(readdirSync(join(options.root, 'node_modules')).sort()).toStrictEqual(['.alk', '.cache', 'unknown'])
  })

  test.each([
    ['npm', '.package-lock.json'],
    ['pnpm', '.modules.yaml'],
    ['yarn', '.yarn-integrity'],
  ])('is replaced, and said so, when %s made it', async (manager, marker) => {
    const options = projectAndStore()
    const theirs = join(options.root, 'node_modules')
    for (const folder of ['stays', 'flattened', '@gone/x', '.bin', '.cache'])
      mkdirSync(join(theirs, folder), { recursive: true })
    writeFileSync(join(theirs, marker), '')
    writeFileSync(join(theirs, '.bin/theirs'), '')
    const report = await installWorld(before, options)
    expect(report.replaced).toBe(manager)
    const tree = treeOf(options.root)
    expect(tree['node_modules/.cache']).toBe('folder 755')
    delete (tree as Record<string, string>)['node_modules/.cache']
    expect(withoutEmptyMembers(tree)).toStrictEqual(await freshTree(before, options))
    expect((await installWorld(before, options)).replaced).toBeUndefined()
  })

  test('is replaced also when another package manager came after us', async () => {
    const options = projectAndStore()
    await installWorld(before, options)
    const whole = treeOf(options.root)
    rmSync(join(options.root, 'node_modules/stays'))
    mkdirSync(join(options.root, 'node_modules/stays'))
    mkdirSync(join(options.root, 'node_modules/flattened'))
    writeFileSync(join(options.root, 'node_modules/.package-lock.json'), '{}')
    expect((await installWorld(before, options)).replaced).toBe('npm')
    expect(treeOf(options.root)).toStrictEqual(whole)
  })
})

describe('a failure', () => {
  test('at any write of an update leaves everything as it was', async () => {
    const options = projectAndStore()
    await installWorld(before, options)
    for (const path of Object.keys(after.members)) mkdirSync(join(options.root, path), { recursive: true })
    // Fetches too, so that every write from here on is the linker's.
    const wanted = await freshTree(after, options)
    const untouched = treeOf(options.root)
    const failed: unknown[] = []
    const warned: unknown[] = []
    for (let nth = 1; ; nth++) {
      const watch = onNthWrite(nth, fullDisk)
      const [outcome] = await Promise.allSettled([installWorld(after, options)])
      watch.stop()
      if (watch.count() < nth) break
      if (outcome.status === 'fulfilled') {
        warned.push(outcome.value.warnings[0])
        await installWorld(before, options)
        continue
      }
      failed.push(outcome.reason)
      expect(treeOf(options.root), `write ${nth}`).toStrictEqual(untouched)
    }
    expect(failed.length).toBeGreaterThan(60)
    for (const reason of failed)
      expect(reason).toMatchObject({ code: 'INSTALL_WRITE_FAILED', details: { errno: 'ENOSPC' } })
    expect(warned.length).toBeGreaterThan(2)
    for (const warning of warned) expect(warning).toMatch(/^everything is installed, but .*ENOSPC/)
    await installWorld(after, options)
    expect(withoutEmptyMembers(treeOf(options.root))).toStrictEqual(wanted)
  })

  test('of a first install leaves no node_modules', async () => {
    const options = projectAndStore()
    await freshTree(after, options)
    for (const path of Object.keys(after.members)) mkdirSync(join(options.root, path), { recursive: true })
    const untouched = treeOf(options.root)
    const failed: unknown[] = []
    for (let nth = 1; ; nth++) {
      const watch = onNthWrite(nth, fullDisk)
      const [outcome] = await Promise.allSettled([installWorld(after, options)])
      watch.stop()
      if (outcome.status === 'fulfilled') break
      failed.push(outcome.reason)
      expect(treeOf(options.root), `write ${nth}`).toStrictEqual(untouched)
    }
    expect(failed.length).toBeGreaterThan(60)
  })
})

describe('two installs at once', () => {
  test('wait for each other, and both are right', async () => {
    const options = projectAndStore()
    await Promise.all([installWorld(before, options), installWorld(after, options), installWorld(before, options)])
    await installWorld(after, options)
    expect(withoutEmptyMembers(treeOf(options.root))).toStrictEqual(await freshTree(after, options))
  })

  test('the one that waits is told so', async () => {
    const { root } = projectAndStore()
    const first = await lockProject(root)
    const told: string[] = []
    const second = await lockProject(root, {
      onWait: () => {
        told.push('another install is at work')
        setTimeout(() => first.release(), 60)
      },
    })
    expect(told).toStrictEqual(['another install is at work'])
    second.release()
    expect(existsSync(join(root, 'node_modules'))).toBe(false)
  })
})

describe('kill -9', () => {
  /** Installs `after` in a program that kills itself before its n-th write; how it ended. */
  async function killAtWrite(nth: number, options: InstallOptions): Promise<number | string | null> {
    const program = join(import.meta.dirname, 'killed-install.ts')
    const child = spawn(process.execPath, [program, options.root, options.store.directory, String(nth)], {
      stdio: 'inherit',
    })
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.once('exit', (...how) => resolve(how)),
    )
    return signal ?? code
  }

  test(
    'at twenty places of an update: the next run ends with the tree of an undisturbed one',
    { timeout: 180_000 },
    async () => {
      const options = projectAndStore()
      const wanted = await freshTree(after, options)
      const watch = onNthWrite(0, () => undefined)
      await installWorld(before, options)
      const start = watch.count()
      await installWorld(after, options)
      const writes = watch.count() - start
      watch.stop()
      const places = Array.from({ length: 20 }, (_, index) => 1 + Math.floor((index * (writes - 1)) / 19))
      for (const nth of places) {
        await installWorld(before, options)
        expect(await killAtWrite(nth, options)).toBe('SIGKILL')
        await installWorld(after, options)
        expect(withoutEmptyMembers(treeOf(options.root)), `killed at write ${nth} of ${writes}`).toStrictEqual(wanted)
      }
    },
  )
})

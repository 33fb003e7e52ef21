/** What disks do: other file systems, full ones, forbidden ones, few descriptors. Skipped where the machine cannot show it. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { openStore } from '@alkahest/store'
import { expect, onTestFinished, test } from 'vitest'
import { after, before } from './example-worlds.ts'
import { projectAndStore, temporaryFolder } from './support.ts'
import { installWorld, treeOf } from './worlds.ts'

const isRoot = process.getuid?.() === 0

/** A folder on another file system than the temporary folder, or undefined. */
function otherFileSystem(): string | undefined {
  const shared = '/dev/shm'
  if (!existsSync(shared) || statSync(shared).dev === statSync(temporaryFolderParent()).dev) return undefined
  try {
    accessSync(shared, constants.W_OK)
  } catch {
    return undefined // not ours to write
  }
  return shared
}

function temporaryFolderParent(): string {
  return join(process.env.TMPDIR ?? '/tmp')
}

test.skipIf(otherFileSystem() === undefined)(
  'a store on another file system: files are copied, the tree is the same',
  async () => {
    const options = projectAndStore()
    const folder = mkdtempSync(join(otherFileSystem()!, 'alk-linker-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    await using store = openStore({ directory: join(folder, 'store'), concurrency: 0 })
    const { counts } = await installWorld(before, { ...options, store })
    expect(counts.linked).toBe(0)
    expect(counts.copied).toBeGreaterThan(20)
    const copied = treeOf(options.root)
    rmSync(join(options.root, 'node_modules'), { recursive: true })
    const again = await installWorld(before, options)
    expect(again.counts.copied).toBe(0)
    expect(treeOf(join(options.root, 'node_modules'))).toStrictEqual(treeBelow(copied, 'node_modules/'))
  },
)

function treeBelow(tree: Readonly<Record<string, string>>, prefix: string): object {
  const inside = Object.entries(tree).filter(([path]) => path.startsWith(prefix))
  return Object.fromEntries(inside.map(([path, text]) => [path.slice(prefix.length), text]))
}

test('--copy gives a tree of its own: what is edited there reaches nobody', async () => {
  const options = projectAndStore()
  const { counts } = await installWorld(before, { ...options, apply: { copy: true } })
  expect(counts.linked).toBe(0)
  writeFileSync(join(options.root, 'node_modules/stays/index.js'), 'edited')
  expect((await options.store.verify()).damaged).toStrictEqual([])
})

test('a package whose build may run gets files of its own, and shared ones again when it may not', async () => {
  const options = projectAndStore()
  await installWorld(before, options)
  const file = join(options.root, 'node_modules/stays/index.js')
  expect(statSync(file).nlink).toBeGreaterThan(1)
  expect((await installWorld(before, { ...options, own: ['stays'] })).counts).toMatchObject({ linked: 0, copied: 5 })
  expect(statSync(file).nlink).toBe(1)
  writeFileSync(file, 'built')
  expect((await installWorld(before, { ...options, own: ['stays'] })).counts).toMatchObject({ linked: 0, copied: 0 })
  await installWorld(before, options)
  expect(statSync(file).nlink).toBeGreaterThan(1)
  expect((await options.store.verify()).damaged).toStrictEqual([])
})

/** Runs the install of `after` as a program: as another user, or under a limit of the shell. */
function installAsProgram(options: { root: string; store: string; prefix?: string; uid?: number }): {
  status: number | null
  stderr: string
} {
  const program = join(import.meta.dirname, 'one-install.ts')
  const script = `${options.prefix ?? ''}exec "$0" "$1" "$2" "$3"`
  const found = spawnSync('/bin/sh', ['-c', script, process.execPath, program, options.root, options.store], {
    encoding: 'utf8',
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  return { status: found.status, stderr: found.stderr }
}

/** The user `nobody` on every common system. */
const NOBODY = 65_534

/** Whether nobody may run this very program: its folder must be readable for all. */
const nobodyCanRun =
  isRoot &&
  spawnSync(process.execPath, [join(import.meta.dirname, 'example-worlds.ts')], { uid: NOBODY, gid: NOBODY }).status ===
    0

test.skipIf(!nobodyCanRun)('a project of somebody else: refused in one sentence, nothing changed', async () => {
  const options = projectAndStore()
  await installWorld(before, options)
  const untouched = treeOf(options.root)
  chmodSync(join(options.root, '..'), 0o777)
  const storeOfNobody = join(options.root, '..', 'store-of-nobody')
  const { status, stderr } = installAsProgram({ root: options.root, store: storeOfNobody, uid: NOBODY })
  expect(stderr).toMatch(
    /^INSTALL_WRITE_FAILED node_modules could not be written: .* \(EACCES\); what was installed before is unchanged/,
  )
  expect(status).toBe(1)
  expect(treeOf(options.root)).toStrictEqual(untouched)
})

test.skipIf(!nobodyCanRun)(
  'a store that may only be read: what is in it is linked or copied, the rest refused',
  async () => {
    const options = projectAndStore()
    await installWorld(before, options)
    await options.store.close()
    const root = join(options.root, '..', 'of-nobody')
    mkdirSync(root)
    execFileSync('chown', [String(NOBODY), root])
    chmodSync(join(options.root, '..'), 0o755)
    const { status, stderr } = installAsProgram({ root, store: options.store.directory, uid: NOBODY })
    expect(stderr).toMatch(/^STORE_WRITE_FAILED \S+ could not be put into the store \(EACCES at /)
    expect(status).toBe(1)
  },
)

test.skipIf(!isRoot || !canMount())(
  'a full disk: refused in one sentence, nothing changed, and it works when there is room',
  async () => {
    const folder = temporaryFolder()
    const small = join(folder, 'small')
    mkdirSync(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small])
    onTestFinished(() => void spawnSync('umount', [small]))
    const options = projectAndStore()
    await installWorld(after, options)
    mkdirSync(join(small, 'project'))
    const store = options.store.directory
    await options.store.close()
    writeFileSync(join(small, 'ballast'), Buffer.alloc(220 * 1024))
    const untouched = treeOf(small)
    const { status, stderr } = installAsProgram({ root: join(small, 'project'), store })
    expect(stderr).toMatch(/^INSTALL_WRITE_FAILED .* \(ENOSPC\)/)
    expect(status).toBe(1)
    expect(Object.keys(treeOf(small)).filter((path) => !path.startsWith('project/packages'))).toStrictEqual(
      Object.keys({ ...untouched }),
    )
    rmSync(join(small, 'ballast'))
    expect(installAsProgram({ root: join(small, 'project'), store })).toStrictEqual({ status: 0, stderr: '' })
  },
)

function canMount(): boolean {
  const probe = join('/tmp', `alk-mount-${process.pid}`)
  mkdirSync(probe, { recursive: true })
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe]).status === 0
  if (mounted) spawnSync('umount', [probe])
  rmSync(probe, { recursive: true, force: true })
  return mounted
}

test('few descriptors are enough', () => {
  const { root, store } = projectAndStore()
  expect(installAsProgram({ root, store: store.directory, prefix: 'ulimit -n 40; ' })).toStrictEqual({
    status: 0,
    stderr: '',
  })
})

test('ten projects on one store at once are all right', async () => {
  const { root, store } = projectAndStore()
  const roots = Array.from({ length: 10 }, (_, index) => join(root, `p${index}`))
  await Promise.all(
    roots.map(async (project) => {
      mkdirSync(project)
      await using own = openStore({ directory: store.directory, concurrency: 0 })
      await installWorld(after, { root: project, store: own })
    }),
  )
  const [first, ...others] = roots.map((project) => treeOf(project))
  for (const other of others) expect(other).toStrictEqual(first)
  expect((await store.verify()).damaged).toStrictEqual([])
})

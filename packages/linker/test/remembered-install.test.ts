import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Integrity, InstanceId } from '@alkahest/core'
import { applyLinkPlan, lockProject, recallInstall, rememberInstall, selectInstances } from '@alkahest/linker'
import type { InstallInputs, RecalledInstall } from '@alkahest/linker'
import { expect, test } from 'vitest'
import { before } from './example-worlds.ts'
import { projectAndStore } from './support.ts'
import { graphOf, installWorld, linux, planWorld, treeOf } from './worlds.ts'
import type { InstallOptions } from './worlds.ts'

const settings = 'default'
const files = { 'package.json': '{}', 'alkahest.lock': 'locked' }

type Remembered = InstallOptions & {
  readonly recall: (version?: string) => RecalledInstall | undefined
  readonly directory: string
}

/** A project that was installed and remembered, and whose node_modules are gone again. */
async function remembered(): Promise<Remembered & { readonly whole: object }> {
  const options = projectAndStore()
  const { root, store } = options
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
  const inputs: InstallInputs = {
    settings,
    files: new Map([
      ...Object.entries(files).map(([name, text]) => [name, Buffer.from(text)] as const),
      ['.npmrc', undefined],
    ]),
    folders: ['packages'],
  }
  const selection = selectInstances({
    graph: graphOf(before),
    platform: linux,
    include: { development: true, optional: true },
  })
  const plan = await planWorld(before, options)
  await installWorld(before, { ...options, inputs })
  const whole = treeOf(root)
  const directory = join(root, '..', 'installs')
  const remember = { directory, lockfile: 'alkahest.lock', version: '1.0.0' }
  const storedOf = ({ integrity }: { integrity: Integrity | undefined }) => store.get(integrity!)
  rememberInstall({ root, plan, inputs, selection, storedOf, memo: { note: 'ours' } }, remember)
  for (const path of Object.keys(before.members))
    rmSync(join(root, path, 'node_modules'), { recursive: true, force: true })
  const recall: Remembered['recall'] = (version = '1.0.0') =>
    recallInstall({ root, settings, store }, { ...remember, version })
  return { ...options, recall, directory, whole }
}

test('the same install again gives the same tree, from the store alone', async () => {
  const { root, recall, whole } = await remembered()
  using lock = await lockProject(root)
  const recalled = recall()!
  expect(recalled.memo).toStrictEqual({ note: 'ours' })
  expect(recalled.plan.summary.added.length).toBe(8)
  await applyLinkPlan(recalled.plan, { lock, inputs: recalled.inputs })
  expect(treeOf(root)).toStrictEqual(whole)
})

const reasons: readonly (readonly [reason: string, change: (project: Remembered) => unknown])[] = [
  ['a manifest is another', ({ root }) => writeFileSync(join(root, 'package.json'), '{ }')],
  ['the lockfile is another', ({ root }) => writeFileSync(join(root, 'alkahest.lock'), 'other')],
  ['the lockfile is gone', ({ root }) => rmSync(join(root, 'alkahest.lock'))],
  ['a file came', ({ root }) => writeFileSync(join(root, '.npmrc'), '')],
  ['a member came', ({ root }) => mkdirSync(join(root, 'packages/new'))],
  ['something is installed', async (options) => void (await installWorld(before, options))],
  ['a package left the store', async ({ store }) => void (await store.collect({ keep: new Set() }))],
  [
    'what was written down is damaged',
    ({ directory }) => writeFileSync(join(directory, readdirSync(directory)[0]!), '{'),
  ],
]

test.each(reasons)('it is not used when %s', async (_, change) => {
  const project = await remembered()
  await change(project)
  expect(project.recall()).toBeUndefined()
})

test('it is not used by another version', async () => {
  const { recall } = await remembered()
  expect(recall('1.0.1')).toBeUndefined()
})

test('a package that cannot be found is not written down half', async () => {
  const options = projectAndStore()
  const selection = selectInstances({
    graph: graphOf(before),
    platform: linux,
    include: { development: true, optional: true },
  })
  expect(selection.instances.has('stays@1.0.0' as InstanceId)).toBe(true)
  const plan = await planWorld(before, options)
  const directory = join(options.root, 'installs')
  const inputs: InstallInputs = { settings, files: new Map([['alkahest.lock', Buffer.from('')]]), folders: [] }
  rememberInstall(
    { root: options.root, plan, inputs, selection, storedOf: () => undefined, memo: null },
    { directory, lockfile: 'alkahest.lock', version: '1' },
  )
  expect(readdirSync(options.root)).toStrictEqual([])
})

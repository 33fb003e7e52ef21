import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isInstallCurrent } from '@alkahest/linker'
import { before } from './example-worlds.ts'
import { projectAndStore } from './support.ts'
import { installWorld } from './worlds.ts'
import type { InstallOptions } from './worlds.ts'

const settings = 'prod=false'

/** A project with a manifest, a lockfile and no .npmrc, installed. */
async function installed(): Promise<InstallOptions> {
  const options = projectAndStore()
  writeFileSync(join(options.root, 'package.json'), '{}')
  writeFileSync(join(options.root, 'alkahest.lock'), 'locked')
  const files = new Map([
    ['package.json', Buffer.from('{}')],
    ['alkahest.lock', Buffer.from('locked')],
    ['.npmrc', undefined],
  ])
  await installWorld(before, { ...options, inputs: { settings, files, folders: ['packages'] } })
  return options
}

describe('nothing is to be done', () => {
  test('after an install', async () => {
    const { root } = await installed()
    expect(isInstallCurrent(root, settings)).toBe(true)
  })

  test.each([
    [
      'a manifest was written again with the same bytes',
      (root: string) => writeFileSync(join(root, 'package.json'), '{}'),
    ],
    ['a tool made a cache in node_modules', (root: string) => mkdirSync(join(root, 'node_modules/.cache'))],
  ])('when %s, and the next answer is quick again', async (_, change) => {
    const { root } = await installed()
    const state = join(root, 'node_modules/.alk/state.json')
    const text = readFileSync(state, 'utf8')
    await new Promise((resolve) => setTimeout(resolve, 20))
    change(root)
    const old = statSync(state).mtimeMs
    expect(isInstallCurrent(root, settings)).toBe(true)
    expect(statSync(state).mtimeMs).toBeGreaterThan(old)
    expect(readFileSync(state, 'utf8')).toBe(text)
  })
})

describe('something is to be done', () => {
  const changes: readonly (readonly [what: string, change: (root: string) => void])[] = [
    ['nothing was ever installed', (root) => rmSync(join(root, 'node_modules'), { recursive: true })],
    ['a manifest changed', (root) => writeFileSync(join(root, 'package.json'), '{ }')],
    [
      'a manifest changed and got an old date',
      (root) => {
        writeFileSync(join(root, 'package.json'), '[]')
        utimesSync(join(root, 'package.json'), 0, 0)
      },
    ],
    ['the lockfile is gone', (root) => rmSync(join(root, 'alkahest.lock'))],
    ['a file came that was not there', (root) => writeFileSync(join(root, '.npmrc'), '')],
    ['a folder came where members are looked for', (root) => mkdirSync(join(root, 'packages/three'))],
    ['a folder of members is gone', (root) => rmSync(join(root, 'packages'), { recursive: true })],
    ['a direct link is gone', (root) => rmSync(join(root, 'node_modules/stays'))],
    ['a command is gone', (root) => rmSync(join(root, 'node_modules/.bin/stays'))],
    ["a member's link is gone", (root) => rmSync(join(root, 'packages/one/node_modules/two'))],
    ["a member's node_modules is gone", (root) => rmSync(join(root, 'packages/one/node_modules'), { recursive: true })],
    ['an instance is gone', (root) => rmSync(join(root, 'node_modules/.alk/node_modules/deep'), { recursive: true })],
    [
      'a link points elsewhere',
      (root) => {
        rmSync(join(root, 'node_modules/stays'))
        symlinkSync('elsewhere', join(root, 'node_modules/stays'))
      },
    ],
    ['what is known was damaged', (root) => writeFileSync(join(root, 'node_modules/.alk/state.json'), '{')],
    [
      'what is known is of another format',
      (root) => writeFileSync(join(root, 'node_modules/.alk/state.json'), '{"format":0}'),
    ],
  ]
  test.each(changes)('when %s', async (_, change) => {
    const { root } = await installed()
    change(root)
    expect(isInstallCurrent(root, settings)).toBe(false)
  })

  test('with other settings', async () => {
    const { root } = await installed()
    expect(isInstallCurrent(root, 'prod=true')).toBe(false)
  })

  test('when a manifest changed while the install was at work', async () => {
    const options = projectAndStore()
    writeFileSync(join(options.root, 'package.json'), 'later')
    const files = new Map([['package.json', Buffer.from('earlier')]])
    await installWorld(before, { ...options, inputs: { settings, files, folders: [] } })
    expect(isInstallCurrent(options.root, settings)).toBe(false)
  })
})

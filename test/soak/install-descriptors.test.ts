/** Few file descriptors: half of what the smallest common limit allows is enough, and too few are said to be what they are. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { startRegistry, tempTree } from '@alkahest/test-support'
import type { TempTree, TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, expect, test } from 'vitest'

const command = path.resolve(import.meta.dirname, '../../packages/cli/src/main.ts')

/** More than are fetched at once. */
const NAMES = Array.from({ length: 40 }, (_, index) => `part-${index}`)

let registry: TestRegistry
let tree: TempTree

beforeAll(async () => {
  registry = await startRegistry({ packages: NAMES.map((name) => `${name} 1.0.0`) })
  const dependencies = Object.fromEntries(NAMES.map((name) => [name, '1.0.0']))
  const files = (place: string): object => ({
    [`${place}/project/package.json`]: { json: { name: 'project', version: '1.0.0', dependencies } },
    [`${place}/project/.npmrc`]: `registry=${registry.url}\nfetch-retries=0\n`,
  })
  tree = await tempTree({ ...files('few'), ...files('none') })
})
afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  await tree[Symbol.asyncDispose]()
})

async function installWith(descriptors: number, place: string): Promise<{ exitCode: number | null; stderr: string }> {
  const script = `ulimit -n ${descriptors} && exec "$0" "$1" install`
  const home = tree.resolve(place)
  const child = spawn('/bin/sh', ['-c', script, process.execPath, command], {
    cwd: tree.resolve(place, 'project'),
    env: { PATH: process.env.PATH, HOME: home, ALKAHEST_HOME: path.join(home, 'alkahest') },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, stderr }
}

test('128 are enough', async () => {
  expect(await installWith(128, 'few')).toEqual({ exitCode: 0, stderr: '' })
  const installed = readdirSync(tree.resolve('few/project/node_modules'))
  expect(installed.filter((name) => name.startsWith('part-'))).toHaveLength(NAMES.length)
})

test('36 are too few: that is said, nothing is installed, and the next install with more works', async () => {
  const { exitCode, stderr } = await installWith(36, 'none')
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(/EMFILE[^]*too many files are open/),
  })
  expect(readdirSync(tree.resolve('none/project'))).not.toContain('alkahest.lock')
  expect(await installWith(128, 'none')).toEqual({ exitCode: 0, stderr: '' })
})

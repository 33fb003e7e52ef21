/** `kill -9` while a dependency is being built: the next install builds it anew, and the project is that of an undisturbed run. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { digestTree, startRegistry, tempTree } from '@alkahest/test-support'
import type { TempTree, TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, expect, test } from 'vitest'

const command = path.resolve(import.meta.dirname, '../../packages/cli/src/main.ts')

/** Writes in two steps; between them it hangs for as long as somebody wants it to. */
const SCRIPT =
  'echo begun >> made; if [ -e "$INIT_CWD/../hang" ]; then touch "$INIT_CWD/../hanging"; sleep 100; fi; echo done >> made'

const manifest = {
  name: 'project',
  version: '1.0.0',
  dependencies: { native: '1.0.0', plain: '1.0.0' },
  alkahest: { allowBuilds: { native: true } },
}

let registry: TestRegistry
let tree: TempTree

beforeAll(async () => {
  registry = await startRegistry({ packages: 'plain 1.0.0' })
  await registry.publishFiles({
    'package.json': JSON.stringify({ name: 'native', version: '1.0.0', scripts: { install: SCRIPT } }),
  })
  const project = { 'package.json': { json: manifest }, '.npmrc': `registry=${registry.url}\n` }
  const places = ['undisturbed', 'killed'].flatMap((place) =>
    Object.entries(project).map(([file, entry]) => [`${place}/project/${file}`, entry]),
  )
  tree = await tempTree({ ...Object.fromEntries(places), 'killed/hang': '' })
})
afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  await tree[Symbol.asyncDispose]()
})

/** A process group of its own, so that the script dies with it. */
function startInstall(place: string): ChildProcess {
  const home = tree.resolve(place)
  return spawn(process.execPath, [command, 'install'], {
    cwd: tree.resolve(place, 'project'),
    env: { PATH: process.env.PATH, HOME: home, ALKAHEST_HOME: path.join(home, 'alkahest') },
    stdio: 'ignore',
    detached: true,
  })
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

test('a build that was killed leaves nothing that counts as built', async () => {
  expect(await exitCodeOf(startInstall('undisturbed'))).toBe(0)

  const killed = startInstall('killed')
  const ended = exitCodeOf(killed)
  while (!existsSync(tree.resolve('killed/hanging'))) {
    if (killed.exitCode !== null) throw new Error(`the install ended with ${killed.exitCode} before its build began`)
    await sleep(5)
  }
  process.kill(-(killed.pid ?? 0), 'SIGKILL')
  expect(await ended).toBe(null)
  const made = (place: string): string => readFileSync(tree.resolve(place, 'project/node_modules/native/made'), 'utf8')
  expect(made('killed')).toBe('begun\n')

  rmSync(tree.resolve('killed/hang'))
  expect(await exitCodeOf(startInstall('killed'))).toBe(0)
  expect(made('killed')).toBe('begun\ndone\n')
  expect(await digestTree(tree.resolve('killed/project'))).toBe(await digestTree(tree.resolve('undisturbed/project')))
})

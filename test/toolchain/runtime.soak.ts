/** Bringing the toolchain, with real npm against a registry that is good, lies, stalls, and is asked twice at once. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startFakeRegistry } from './fake-registry.ts'
import type { FakeRegistry } from './fake-registry.ts'
import { installRuntime, pinsOfThisMachine } from './runtime.mjs'
import type { Pins } from './runtime.mjs'

const NODE = { name: 'fake-node', program: ['bin/node', '#!/bin/sh\necho v24.0.0\n'] } as const
const PNPM = { name: '@fake/pnpm', program: ['pnpm', '#!/bin/sh\necho 12.0.0\n'] } as const

let root: string
let registry: FakeRegistry
let pins: Pins
let said: string[]

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'alkahest checkout '))
  useRegistry(await startFakeRegistry([NODE, PNPM]))
  vi.stubEnv('npm_config_cache', path.join(root, 'npm cache'))
  // npm asks again after 10 and 60 seconds when the bytes are not those announced; nothing here gets better by waiting.
  vi.stubEnv('npm_config_fetch_retries', '0')
  said = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line))
})

afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await registry.close()
  rmSync(root, { recursive: true, force: true })
})

test('fetches what is pinned, says so, and does nothing the second time', async () => {
  const toolchain = await installRuntime(root, pins)
  expect(toolchain.node).toBe(path.join(root, '.toolchain', 'node_modules', 'fake-node', 'bin', 'node'))
  expect(existsSync(toolchain.node) && existsSync(toolchain.pnpm)).toBe(true)
  expect(said).toEqual([
    'set-up: fetching fake-node 1.0.0 and @fake/pnpm 1.0.0 from the npm registry into .toolchain (once, about 80 MB)',
    expect.stringMatching(/^set-up: both verified by sha512 and in place after \d+\.\d s$/),
  ])
  expect(readdirSync(path.join(root, '.toolchain'))).toEqual(['node_modules'])

  said.length = 0
  expect(await installRuntime(root, pins)).toEqual(toolchain)
  expect(said).toEqual([])
  expect(registry.tarballRequests.toSorted()).toEqual(['@fake/pnpm', 'fake-node'])
})

test('another pin is another toolchain: it is fetched and takes the place of the old one', async () => {
  await installRuntime(root, pins)
  await registry.close()
  useRegistry(await startFakeRegistry([NODE, { ...PNPM, program: ['pnpm', '#!/bin/sh\necho 12.0.1\n'] }]))
  await installRuntime(root, pins)
  expect(registry.tarballRequests).toContain('@fake/pnpm')
  expect(readdirSync(path.join(root, '.toolchain'))).toEqual(['node_modules'])
})

test('a hash in pins.json that is not that of the bytes installs nothing', async () => {
  const other = { ...pins, pnpm: { ...pins.pnpm, integrity: pins.node.integrity } }
  await expect(installRuntime(root, other)).rejects.toThrow(
    'what the registry sent is not what test/toolchain/pins.json names, nothing was installed',
  )
  expect(readdirSync(path.join(root, '.toolchain'))).toEqual([])
})

test('a registry that announces the right hash and sends other bytes installs nothing', async () => {
  registry.misbehave = 'other bytes'
  await expect(installRuntime(root, pins)).rejects.toThrow(
    'what the registry sent is not what test/toolchain/pins.json names, nothing was installed',
  )
  expect(readdirSync(path.join(root, '.toolchain'))).toEqual([])
})

test('a registry without the packages is a sentence with what npm said', async () => {
  await registry.close()
  registry = await startFakeRegistry([NODE])
  vi.stubEnv('npm_config_registry', registry.url)
  await expect(installRuntime(root, pins)).rejects.toThrow(
    /^npm could not fetch the toolchain, nothing was installed\n[^]*E404/,
  )
  expect(readdirSync(path.join(root, '.toolchain'))).toEqual([])
})

test('a program for another machine is refused before it takes the place of one that works', async () => {
  await installRuntime(root, pins)
  await registry.close()
  useRegistry(await startFakeRegistry([NODE, { ...PNPM, program: ['pnpm', '#!/no/such/loader\n'] }]))
  await expect(installRuntime(root, pins)).rejects.toThrow('pnpm does not start on this machine, nothing was installed')
  expect(readdirSync(path.join(root, '.toolchain'))).toEqual(['node_modules'])
})

test('a kill in the middle leaves no toolchain, and the next set-up completes', async () => {
  registry.misbehave = 'stall'
  const killed = startSetUp()
  await vi.waitFor(() => expect(registry.tarballRequests).not.toEqual([]), { timeout: 30_000 })
  expect(existsSync(path.join(root, '.toolchain', 'lock'))).toBe(true)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  expect(existsSync(path.join(root, '.toolchain', 'node_modules'))).toBe(false)

  registry.misbehave = undefined
  const toolchain = await installRuntime(root, pins)
  expect(existsSync(toolchain.pnpm)).toBe(true)
  expect(readdirSync(path.join(root, '.toolchain'))).toEqual(['node_modules'])
})

test('two at once: one fetches, the other waits and finds it done', async () => {
  const both = [startSetUp(), startSetUp()]
  const codes = await Promise.all(both.map(async (child) => (await once(child, 'exit'))[0] as number))
  expect(codes).toEqual([0, 0])
  expect(registry.tarballRequests.toSorted()).toEqual(['@fake/pnpm', 'fake-node'])
})

test('an npm that is too old is told so', async () => {
  const npm = path.join(root, 'npm-cli.js')
  writeFileSync(npm, `console.log('9.8.1')\n`)
  vi.stubEnv('npm_execpath', npm)
  await expect(installRuntime(root, pins)).rejects.toThrow(
    'npm 10 or newer fetches the toolchain, and this is npm 9.8.1: update Node, npm comes with it',
  )
})

test('a platform without a toolchain is told which have one', () => {
  expect(() => pinsOfThisMachine('win32-x64')).toThrow(
    'there is no toolchain for win32-x64, only for linux-x64, linux-arm64, darwin-x64, darwin-arm64 (test/toolchain/pins.json)',
  )
})

test('every platform has both programs pinned by an exact version and a sha512', () => {
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']) {
    for (const pin of Object.values(pinsOfThisMachine(platform))) {
      expect(pin.version).toMatch(/^\d+\.\d+\.\d+$/)
      expect(pin.integrity).toMatch(/^sha512-[\w+/]{86}==$/)
    }
  }
})

function useRegistry(started: FakeRegistry): void {
  registry = started
  vi.stubEnv('npm_config_registry', registry.url)
  pins = {
    node: { name: NODE.name, version: '1.0.0', integrity: registry.integrity[NODE.name]! },
    pnpm: { name: PNPM.name, version: '1.0.0', integrity: registry.integrity[PNPM.name]! },
  }
}

/** The set-up in a process of its own, which can be killed. */
function startSetUp(): ChildProcess {
  const module = path.join(import.meta.dirname, './runtime.mjs')
  const program = `import(${JSON.stringify(module)}).then((m) => m.installRuntime(${JSON.stringify(root)}, ${JSON.stringify(pins)}))`
  return spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'ignore', env: process.env })
}

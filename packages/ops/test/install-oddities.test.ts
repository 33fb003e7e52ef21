/**
 * What the real ecosystem has and nobody would publish today, installed from a registry to node_modules: names with capitals, commands in a
 * folder, first lines with CRLF, long paths, bundled dependencies, other platforms, folders on this disk.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { packTarball } from '@alkahest/protocol'
import { faultyRegistry } from '@alkahest/test-support'
import type { Fault, FaultyRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { install } from '../src/index.ts'
import { openWorld } from './world.ts'
import type { World } from './world.ts'

const DEEP = `${'a-folder-in-a-folder/'.repeat(11)}leaf.js`

/** By name: what its manifest says besides, and its files besides package.json. */
const packages: Readonly<Record<string, { readonly manifest?: object; readonly files?: Record<string, string> }>> = {
  JSONStream: { files: { 'index.js': "module.exports = 'capitals'\n" } },
  jsonstream: { files: { 'index.js': "module.exports = 'small'\n" } },
  folderbin: {
    manifest: { directories: { bin: 'tools' } },
    files: { 'tools/from-folder': '#!/usr/bin/env node\r\nconsole.log("from the folder")\r\n' },
  },
  deep: { files: { 'index.js': `module.exports = require('./${DEEP}')\n`, [DEEP]: "module.exports = 'deep'\n" } },
  bundling: {
    manifest: { dependencies: { inside: '^1.0.0' }, bundleDependencies: ['inside'] },
    files: {
      'index.js': "module.exports = require('inside')\n",
      'node_modules/inside/package.json': '{"name":"inside","version":"1.0.0"}',
      'node_modules/inside/index.js': "module.exports = 'bundled'\n",
    },
  },
  elsewhere: { manifest: { os: ['aix'] } },
}

let registry: FaultyRegistry

/** Our own registry takes no new names with capitals: these documents are given as they are. */
beforeAll(async () => {
  const faults: Record<string, Fault> = {}
  registry = await faultyRegistry({ faults })
  for (const [name, { manifest = {}, files = {} }] of Object.entries(packages)) {
    const document = { name, version: '1.0.0', ...manifest }
    const content = { 'package.json': JSON.stringify(document), ...files }
    const packed = packTarball(
      Object.entries(content).map(([file, text]) => ({ path: file, content: Buffer.from(text) })),
    )
    const tarball = `${name}/-/${name}-1.0.0.tgz`
    const dist = { integrity: packed.integrity, tarball: registry.url + tarball }
    const body = JSON.stringify({
      name,
      'dist-tags': { latest: '1.0.0' },
      time: { '1.0.0': '2015-01-01T00:00:00.000Z' },
      versions: { '1.0.0': { ...document, dist } },
    })
    faults[`/${name}`] = { kind: 'body', body }
    faults[`/${tarball}`] = { kind: 'body', body: packed.bytes }
  }
})
afterAll(() => registry.close())

async function installAll(): Promise<World> {
  const world = await openWorld({
    registryUrl: registry.url,
    manifest: {
      dependencies: {
        ...Object.fromEntries(Object.keys(packages).map((name) => [name, '^1.0.0'])),
        local: 'file:./beside',
        linked: 'link:./beside',
      },
      optionalDependencies: { elsewhere: '^1.0.0' },
    },
    files: {
      'beside/package.json': { json: { name: 'local', version: '2.0.0', bin: './cli.js' } },
      'beside/cli.js': { executable: '#!/usr/bin/env node\nconsole.log("from beside")\n' },
      'beside/index.js': "module.exports = 'beside'\n",
    },
  })
  const report = await install(world.at(), {})
  expect(report.skipped).toEqual([{ name: 'elsewhere', version: '1.0.0' }])
  return world
}

it('installs the oddities of the ecosystem, and all of them work', async () => {
  await using world = await installAll()
  const require = createRequire(path.join(world.project, 'x.js'))
  expect(['JSONStream', 'jsonstream', 'deep', 'bundling', 'local', 'linked'].map((name) => require(name))).toEqual([
    'capitals',
    'small',
    'deep',
    'bundled',
    'beside',
    'beside',
  ])
  const modules = path.join(world.project, 'node_modules')
  const output = (command: string): string => execFileSync(path.join(modules, '.bin', command), { encoding: 'utf8' })
  expect([output('from-folder'), output('local')]).toEqual(['from the folder\n', 'from beside\n'])
  expect(lstatSync(path.join(modules, 'linked')).isSymbolicLink()).toBe(true)
  expect(readlinkSync(path.join(modules, 'linked'))).toBe('../beside')
  expect(existsSync(path.join(modules, 'elsewhere'))).toBe(false)
  expect(registry.requests.filter((request) => /inside|elsewhere-1/.test(request))).toEqual([])
  expect((await install(world.at(), {})).upToDate).toBe(true)
})

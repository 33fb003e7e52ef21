/** `alk release` and its parts on a whole project, with a runtime from the registry that is a script around this Node. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  install,
  release,
  releaseDevelopment,
  releaseInit,
  releasePlan,
  releaseProve,
  releaseVerify,
} from '../src/index.ts'
import { errorOf, openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const TARGET = `${process.platform}-${process.arch}`
const RUNTIME = `node-${TARGET}`

const SERVER = `
import http from 'node:http'
http.createServer((request, response) => {
  request.resume()
  request.on('end', () => response.end(JSON.stringify({ version: process.env.RELEASE_VSN })))
}).listen(Number(process.env.PORT), process.env.HOST)
`

async function openShop(): Promise<World> {
  const world = await openWorld({
    packages: 'word 1.0.0',
    manifest: { type: 'module', main: 'main.js', dependencies: { word: '^1.0.0' } },
    files: { 'main.js': SERVER, 'README.md': '# app\n' },
  })
  await publishRuntime(world, process.versions.node)
  await install(world.at(), {})
  return world
}

async function publishRuntime({ registry }: World, version: string): Promise<void> {
  await registry.publishFiles({
    'package.json': JSON.stringify({ name: RUNTIME, version }),
    'bin/node': `#!/bin/sh\nexec '${process.execPath}' "$@"\n`,
    LICENSE: 'The licence of Node\n',
  })
}

const options = { targets: [] }

test('a release: planned, made, pinned, verified, and made again elsewhere', async () => {
  await using world = await openShop()
  const [planned] = (await releasePlan(world.at(), options)).releases
  expect(planned).toMatchObject({
    name: 'app',
    packages: ['word@1.0.0'],
    runtime: { packageName: RUNTIME, version: process.versions.node, pinned: false },
    signed: false,
  })
  expect(await wordsOf(releaseVerify(world.at(), { ...options, rebuild: false }))).toMatch(/^RELEASE_TARBALL_MISSING /)

  const [made] = (await release(world.at(), options)).releases
  expect(made?.tarball).toBe(planned?.tarball)
  expect(JSON.parse(await world.read('release.lock'))).toMatchObject({
    alkahest: 1,
    runtimes: { [TARGET]: { package: RUNTIME, version: process.versions.node } },
  })
  expect((await releaseVerify(world.at(), { ...options, rebuild: false })).releases).toMatchObject([
    { sha256: made?.sha256, tarSha256: null },
  ])
  expect((await releaseVerify(world.at(), { ...options, rebuild: true })).releases).toMatchObject([
    { sha256: made?.sha256, tarSha256: made?.tarSha256 },
  ])
  await world.tree.write({ 'project/main.js': '// changed' })
  expect((await errorOf(releaseVerify(world.at(), { ...options, rebuild: true }))).details).toMatchObject({
    differences: [
      { path: 'releases/1.0.0/app/main.js', problem: 'other content' },
      { path: 'releases/1.0.0/files.json', problem: 'other content' },
    ],
  })
})

test('release.lock: newer Nodes are not taken, others only when asked for, other bytes never', async () => {
  await using world = await openShop()
  await release(world.at(), options)
  const lock = await world.read('release.lock')
  const [major = 24, minor = 0, patch = 0] = process.versions.node.split('.').map(Number)
  const newer = `${major}.${minor}.${patch + 1}`
  await publishRuntime(world, newer)
  const versionOf = async (changes: object = {}): Promise<string | undefined> =>
    (await release(world.at(), { ...options, overwrite: true, ...changes })).releases[0]?.runtime.version
  expect(await versionOf()).toBe(process.versions.node)
  expect(await world.read('release.lock')).toBe(lock)
  expect(await versionOf({ runtime: newer })).toBe(newer)
  expect(await versionOf()).toBe(newer)

  const file = path.join(world.project, 'release.lock')
  const pinned = JSON.parse(await world.read('release.lock')) as {
    readonly runtimes: Readonly<Record<string, { readonly node: string }>>
  }
  await writeFile(
    file,
    JSON.stringify(pinned).replace(/"node":"sha256-[0-9a-f]{64}"/, `"node":"sha256-${'0'.repeat(64)}"`),
  )
  expect(await wordsOf(release(world.at(), { ...options, overwrite: true }))).toContain(
    `RELEASE_LOCK_MISMATCH the Node ${newer} for ${TARGET} (${RUNTIME}) is not the one that release.lock pins: its program has another SHA-256`,
  )
  await writeFile(file, lock.replace(/"sha512-[^"]*"/, `"sha512-${'A'.repeat(86)}=="`))
  expect(await wordsOf(release(world.at(), { ...options, overwrite: true }))).toMatch(/^INTEGRITY_MISMATCH /)

  await writeFile(file, lock)
  await world.tree.write({
    'project/package.json': { json: { ...(await world.manifest()), engines: { node: '>=99' } } },
  })
  expect(await wordsOf(release(world.at(), { ...options, overwrite: true }))).toContain(
    `RELEASE_LOCK_MISMATCH release.lock pins Node ${process.versions.node} for ${TARGET}, which engines.node of package.json (>=99) does not allow`,
  )
})

test('rel/ is written once, and a folder for development runs from the project', async () => {
  await using world = await openShop()
  expect(await releaseInit(world.at())).toMatchObject({ written: ['config.mjs', 'env.sh', 'node.args'], kept: [] })
  await world.tree.write({ 'project/rel/env.sh': 'export CHANGED=1\n' })
  expect(await releaseInit(world.at())).toMatchObject({ written: [], kept: ['config.mjs', 'env.sh', 'node.args'] })
  const { folder } = await releaseDevelopment(world.at(), options)
  expect(await world.read(path.relative(world.project, path.join(folder, 'releases/1.0.0/env.sh')))).toBe(
    'export CHANGED=1\n',
  )
  expect(await world.read(path.relative(world.project, path.join(folder, 'releases/1.0.0/app/main.js')))).toBe(SERVER)
})

test('three rolls under load lose no request', async () => {
  await using world = await openShop()
  const report = await releaseProve(world.at(), { tarballs: [], rolls: 3, windowMs: 200 })
  expect(report.failed).toBe(0)
  for (const { kind, sent, versions } of report.loads) {
    expect(sent, kind).toBeGreaterThan(0)
    expect(versions, kind).toEqual(['1.0.0+prove.1', '1.0.0+prove.2'])
  }
})

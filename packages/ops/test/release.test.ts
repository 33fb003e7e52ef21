/** `alk release` and its parts on a whole project, with a runtime from the registry that is a script around this Node. */
import { spawnSync } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  install,
  release,
  releaseDevelopment,
  releaseInit,
  releaseKeygen,
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
    { sha256: made?.sha256, tarSha256: null, signature: 'none', keyId: null },
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

test('signatures: by the keys of rel/trusted_keys or one that is given; the key may stand in the configuration', async () => {
  await using world = await openShop()
  const verified = async (trustedKey?: string): Promise<unknown> =>
    (
      await releaseVerify(world.at(), {
        ...options,
        rebuild: false,
        ...(trustedKey === undefined ? {} : { trustedKey }),
      })
    ).releases
  const make = async (key?: string): Promise<void> =>
    void (await release(world.at(), { ...options, overwrite: true, ...(key === undefined ? {} : { key }) }))
  const other = await releaseKeygen(world.at(), { file: '../other.key' })
  await rm(path.join(world.project, 'rel'), { recursive: true })
  await world.tree.write({
    'project/alkahest.config.ts': "export default { releases: { app: { signingKey: '../other.key' } } }",
  })
  await make()
  expect(await verified()).toMatchObject([{ signature: 'unchecked', keyId: null }])
  expect(await verified(other.public)).toMatchObject([{ signature: 'valid', keyId: other.keyId }])

  const own = await releaseKeygen(world.at(), { file: '../own.key' })
  expect(await wordsOf(verified())).toMatch(
    new RegExp(`^RELEASE_SIGNATURE_INVALID .*app-1\\.0\\.0-.*\\.tar\\.gz is signed by the key ${other.keyId}, which`),
  )
  await make('../own.key')
  expect(await verified()).toMatchObject([{ signature: 'valid', keyId: own.keyId }])
  await writeFile(path.join(world.project, 'build/release/SHA256SUMS.minisig'), 'nonsense')
  expect(await wordsOf(verified())).toContain('SHA256SUMS.minisig is not a signature of minisign')

  await rm(path.join(world.project, 'alkahest.config.ts'))
  await make()
  expect(await wordsOf(verified())).toMatch(/^RELEASE_SIGNATURE_INVALID .*app-1\.0\.0-.*\.tar\.gz is not signed/)
  expect(await wordsOf(verified('nonsense'))).toContain('--key holds what is not a public key of minisign: nonsense')
})

test('releases of the root for its members: planned and made from the root and from the member', async () => {
  await using world = await openWorld({
    packages: 'word 1.0.0',
    manifest: { private: true, workspaces: ['apps/*'] },
    files: {
      'alkahest.config.ts': `export default { releases: {
        web: { member: 'apps/web', env: { A: '1' } },
        all: { children: { web: { member: '@x/web' }, jobs: { member: 'apps/jobs', ready: 'started' } } },
      } }`,
      'apps/web/package.json': { json: { name: '@x/web', version: '2.1.0', type: 'module', main: 'main.js' } },
      'apps/web/main.js': SERVER,
      'apps/jobs/package.json': {
        json: { name: '@x/jobs', version: '3.0.0', type: 'module', main: 'jobs.js', dependencies: { word: '^1.0.0' } },
      },
      'apps/jobs/jobs.js': "import 'word'",
    },
  })
  await publishRuntime(world, process.versions.node)
  await install(world.at(), {})
  const plan = async (folder: string, name?: string): Promise<unknown> => {
    const [planned] = (await releasePlan(world.at(folder), { ...options, ...(name === undefined ? {} : { name }) }))
      .releases
    return [planned?.name, planned?.version, planned?.members, planned?.packages.filter((id) => id.startsWith('word'))]
  }
  expect(await plan('.', 'web')).toEqual(['web', '2.1.0', ['apps/web'], []])
  expect(await plan('apps/web', 'all')).toEqual(['all', '2.1.0', ['apps/web', 'apps/jobs'], ['word@1.0.0']])
  expect(await plan('apps/jobs')).toEqual(['all', '2.1.0', ['apps/web', 'apps/jobs'], ['word@1.0.0']])
  expect(await wordsOf(releasePlan(world.at('apps/web'), options))).toBe(
    "RELEASE_NAME_MISSING the workspace's alkahest.config.ts has 2 releases that start apps/web: web, all\nhint: say which: alk release web",
  )
  const [made] = (await release(world.at(), { ...options, name: 'all' })).releases
  expect(made?.tarball).toBe(path.join(world.project, `build/release/all-2.1.0-${TARGET}.tar.gz`))
  expect((await releaseVerify(world.at('apps/jobs'), { ...options, rebuild: true })).releases).toMatchObject([
    { tarSha256: made?.tarSha256 },
  ])
  const { folder } = await releaseDevelopment(world.at(), { ...options, name: 'all' })
  const verify = spawnSync(path.join(folder, 'bin/all'), ['verify'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })
  expect([verify.stderr, verify.stdout]).toEqual([
    '',
    expect.stringMatching(/^all 2\.1\.0: \d+ files are what was released\n$/),
  ])
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

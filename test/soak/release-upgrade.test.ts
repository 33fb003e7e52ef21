/** Upgrades and rollbacks of a running release, with real processes and under load. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ENV, installShop, MAIN, shop } from '../../packages/release/test/shop.ts'
import { startLoad } from '../../packages/release/test/load.ts'
import { makeWorld, writeFiles } from '../../packages/release/test/world.ts'

const WINDOW = ['--window', '200']

test('three upgrades and a rollback under load lose no request', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const { listening, pid } = await installed.status()
  const port = listening[0]?.port ?? 0
  const tarballs = []
  for (const version of ['1.3.0', '1.4.0', '1.5.0']) tarballs.push(await world.release({ version }))
  const loads = [startLoad(port, { keepAlive: true }), startLoad(port, { keepAlive: false })]
  await Promise.all(loads.map((load) => load.answered(20)))
  for (const { version, tarball } of tarballs) {
    const { code, stderr } = await installed.bin('upgrade', tarball, ...WINDOW)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    await Promise.all(loads.map((load) => load.seen(version)))
  }
  expect(await installed.bin('rollback', ...WINDOW)).toEqual({
    code: 0,
    stdout: 'shop 1.4.0 runs, 1.5.0 ran before\n',
    stderr: '',
  })
  await Promise.all(loads.map((load) => load.seen('1.4.0')))
  const results = await Promise.all(loads.map((load) => load.stop()))
  expect(results.map(({ failures }) => failures)).toEqual([[], []])
  expect(results.map(({ versions }) => versions)).toEqual([
    ['1.2.0', '1.3.0', '1.4.0', '1.5.0'],
    ['1.2.0', '1.3.0', '1.4.0', '1.5.0'],
  ])
  expect((await installed.status()).pid).toBe(pid)
  expect((await installed.bin('releases')).stdout).toBe('1.2.0\n1.3.0\n1.4.0  current\n1.5.0  previous\n')
  expect(await readFile(join(installed.root, 'releases/current'), 'utf8')).toBe('1.4.0\n')
})

test('bad new versions: the old one goes on serving, and the next command works', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const good = await world.release({ version: '2.0.0' })
  const broken = async (version: string, main: string): Promise<string> => {
    await writeFiles(join(world.folder, 'project'), { 'dist/main.js': main })
    return (await world.release({ version })).tarball
  }
  const crashing = await broken('2.0.1', "console.error('no database'); process.exitCode = 4")
  expect(await installed.bin('upgrade', crashing, ...WINDOW)).toMatchObject({
    code: 1,
    stderr:
      'error: version 2.0.1 did not become healthy, 1.2.0 goes on serving: version 2.0.1: shop.0 ended before it was ready (exit code 4)\n',
  })
  const dying = await broken(
    '2.0.2',
    "import http from 'node:http'; http.createServer().listen(Number(process.env.PORT), process.env.HOST, () => setTimeout(() => process.exit(5), 20))",
  )
  expect((await installed.bin('upgrade', dying, '--window', '60000')).stderr).toMatch(
    /^error: version 2\.0\.2 did not stay healthy, 1\.2\.0 serves again: /,
  )
  expect(await installed.get()).toMatchObject({ version: '1.2.0' })

  const foreign = await world.release({ version: '2.0.3', target: 'darwin-arm64' })
  expect((await installed.bin('upgrade', foreign.tarball)).stderr).toBe(
    `error: ${foreign.tarball} was not installed: it is for darwin-arm64, this machine is ${process.platform}-${process.arch}\n`,
  )
  const cut = await world.release({ version: '2.0.4' })
  await truncate(cut.tarball, cut.size - 100)
  expect((await installed.bin('upgrade', cut.tarball)).stderr).toBe(
    `error: ${cut.tarball} was not installed: unexpected end of file\n`,
  )
  const nonsense = join(world.folder, 'nonsense.tar.gz')
  await writeFile(nonsense, 'nonsense')
  expect((await installed.bin('upgrade', nonsense)).stderr).toBe(
    `error: ${nonsense} was not installed: incorrect header check\n`,
  )
  expect((await installed.bin('upgrade', '9.9.9')).stderr).toBe(
    'error: version 9.9.9 is not here; there are 1.2.0, 2.0.1, 2.0.2\n',
  )
  expect(await installed.get()).toMatchObject({ version: '1.2.0' })
  expect(await installed.bin('upgrade', good.tarball, ...WINDOW)).toMatchObject({ code: 0 })
  expect(await installed.get()).toMatchObject({ version: '2.0.0' })
})

test('new versions that hang or are unhealthy: refused after their time, and the old one serves', async () => {
  const listen = (health: string): string => `
import http from 'node:http'
http.createServer((request, response) => {
  response.statusCode = request.url === '/health' ? ${health} : 200
  response.end(JSON.stringify({ version: process.env.RELEASE_VSN }))
}).listen(Number(process.env.PORT), process.env.HOST)`
  const configuration = { shop: { health: '/health', readyMs: 1500, shutdownMs: 500 } }
  await using world = await makeWorld(shop(listen('200'), { configuration }))
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const upgradeTo = async (version: string, main: string, window = WINDOW): Promise<string> => {
    await writeFiles(join(world.folder, 'project'), { 'dist/main.js': main })
    const { tarball } = await world.release({ version })
    const { stderr } = await installed.bin('upgrade', tarball, ...window)
    expect(await installed.get()).toMatchObject({ version: '1.2.0' })
    return stderr
  }
  expect(await upgradeTo('2.0.1', 'setInterval(() => {}, 1000)')).toMatch(
    /^error: version 2\.0\.1 did not become healthy, 1\.2\.0 goes on serving: .*not ready/,
  )
  expect(await upgradeTo('2.0.2', 'for (;;);')).toMatch(
    /^error: version 2\.0\.2 did not become healthy, 1\.2\.0 goes on serving: .*not ready/,
  )
  expect(await upgradeTo('2.0.3', listen('503'))).toMatch(
    /^error: version 2\.0\.3 did not become healthy, 1\.2\.0 goes on serving: .*503/,
  )
  const fading = '(globalThis.asked = (globalThis.asked ?? 0) + 1) > 2 ? 500 : 200'
  expect(await upgradeTo('2.0.4', listen(fading), ['--window', '60000'])).toMatch(
    /^error: version 2\.0\.4 did not stay healthy, 1\.2\.0 serves again: .*500/,
  )
  expect(await installed.bin('ping')).toMatchObject({ stdout: 'shop 1.2.0 answers\n' })
})

test('a generation whose own process is killed is replaced, and the version that is permanent starts again', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const { tarball } = await world.release({ version: '1.3.0' })
  await installed.bin('upgrade', tarball, ...WINDOW)
  const { generation } = await installed.status()
  process.kill(generation, 'SIGKILL')
  expect(await installed.get()).toMatchObject({ version: '1.3.0' })
  expect((await installed.status()).generation).not.toBe(generation)
})

test('an upgrade of a release that does not run decides what starts next', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  const { tarball } = await world.release({ version: '1.3.0' })
  expect(await installed.bin('upgrade', tarball)).toEqual({
    code: 0,
    stdout: 'shop 1.3.0 is what starts next; it is not running now\n',
    stderr: '',
  })
  await installed.bin('daemon')
  expect(await installed.get()).toMatchObject({ version: '1.3.0' })
  expect((await installed.bin('rollback', ...WINDOW)).stdout).toBe('shop 1.2.0 runs, 1.3.0 ran before\n')
  expect(await installed.get()).toMatchObject({ version: '1.2.0' })
})

/** Mounting needs rights that a developer's machine does not give. */
const canMount =
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' }).status === 0

test.skipIf(!canMount)('a disk without room: refused before anything is written, and the old one serves', async () => {
  await using world = await makeWorld(shop())
  const first = await world.release()
  const { tarball } = await world.release({ version: '1.3.0' })
  const root = join(world.folder, 'small')
  mkdirSync(root)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', root])
  try {
    execFileSync('tar', ['-xzf', first.tarball, '-C', root])
    const bin = join(root, 'bin/shop')
    const run = (...args: readonly string[]) => spawnSync(bin, args, { env: ENV, encoding: 'utf8' })
    expect(run('daemon')).toMatchObject({ status: 0 })
    const { status, stderr } = run('upgrade', tarball)
    expect(status).toBe(1)
    expect(stderr).toMatch(/was not installed: it needs \d+ MB of disk, and .*\/releases has 1\d MB free\n$/)
    expect(run('releases').stdout).toBe('1.2.0  current\n')
    expect(run('ping').stdout).toBe('shop 1.2.0 answers\n')
    expect(readdirSync(join(root, 'releases')).toSorted()).toEqual(['1.2.0', 'current'])
    expect(run('stop')).toMatchObject({ status: 0 })
  } finally {
    execFileSync('umount', ['--lazy', root])
  }
})

test.skipIf(!canMount)(
  'a disk that fills up while it runs: the service and its commands go on, upgrades change nothing',
  async () => {
    const talking = MAIN.replace('if (request.url', "console.log('asked')\n  if (request.url")
    await using world = await makeWorld(shop(talking))
    const first = await world.release()
    const { tarball } = await world.release({ version: '1.3.0' })
    const root = join(world.folder, 'small')
    mkdirSync(root)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=60m', 'tmpfs', root])
    try {
      execFileSync('tar', ['-xzf', first.tarball, '-C', root])
      const bin = join(root, 'bin/shop')
      const run = (...args: readonly string[]) => spawnSync(bin, args, { env: ENV, encoding: 'utf8' })
      expect(run('daemon')).toMatchObject({ status: 0 })
      expect(run('upgrade', tarball, ...WINDOW)).toMatchObject({ status: 0, stderr: '' })
      const { listening } = JSON.parse(run('status', '--json').stdout) as { listening: readonly { port: number }[] }
      const version = async (): Promise<string> => {
        const response = await fetch(`http://127.0.0.1:${listening[0]?.port}/`, { headers: { Connection: 'close' } })
        return ((await response.json()) as { readonly version: string }).version
      }
      // Everything up to the last block; what writes from now on has no room.
      spawnSync('dd', ['if=/dev/zero', `of=${join(root, 'full')}`, 'bs=4096'], { stdio: 'ignore' })
      for (let count = 0; count < 200; count++) expect(await version()).toBe('1.3.0')
      expect(run('ping').stdout).toBe('shop 1.3.0 answers\n')
      expect(run('restart')).toMatchObject({ status: 0, stderr: '' })
      const refused = run('rollback', ...WINDOW)
      expect(refused.status).toBe(1)
      expect(refused.stderr).toMatch(/^error: version 1\.2\.0 cannot be made permanent, 1\.3\.0 serves again: .*ENOSPC/)
      expect(await version()).toBe('1.3.0')
      expect(run('releases').stdout).toBe('1.2.0  previous\n1.3.0  current\n')
      rmSync(join(root, 'full'))
      expect(run('rollback', ...WINDOW)).toMatchObject({ status: 0, stderr: '' })
      expect(await version()).toBe('1.2.0')
      expect(run('logs', '-n', '1000').stdout).toMatch(/supervisor \d+ lines were lost: the disk was full\n/)
      expect(run('stop')).toMatchObject({ status: 0 })
    } finally {
      execFileSync('umount', ['--lazy', root])
    }
  },
)

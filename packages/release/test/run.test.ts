/** A release from the tarball to the answer, with its real script, supervisor and processes. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ENV, installShop, MAIN, shop } from './shop.ts'
import { makeWorld, run, writeFiles } from './world.ts'

test('daemon, answer, restart, eval, stop', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  const { bin } = installed
  expect(await bin('version')).toEqual({ code: 0, stdout: 'shop 1.2.0\n', stderr: '' })
  expect(await bin('ping')).toEqual({ code: 1, stdout: '', stderr: 'error: shop is not running\n' })

  const daemon = await bin('daemon')
  expect(daemon).toMatchObject({ code: 0, stderr: '' })
  expect((await bin('pid')).stdout).toBe(daemon.stdout)
  const before = await installed.get()
  expect(before).toMatchObject({ greeting: 'hello', version: '1.2.0' })
  expect(await bin('daemon')).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: shop is running already, as process ${daemon.stdout}`,
  })

  expect(await bin('restart')).toEqual({ code: 0, stdout: 'restarted 1 worker\n', stderr: '' })
  const after = await installed.get()
  expect(after.pid).not.toBe(before.pid)

  expect(await bin('eval', "(await import('greeting')).greeting + process.argv[2]", '!')).toEqual({
    code: 0,
    stdout: 'hello!\n',
    stderr: '',
  })
  expect((await bin('eval', 'throw new Error("no")')).code).toBe(1)
  expect(await bin('stop')).toEqual({ code: 0, stdout: `stopped process ${daemon.stdout}`, stderr: '' })
  expect(() => process.kill(Number(daemon.stdout), 0)).toThrow('ESRCH')
  expect(() => process.kill(after.pid, 0)).toThrow('ESRCH')
  expect(await bin('stop')).toEqual({ code: 0, stdout: 'shop is not running\n', stderr: '' })
})

test('who has the cookie for observers sees how it is and can do nothing; the log says who tried', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const cookie = await readFile(join(installed.root, 'tmp/run/cookie.observe'), 'utf8')
  const as = async (RELEASE_COOKIE: string, ...args: readonly string[]): Promise<string> => {
    const child = spawn(join(installed.root, 'bin/shop'), args, { env: { ...ENV, RELEASE_COOKIE } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
    await once(child, 'close')
    return output
  }
  expect(await as(cookie, 'ping')).toBe('shop 1.2.0 answers\n')
  expect(await as(cookie, 'info', '--json')).toContain('"ok":true')
  for (const [command, ...rest] of [['rpc', '1'], ['restart'], ['stop']]) {
    expect(await as(cookie, command ?? '', ...rest)).toBe(
      `error: ${command} needs the role eval; this cookie is for observers\n`,
    )
  }
  expect(await as('guess', 'ping')).toBe('error: the cookie is not the one of this release\n')
  const { stdout } = await installed.bin('logs')
  expect(stdout.match(/audit: .*/g)).toEqual([
    'audit: rpc refused to an observer',
    'audit: restart refused to an observer',
    'audit: stop refused to an observer',
    'audit: refused a connection without the cookie',
  ])
})

test('a worker that is killed refuses no connection that comes afterwards', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const { workers, listening } = await installed.status()
  const [worker] = workers
  process.kill(worker?.pid ?? 0, 'SIGKILL')
  // Asked at once, while nobody accepts: the connection waits in the kernel's queue for the next worker.
  const response = await fetch(`http://127.0.0.1:${listening[0]?.port}/`)
  const { pid } = (await response.json()) as { readonly pid: number }
  expect(pid).not.toBe(worker?.pid)
  expect((await installed.status()).workers).toMatchObject([{ pid, restarts: 1 }])
})

test('an application that does not boot: daemon says why and leaves nothing running', async () => {
  await using world = await makeWorld(shop("console.error('no database'); process.exitCode = 9"))
  await using installed = await installShop(world)
  expect(await installed.bin('daemon')).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: shop did not start: shop\.0 ended before it was ready \(exit code 9\)\n {2}shop\.0: no database\n/,
    ) as string,
  })
  expect((await installed.bin('pid')).code).toBe(1)
  // The second time it shows what was said this time.
  const again = await installed.bin('daemon')
  expect(again.stderr.match(/no database/g)).toHaveLength(1)
})

test('an application that keeps crashing uses up its restarts and stops the release', async () => {
  await using world = await makeWorld(shop(MAIN, { configuration: { shop: { maxRestarts: 1, maxSeconds: 3600 } } }))
  await using installed = await installShop(world)
  const child = spawn(join(installed.root, 'bin/shop'), ['start'], { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] })
  const exit = once(child, 'exit')
  const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]()
  expect((await lines.next()).value).toMatch(/^shop: version 1\.2\.0 is ready/)
  await expect(installed.get('/crash')).rejects.toThrow('fetch failed')
  await installed.get()
  await expect(installed.get('/crash')).rejects.toThrow('fetch failed')
  expect((await exit)[0]).toBe(1)
  const said = []
  for await (const line of lines) said.push(line)
  expect(said.at(-1)).toBe('shop: gave up: more than 1 restarts in 3600 seconds, last shop: exit code 3')
})

test('start in the foreground stops on SIGTERM after the request at hand', async () => {
  const slow = `
import http from 'node:http'
http.createServer((request, response) => {
  console.log('request')
  process.on('message', (message) => message.alkahest === 'drain' && response.end('done'))
}).listen(Number(process.env.PORT), process.env.HOST)`
  await using world = await makeWorld(shop(slow))
  await using installed = await installShop(world)
  const child = spawn(join(installed.root, 'bin/shop'), ['start'], { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] })
  const exit = once(child, 'exit')
  await once(child.stderr, 'data')
  const { listening } = await installed.status()
  const answer = fetch(`http://127.0.0.1:${listening[0]?.port}/`)
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await (await answer).text()).toBe('done')
  expect(await exit).toEqual([0, null])
})

/** The shells that this machine has; a test for one that it has not is skipped, and counted. */
const SHELLS = [['dash'], ['busybox', 'sh']] as const
const hasShell = ([program]: readonly [string, ...string[]]): boolean =>
  spawnSync(program, { stdio: ['ignore', 'ignore', 'ignore'] }).error === undefined

for (const shell of SHELLS) {
  const [program, ...flags] = shell
  test.skipIf(!hasShell(shell))(`under ${shell.join(' ')}: in the background, code, and the end`, async () => {
    await using world = await makeWorld(shop())
    await using installed = await installShop(world)
    const bin = async (...args: readonly string[]): Promise<string> =>
      (await run(program, [...flags, 'bin/shop', ...args], { cwd: installed.root, env: ENV })).stdout
    const pid = await bin('daemon')
    expect(await bin('ping')).toBe('shop 1.2.0 answers\n')
    expect(await bin('eval', '1 + 1')).toBe('2\n')
    expect(await bin('stop')).toBe(`stopped process ${pid}`)
  })
}

test('the script: symbolic links, wrong usage', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  const link = join(world.folder, 'a link')
  await symlink('unpacked/bin/shop', link)
  expect((await run(link, ['version'])).stdout).toBe('shop 1.2.0\n')
  expect((await run('sh', ['bin/shop', 'version'], { cwd: installed.root })).stdout).toBe('shop 1.2.0\n')
  expect(await installed.bin()).toMatchObject({ code: 0, stderr: '' })
  const unknown = await installed.bin('sart')
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toMatch(/^Usage: shop COMMAND\n[^]*\nerror: unknown command sart\n$/)
  await writeFile(join(installed.root, 'releases/current'), '9.9.9\n')
  expect(await installed.bin('start')).toMatchObject({
    code: 1,
    stderr: `error: version 9.9.9 of shop is not in ${installed.root}/releases\n`,
  })
})

test('the same project in two folders gives the same bytes, and a tarball that exists is kept', async () => {
  await using one = await makeWorld(shop())
  await using two = await makeWorld(shop())
  const [first, second] = [await one.release(), await two.release()]
  expect(await readFile(second.tarball)).toEqual(await readFile(first.tarball))
  expect({ ...second, tarball: '', beside: [] }).toEqual({ ...first, tarball: '', beside: [] })
  await expect(one.release()).rejects.toThrow(`${first.tarball} exists already`)
  expect(await one.release({ overwrite: true })).toEqual(first)
})

test('an entry that the build did not make', async () => {
  await using world = await makeWorld(shop(MAIN, { configuration: { shop: { entry: 'dist/server.js' } } }))
  await expect(world.release()).rejects.toThrow(
    'dist/server.js, which shop starts with, is not among the files of the release',
  )
})

test('a worker that outgrows its memory is replaced, which is no crash', async () => {
  const growing = `${MAIN}\nprocess.on('message', ({ question }) => question?.code === 'grow' && (globalThis.kept = Buffer.alloc(200e6, 1)))`
  await using world = await makeWorld(shop(growing, { configuration: { shop: { memoryMaxMb: 220 } } }))
  await using installed = await installShop(world)
  const child = spawn(join(installed.root, 'bin/shop'), ['start'], { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] })
  const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]()
  expect((await lines.next()).value).toMatch(/is ready/)
  const before = await installed.get()
  await installed.bin('rpc', 'grow')
  expect((await lines.next()).value).toMatch(/^shop: audit: rpc sha256:[0-9a-f]{64}$/)
  expect((await lines.next()).value).toMatch(
    /^shop: shop\.0 \(process \d+\) outgrew its memory \(\d+ MiB\) and is replaced$/,
  )
  let after = await installed.get()
  while (after.pid === before.pid) after = await installed.get()
  expect((await installed.status()).workers).toMatchObject([{ pid: after.pid, restarts: 0 }])
})

test("systemd's notify protocol: ready and stopping are said once", async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  const said = join(world.folder, 'said')
  await writeFiles(world.folder, { 'bin/systemd-notify': `#!/bin/sh\necho "$1 $2" >>'${said}'\n` })
  const env = { ...ENV, PATH: `${join(world.folder, 'bin')}:${ENV.PATH}`, NOTIFY_SOCKET: '/run/systemd/notify' }
  const child = spawn(join(installed.root, 'bin/shop'), ['start'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const exit = once(child, 'exit')
  await once(child.stderr, 'data')
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
  expect(await readFile(said, 'utf8')).toBe(`--pid=${child.pid} READY=1\n--pid=${child.pid} STOPPING=1\n`)
})

const NOTIFIED = spawnSync('systemd-notify', ['--help'], { stdio: 'ignore' }).error === undefined

test.skipIf(!NOTIFIED)("systemd's own program knows what it is asked to say", () => {
  for (const state of ['READY=1', 'STOPPING=1']) {
    // Without a socket it understands the command line and then fails for want of one, or has nothing to do.
    const { stderr } = spawnSync('systemd-notify', ['--pid=1', state], { env: ENV, encoding: 'utf8' })
    expect(stderr).not.toMatch(/unrecognized|invalid option|Unknown/i)
  }
})

/** A process tree of its own needs rights that a developer's machine does not give. */
const IN_TREE = ['--pid', '--fork', '--mount-proc', '--kill-child']
const canUnshare = spawnSync('unshare', [...IN_TREE, 'true'], { stdio: 'ignore' }).status === 0

/** A program whose parent is gone when it ends. */
const ORPHAN = "void (await import('node:child_process')).spawn('sh', ['-c', '(sleep 0.1; exit 3) & exit 0'])"

const FIRST_SHELLS: readonly (readonly string[])[] = [['sh'], ...SHELLS.filter(hasShell).slice(1)]

test.skipIf(!canUnshare).each(FIRST_SHELLS.map((shell) => ({ shell })))(
  'as process 1 ($shell) it stays, reaps orphans, and stops on SIGTERM',
  async ({ shell }) => {
    await using world = await makeWorld(shop())
    await using installed = await installShop(world)
    const child = spawn('unshare', [...IN_TREE, ...shell, join(installed.root, 'bin/shop'), 'start'], {
      env: { ...ENV, PATH: `${ENV.PATH}:/sbin:/usr/sbin` },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const exit = once(child, 'exit')
    await once(child.stderr, 'data')
    const { stdout } = await run('pgrep', ['-P', String(child.pid)])
    const first = Number(stdout)
    const inside = async (...args: readonly string[]): Promise<string> =>
      (await run('nsenter', ['--target', String(first), '--pid', '--mount', ...args], { env: ENV })).stdout
    expect(await inside('ps', '-o', 'args=', '-p', '1')).toContain('bin/shop start')
    await inside(join(installed.root, 'bin/shop'), 'rpc', ORPHAN)
    const states = async (): Promise<string> => await inside('ps', '-e', '-o', 'stat=')
    await vi.waitFor(async () => expect(await states()).not.toContain('Z'), { timeout: 20_000, interval: 100 })
    process.kill(first, 'SIGTERM')
    expect(await exit).toEqual([0, null])
  },
)

const canActivate = spawnSync('systemd-socket-activate', ['--version'], { stdio: 'ignore' }).error === undefined

test.skipIf(!canActivate)('a socket that systemd opened is used, and outlives the release', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  const flags = [
    '-l',
    `127.0.0.1:${port}`,
    '-E',
    'HOST',
    '-E',
    `PORT=${port}`,
    '-E',
    'PATH',
    join(installed.root, 'bin/shop'),
    'start',
  ]
  const child = spawn('systemd-socket-activate', flags, { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] })
  const exit = once(child, 'exit')
  await once(child.stderr, 'data')
  // The first connection is what starts the release; it waits in the queue meanwhile.
  const response = await fetch(`http://127.0.0.1:${port}/`)
  expect(await response.json()).toMatchObject({ greeting: 'hello' })
  expect((await installed.status()).listening).toEqual([{ address: '127.0.0.1', port }])
  await installed.bin('stop')
  expect(await exit).toEqual([0, null])
})

/** Looking into a running release: its live process, also while it is blocked. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ENV, installShop, MAIN, shop } from '../../packages/release/test/shop.ts'
import { makeWorld, writeFiles } from '../../packages/release/test/world.ts'

test('rpc: expressions, files and functions in the live process; an error is an error', async () => {
  await using world = await makeWorld(shop(`${MAIN}\nglobalThis.visits = 41`))
  await using installed = await installShop(world)
  const { bin } = installed
  await bin('daemon')
  const { pid } = await installed.get()
  expect(await bin('rpc', '[process.pid, ++globalThis.visits]')).toEqual({
    code: 0,
    stdout: `[ ${pid}, 42 ]\n`,
    stderr: '',
  })
  expect((await bin('rpc', "(await import('greeting')).greeting")).stdout).toBe('hello\n')
  expect((await bin('rpc', '--force', 'globalThis.visits')).stdout).toBe('42\n')
  expect((await bin('rpc', '--call', 'greeting#greeting')).stderr).toContain('is not a function')
  await writeFiles(world.folder, { 'x.ts': 'const factor: number = 2\nreturn globalThis.visits * factor' })
  expect((await bin('rpc', '--file', join(world.folder, 'x.ts'))).stdout).toBe('84\n')
  const failed = await bin('rpc', 'throw new Error("no such customer")')
  expect(failed.code).toBe(1)
  expect(failed.stderr).toContain('error: Error: no such customer\n')
  expect(await bin('rpc')).toMatchObject({ code: 2 })
  expect((await bin('rpc', '--worker', 'web.7', '1')).stderr).toBe('error: no worker web.7 runs; there are shop.0\n')
})

/** Spins for ever when it is asked to run `spin`. */
const SPINNING = `${MAIN}
globalThis.state = 'before'
process.on('message', (message) => {
  if (message.question?.code !== 'spin') return
  globalThis.state = 'spinning'
  hotLoop()
})
function hotLoop() { for (;;) globalThis.turns = (globalThis.turns ?? 0) + 1 }`

test('a blocked event loop: its stack, its state and a profile', async () => {
  await using world = await makeWorld(shop(SPINNING, { configuration: { shop: { watchdogMs: 0, shutdownMs: 10 } } }))
  await using installed = await installShop(world)
  const { bin } = installed
  await bin('daemon')
  const { pid } = await installed.get()
  const spin = bin('rpc', 'spin')
  for (let state = ''; state !== "'spinning'\n";) state = (await bin('rpc', '--force', 'globalThis.state')).stdout
  expect((await bin('stack')).stdout).toMatch(/^hotLoop \(.*dist\/main\.js:\d+:\d+\)\n/)
  const profile = await bin('profile', '200')
  expect(profile.stdout).toMatch(/^\d+ {2}(hotLoop|\(anonymous\)) /m)
  expect(existsSync(profile.stdout.split(' (')[0] ?? '')).toBe(true)
  expect(JSON.parse((await bin('info', '--json')).stdout)).toMatchObject({
    ok: true,
    workers: [{ name: 'shop.0', pid }],
  })
  process.kill(pid, 'SIGKILL')
  expect((await spin).stderr).toBe('error: shop.0 ended: killed by SIGKILL\n')
})

test('the watchdog says where the event loop stands, and ends the worker', async () => {
  await using world = await makeWorld(shop(SPINNING, { configuration: { shop: { watchdogMs: 1500 } } }))
  await using installed = await installShop(world)
  const { bin } = installed
  await bin('daemon')
  const { pid } = await installed.get()
  expect((await bin('rpc', 'spin')).stderr).toBe('error: shop.0 ended: killed by SIGKILL\n')
  expect((await installed.get()).pid).not.toBe(pid)
  expect((await bin('logs')).stdout).toMatch(
    /shop\.0 watchdog: the event loop has been blocked for \d+ ms, at\n.* shop\.0 {5}hotLoop \(/,
  )
})

test('remote: a REPL in the live process, with TypeScript; leaving it does not end the service', async () => {
  await using world = await makeWorld(shop(`${MAIN}\nglobalThis.visits = 41`))
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const { pid } = await installed.get()
  const remote = spawn(join(installed.root, 'bin/shop'), ['remote'], {
    env: { ...ENV, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  remote.stdout.on('data', (chunk) => (output += String(chunk)))
  remote.stdin.write("const next: number = (await Promise.resolve(globalThis.visits)) + 1\n'next is ' + next\n.exit\n")
  expect(await once(remote, 'close')).toEqual([0, null])
  expect(output).toContain("'next is 42'")
  expect((await installed.get()).pid).toBe(pid)
})

test('the configuration: evaluated at boot, shown to the workers, reloaded', async () => {
  const main = MAIN.replace('hello', '').replace(
    'JSON.stringify({ greeting,',
    'JSON.stringify({ greeting: process.env.GREETING,',
  )
  await using world = await makeWorld(shop(main))
  await using installed = await installShop(world)
  const { bin, root } = installed
  const config = join('releases', '1.2.0', 'config.mjs')
  await writeFiles(root, { [config]: "export default ({ version }) => ({ env: { GREETING: 'from ' + version } })" })
  await bin('daemon')
  expect((await installed.get()).greeting).toBe('from 1.2.0')
  expect((await bin('reload-config')).stdout).toBe('nothing changed\n')
  await writeFiles(root, { [config]: "export default { env: { GREETING: 'changed' } }" })
  expect((await bin('reload-config')).stdout).toBe('changed: GREETING\n')
  expect((await installed.get()).greeting).toBe('changed')
  await writeFiles(root, { [config]: "throw new Error('no vault')" })
  expect((await bin('reload-config')).stderr).toContain('config.mjs failed: no vault\n')
  expect((await installed.get()).greeting).toBe('changed')
  await bin('stop')
  expect((await bin('start')).code).toBe(78)
})

test('start_repl: the release runs while the REPL does', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  const started = spawn(join(installed.root, 'bin/shop'), ['start_repl'], {
    env: { ...ENV, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  started.stdout.on('data', (chunk) => (output += String(chunk)))
  await once(started.stdout, 'data')
  expect(await installed.get()).toMatchObject({ greeting: 'hello' })
  started.stdin.write("'version ' + process.env.RELEASE_VSN\n.exit\n")
  expect(await once(started, 'close')).toEqual([0, null])
  expect(output).toContain("'version 1.2.0'")
  expect((await installed.bin('ping')).stderr).toBe('error: shop is not running\n')
})

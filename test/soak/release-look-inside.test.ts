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

test('the watchdog sees a worker that is blocked right after it is ready, before its event loop ever turned for it', async () => {
  const spinning = `${MAIN.replace('process.env.HOST)', 'process.env.HOST, () => setImmediate(spinOnce))')}
import { existsSync, writeFileSync } from 'node:fs'
function spinOnce() {
  const flag = process.env.RELEASE_TMP + '/spun'
  if (existsSync(flag)) return
  writeFileSync(flag, '')
  for (;;);
}`
  await using world = await makeWorld(shop(spinning, { configuration: { shop: { watchdogMs: 1000 } } }))
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const { workers } = await installed.status()
  await installed.get()
  expect((await installed.status()).workers[0]?.pid).not.toBe(workers[0]?.pid)
  expect((await installed.bin('logs')).stdout).toMatch(/watchdog: the event loop has been blocked for \d+ ms, at\n/)
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

test('remote: names are completed, and the history is there in the next session', async () => {
  await using world = await makeWorld(shop(`${MAIN}\nglobalThis.visits = 41`))
  await using installed = await installShop(world)
  await installed.bin('daemon')
  /** What a session shows when these keys are pressed, each of them once the one before has had its effect. */
  const session = async (...steps: readonly (readonly [keys: string, seen: RegExp])[]): Promise<void> => {
    const remote = spawn(join(installed.root, 'bin/shop'), ['remote'], {
      env: { ...ENV, NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let output = ''
    let changed = Promise.withResolvers<void>()
    remote.stdout.on('data', (chunk) => {
      output += String(chunk)
      changed.resolve()
      changed = Promise.withResolvers()
    })
    while (!output.includes('shop> ')) await changed.promise
    for (const [keys, seen] of steps) {
      output = ''
      remote.stdin.write(keys)
      while (!seen.test(output)) await changed.promise
    }
    remote.stdin.write('.exit\n')
    expect(await once(remote, 'close')).toEqual([0, null])
  }
  await session(['globalThis.visi\t', /visits/], [' += 1\n', /^42$/m])
  // Twice up, over `.exit`, and return.
  await session(['\u001b[A\u001b[A', /globalThis\.visits \+= 1/], ['\n', /^43$/m])
  // A name of the application is the application's; one that a session declares is gone with it.
  await session(['visits += 1\n', /^44$/m], ['const mine: number = 1\n', /> /])
  expect((await installed.bin('rpc', '[globalThis.visits, typeof mine]')).stdout).toBe("[ 44, 'undefined' ]\n")
})

test('the configuration by every provider, at boot and at reload: all problems at once, no secret among them', async () => {
  const greet = 'JSON.stringify({ greeting: process.env.GREETING,'
  const main = MAIN.replace('JSON.stringify({ greeting,', greet)
  await using world = await makeWorld(shop(main))
  await using installed = await installShop(world)
  const { root } = installed
  const config = `
const longer = (place, text) => (text.length > 5 ? [] : [{ path: [place], message: 'too short: ' + text }])
const schema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const issues = Object.entries(value).flatMap(([place, text]) => longer(place, text))
      return issues.length > 0 ? { issues } : { value }
    },
  },
}
export default async ({ env, jsonFile, credential, command, validate }) => {
  const parts = { file: jsonFile('x.json').word, credential: credential('word'), command: command('cat', '${root}/y') }
  const { file, credential: secret, command: printed } = await validate(schema, parts)
  return { env: { GREETING: [env.HOST, file, secret, printed].join(' ') } }
}`
  await writeFiles(root, {
    'releases/1.2.0/config.mjs': config,
    'releases/1.2.0/env.sh': `export CREDENTIALS_DIRECTORY='${root}/credentials'\n`,
    'x.json': '{"word":"from-file"}',
    'credentials/word': 'from-systemd\n',
    y: 'from-command\n',
  })
  await installed.bin('daemon')
  expect((await installed.get()).greeting).toBe('127.0.0.1 from-file from-systemd from-command')
  await writeFiles(root, { 'x.json': '{"word":"file1"}', 'credentials/word': 'cred1', y: 'print1' })
  const { code, stderr } = await installed.bin('reload-config')
  expect([code, stderr]).toEqual([
    1,
    'error: the configuration is not valid:\n  file: too short: [redacted]\n  credential: too short: [redacted]\n',
  ])
  expect((await installed.get()).greeting).toBe('127.0.0.1 from-file from-systemd from-command')
  await writeFiles(root, { 'x.json': '{"word":"other-file"}', 'credentials/word': 'other-secret' })
  expect((await installed.bin('reload-config')).stdout).toBe('changed: GREETING\n')
  expect((await installed.get()).greeting).toBe('127.0.0.1 other-file other-secret print1')
  await writeFiles(root, { 'x.json': '{"word":"file1"}' })
  await installed.bin('stop')
  const started = await installed.bin('start')
  expect([started.code, started.stderr]).toEqual([
    78,
    expect.stringContaining('the configuration is not valid:\n  file: too short: [redacted]\n') as string,
  ])
  const logged = await installed.bin('logs', '-n', '1000')
  expect(`${started.stderr}${logged.stdout}`).not.toMatch(/file1|cred1|other-secret/)
})

test('WebSockets in a hand-over: each is closed with 1012, at times of its own, before the deadline', async () => {
  const sockets = `${MAIN.replace('http.createServer(', 'const server = http.createServer(').replace('}).listen(', '})\nserver.listen(')}
import { createHash } from 'node:crypto'
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64')
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n')
  socket.on('data', (frame) => { if ((frame[0] & 15) === 8) socket.end(Buffer.from([0x88, 0])) })
  socket.on('error', () => {})
})`
  await using world = await makeWorld(shop(sockets))
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const { port } = (await installed.status()).listening[0] ?? { port: 0 }
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    return socket
  }
  const held = await Promise.all(Array.from({ length: 40 }, open))
  const ends: { readonly code: number; readonly turn: number }[] = []
  let turn = 0
  const timer = setInterval(() => (turn += 1), 50)
  const closed = held.map(
    async (socket) =>
      await new Promise<void>((resolve) => {
        socket.addEventListener('close', ({ code }) => {
          ends.push({ code, turn })
          resolve()
        })
      }),
  )
  const { tarball } = await world.release({ version: '1.3.0' })
  expect(await installed.bin('upgrade', tarball, '--window', '0')).toMatchObject({ code: 0 })
  await Promise.all(closed)
  clearInterval(timer)
  expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([1012]))
  // All at once would be one or two turns of the clock.
  expect(new Set(ends.map((end) => end.turn)).size).toBeGreaterThan(5)
  // The whole release stops: another word.
  const last = await open()
  const code = new Promise((resolve) => last.addEventListener('close', (event) => resolve(event.code)))
  await installed.bin('stop')
  expect(await code).toBe(1001)
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

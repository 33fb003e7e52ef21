/** Kill -9 of everything that can be killed, at many moments: the old or the new version serves, and the next command works. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ENV, installShop, MAIN, shop } from '../../packages/release/test/shop.ts'
import type { Installed } from '../../packages/release/test/shop.ts'
import { makeWorld, writeFiles } from '../../packages/release/test/world.ts'
import type { World } from '../../packages/release/test/world.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Asks until it answers: after a kill the watcher needs a moment. */
async function whenServing(installed: Installed): Promise<string> {
  for (;;) {
    try {
      return (await installed.get()).version
    } catch {
      await delay(100)
    }
  }
}

test('the supervisor, under the watcher of daemon: it comes back with the permanent version, and the workers are its own', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const { tarball } = await world.release({ version: '1.3.0' })
  for (const version of ['1.2.0', '1.3.0', '1.3.0']) {
    const before = await installed.status()
    process.kill(before.pid, 'SIGKILL')
    expect(await whenServing(installed)).toBe(version)
    const after = await installed.status()
    expect(after.pid).not.toBe(before.pid)
    const target = version === '1.2.0' ? tarball : version
    expect(await installed.bin('upgrade', target, '--window', '0')).toMatchObject({ code: 0, stderr: '' })
  }
})

/** What systemd does for a service with `Restart=always` and a socket unit: it holds the socket, and starts again what ends. */
const LIKE_SYSTEMD = `
for name in LISTEN_PID LISTEN_FDS; do unset $name; done
stopping=
trap 'stopping=1; kill -TERM $child' TERM
while [ -z "$stopping" ]; do
  LISTEN_FDS=1 sh -c 'LISTEN_PID=$$ exec "$0" start' "$1" &
  child=$!
  wait $child
done
wait`

const canActivate = spawnSync('systemd-socket-activate', ['--version'], { stdio: 'ignore' }).error === undefined

test.skipIf(!canActivate)(
  "the supervisor, under systemd's protocol: no connection is refused, and ready is said again",
  async () => {
    await using world = await makeWorld(shop())
    await using installed = await installShop(world)
    const said = join(world.folder, 'said')
    await writeFiles(world.folder, {
      'bin/systemd-notify': `#!/bin/sh\necho "$2" >>'${said}'\n`,
      service: `#!/bin/sh\n${LIKE_SYSTEMD}\n`,
    })
    const port = await freePort()
    const env = {
      ...ENV,
      PATH: `${join(world.folder, 'bin')}:${ENV.PATH}`,
      NOTIFY_SOCKET: '/run/x',
      PORT: String(port),
    }
    const passed = ['HOST', 'PORT', 'PATH', 'NOTIFY_SOCKET'].flatMap((name) => ['-E', name])
    const flags = [
      '-l',
      `127.0.0.1:${port}`,
      ...passed,
      join(world.folder, 'service'),
      join(installed.root, 'bin/shop'),
    ]
    const service = spawn('systemd-socket-activate', flags, { env, stdio: ['ignore', 'ignore', 'inherit'] })
    const exit = once(service, 'exit')
    const ask = async (): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { Connection: 'close' } })
      return ((await response.json()) as { readonly version: string }).version
    }
    while ((await ask().catch(() => '')) !== '1.2.0') await delay(50)
    const { tarball } = await world.release({ version: '1.3.0' })
    const pids = new Set<number>()
    for (const version of ['1.2.0', '1.3.0', '1.3.0']) {
      const { pid } = await installed.status()
      pids.add(pid)
      process.kill(pid, 'SIGKILL')
      // Asked at once: it waits in the queue of the socket that stays.
      expect(await ask()).toBe(version)
      while ((await installed.bin('ping')).code !== 0) await delay(50)
      expect((await installed.status()).listening).toEqual([{ address: '127.0.0.1', port }])
      const target = version === '1.2.0' ? tarball : version
      expect(await installed.bin('upgrade', target, '--window', '0')).toMatchObject({ code: 0, stderr: '' })
    }
    expect(pids.size).toBe(3)
    expect(readFileSync(said, 'utf8')).toBe('READY=1\n'.repeat(4))
    service.kill('SIGTERM')
    await exit
    expect(readFileSync(said, 'utf8')).toBe(`${'READY=1\n'.repeat(4)}STOPPING=1\n`)
  },
)

test('the supervisor while its worker is blocked: the port is free again after a while', async () => {
  const blocking = `${MAIN}\nprocess.on('message', ({ question }) => { if (question?.code === 'spin') for (;;); })`
  await using world = await makeWorld(shop(blocking, { configuration: { shop: { watchdogMs: 0 } } }))
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const { pid, workers, listening } = await installed.status()
  // The next supervisor is to want the very port that the blocked worker holds.
  await writeFiles(installed.root, { 'releases/1.2.0/env.sh': `export PORT=${listening[0]?.port}\n` })
  void installed.bin('rpc', 'spin')
  while (!(await installed.bin('stack')).stdout.includes('main.js')) await delay(50)
  process.kill(pid, 'SIGKILL')
  expect(await whenServing(installed)).toBe('1.2.0')
  expect((await installed.status()).workers[0]?.pid).not.toBe(workers[0]?.pid)
})

test('the upgrade command, at thirty moments: what is here is whole, and the upgrade can be done again', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  await installed.bin('daemon')
  for (let round = 0; round < 30; round++) {
    const version = `2.0.${round}`
    const { tarball } = await world.release({ version })
    const upgrade = spawn(join(installed.root, 'bin/shop'), ['upgrade', tarball, '--window', '0'], {
      env: ENV,
      stdio: 'ignore',
    })
    const exit = once(upgrade, 'exit')
    await delay(round * 20)
    upgrade.kill('SIGKILL')
    await exit
    const serving = await whenServing(installed)
    expect(['1.2.0', `2.0.${round - 1}`, version]).toContain(serving)
    const again = readdirSync(join(installed.root, 'releases')).includes(version) ? version : tarball
    // The supervisor may still be carrying the killed command's upgrade through.
    let outcome = await installed.bin('upgrade', again, '--window', '0')
    while (outcome.stderr.includes('the release is upgrading'))
      outcome = await installed.bin('upgrade', again, '--window', '0')
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(await whenServing(installed)).toBe(version)
    expect(readdirSync(join(installed.root, 'releases')).filter((name) => name.startsWith('.'))).toEqual([])
  }
})

/** What makes a command of the release die before the n-th thing that it does to the disk. */
type Killing = {
  /** The environment in which the n-th change kills, once. */
  readonly arm: (nth: number) => typeof ENV
  readonly hasKilled: () => boolean
  readonly disarm: () => void
}

function killing(world: World, command: string): Killing {
  const armed = join(world.folder, 'armed')
  const hook = pathToFileURL(join(import.meta.dirname, 'upgrade-kill-hook.ts')).href
  return {
    arm: (nth) => {
      writeFileSync(armed, '')
      return { ...ENV, NODE_OPTIONS: `--import=${hook}`, ALK_KILL: `${command}:${nth}:${armed}` } as typeof ENV
    },
    hasKilled: () => !existsSync(armed),
    disarm: () => rmSync(armed, { force: true }),
  }
}

async function runWith(env: typeof ENV, installed: Installed, ...args: readonly string[]): Promise<void> {
  await once(spawn(join(installed.root, 'bin/shop'), args, { env, stdio: 'ignore' }), 'exit')
}

test('the upgrade command before each change of the disk: the old one serves, what is here is whole', async () => {
  await using world = await makeWorld(shop())
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const { tarball } = await world.release({ version: '2.0.0' })
  const kill = killing(world, 'upgrade')
  let rounds = 0
  for (let nth = 1; ; nth++) {
    await runWith(kill.arm(nth), installed, 'upgrade', tarball, '--window', '0')
    if (!kill.hasKilled()) break
    rounds += 1
    expect((await installed.get()).version).toBe('1.2.0')
    const { stdout } = await installed.bin('releases')
    if (stdout.includes('2.0.0')) {
      // Whole, and moved to by name; then away again, for the next round.
      expect(await installed.bin('verify', '2.0.0')).toMatchObject({ code: 0 })
      rmSync(join(installed.root, 'releases/2.0.0'), { recursive: true })
    }
  }
  process.stdout.write(`killed at ${rounds} places\n`)
  expect(rounds).toBeGreaterThan(50)
  expect((await installed.get()).version).toBe('2.0.0')
  expect(readdirSync(join(installed.root, 'releases')).filter((name) => name.startsWith('.'))).toEqual([])
  expect(await installed.bin('rollback', '--window', '0')).toMatchObject({ code: 0 })
})

test('the supervisor before each change that makes a version permanent: one of the two serves, and it can be done again', async () => {
  await using world = await makeWorld(shop())
  const { tarball } = await world.release({ version: '2.0.0' })
  const served: string[] = []
  for (let nth = 1; ; nth++) {
    await using installed = await installShop(world, `round ${nth}`)
    const kill = killing(world, 'start')
    await runWith(kill.arm(nth), installed, 'daemon')
    await installed.bin('upgrade', tarball, '--window', '0')
    const hasKilled = kill.hasKilled()
    kill.disarm()
    const version = await whenServing(installed)
    served.push(version)
    expect(await installed.bin('upgrade', '2.0.0', '--window', '0')).toMatchObject({ code: 0, stderr: '' })
    expect(await whenServing(installed)).toBe('2.0.0')
    expect(await installed.bin('verify')).toMatchObject({ code: 0 })
    if (!hasKilled) break
  }
  process.stdout.write(`served after each kill: ${served.join(', ')}\n`)
  expect(new Set(served)).toEqual(new Set(['1.2.0', '2.0.0']))
})

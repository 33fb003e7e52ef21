/** Kill -9 of everything that can be killed, at many moments: the old or the new version serves, and the next command works. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ENV, installShop, MAIN, shop } from '../../packages/release/test/shop.ts'
import type { Installed } from '../../packages/release/test/shop.ts'
import { makeWorld, writeFiles } from '../../packages/release/test/world.ts'

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

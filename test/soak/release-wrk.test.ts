/** The same promise as release-prove, counted by a load tool that is not ours: Debian's wrk. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { installShop, shop } from '../../packages/release/test/shop.ts'
import { makeWorld } from '../../packages/release/test/world.ts'

const hasWrk = spawnSync('wrk', ['--version'], { stdio: 'ignore' }).error === undefined

test.skipIf(!hasWrk).each([
  ['keep-alive', []],
  ['a connection for each request', ['-H', 'Connection: close']],
] as const)('upgrades and rollbacks under wrk, %s: no socket error, no answer but 200', async (_what, flags) => {
  await using world = await makeWorld(shop(undefined, { configuration: { shop: { instances: 2 } } }))
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const { listening } = await installed.status()
  const { tarball } = await world.release({ version: '1.3.0' })
  const url = `http://127.0.0.1:${listening[0]?.port}/`
  const wrk = spawn('wrk', ['-t2', '-c32', '-d60s', '--timeout', '20s', ...flags, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  wrk.stdout.on('data', (chunk) => (output += String(chunk)))
  const exit = once(wrk, 'exit')
  let rolls = 0
  for (const target of [tarball, ...Array.from({ length: 7 }, (_, roll) => (roll % 2 === 0 ? '1.2.0' : '1.3.0'))]) {
    if (wrk.exitCode !== null) break
    expect(await installed.bin('upgrade', target, '--window', '200')).toMatchObject({ code: 0, stderr: '' })
    rolls += 1
  }
  expect(await exit).toEqual([0, null])
  process.stdout.write(`${rolls} rolls\n${output}\n`)
  expect(output).toMatch(/\d+ requests in/)
  expect(output).not.toMatch(/Socket errors|Non-2xx/)
})

/** The supervisor's own event loop is free whatever its workers do: counted in answers, over one connection to its admin socket. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installShop, MAIN, shop } from '../../packages/release/test/shop.ts'
import { makeWorld } from '../../packages/release/test/world.ts'
import { connectToRunning } from '../../packages/supervisor/src/admin-client.ts'
import { readEnvironment } from '../../packages/supervisor/src/environment.ts'

test('the supervisor answers while a worker spins, each of a hundred questions', async () => {
  const spinning = `${MAIN}
process.on('message', ({ question }) => {
  if (question?.code === 'spin') for (globalThis.turns = 0; ; globalThis.turns += 1);
})`
  await using world = await makeWorld(shop(spinning, { configuration: { shop: { watchdogMs: 0 } } }))
  await using installed = await installShop(world)
  await installed.bin('daemon')
  const [worker] = (await installed.status()).workers
  const spin = installed.bin('rpc', 'spin')
  const turns = async (): Promise<number> => Number((await installed.bin('rpc', '--force', 'globalThis.turns')).stdout)
  let before = await turns()
  while (!(before > 0)) before = await turns()
  const variables = {
    RELEASE_ROOT: installed.root,
    RELEASE_NAME: 'shop',
    RELEASE_VSN: '1.2.0',
    RELEASE_TMP: join(installed.root, 'tmp'),
  }
  {
    await using running = await connectToRunning(readEnvironment(variables))
    for (let count = 0; count < 100; count++) {
      expect(await running.ask('status')).toMatchObject({ state: 'running', workers: [{ pid: worker?.pid }] })
    }
  }
  // It never got away from its loop meanwhile.
  expect(await turns()).toBeGreaterThan(before)
  process.kill(worker?.pid ?? 0, 'SIGKILL')
  expect((await spin).stderr).toBe('error: shop.0 ended: killed by SIGKILL\n')
})

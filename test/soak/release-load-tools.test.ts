/**
 * The same promise as release-prove, counted by load tools that are not ours: twenty upgrades and twenty rollbacks under
 * each, with and without keep-alive, on every Node that is at hand; with a second Node every move swaps the runtime.
 */
import { expect, test } from 'vitest'
import { installShop, shop } from '../../packages/release/test/shop.ts'
import { makeWorld } from '../../packages/release/test/world.ts'
import { loadTools } from './load-tools.ts'
import { testedNodes } from './tested-nodes.ts'

const MOVES = 20

const cases = loadTools.flatMap((tool) =>
  testedNodes.flatMap((node) => [true, false].map((keepAlive) => ({ tool, node, keepAlive }))),
)

for (const { tool, node, keepAlive } of cases) {
  const how = keepAlive ? 'keep-alive' : 'a connection for each request'
  test.skipIf(!tool.isHere)(
    `${MOVES} upgrades and ${MOVES} rollbacks under ${tool.name}, ${how}, to Node ${node.version}`,
    async () => {
      const input = shop(undefined, { configuration: { shop: { instances: 2 } } })
      await using world = await makeWorld(input)
      await using other = await makeWorld({ ...input, node })
      await using installed = await installShop(world)
      await installed.bin('daemon')
      const { listening } = await installed.status()
      const { tarball } = await other.release({ version: '1.3.0' })
      const load = await tool.start({ port: listening[0]?.port ?? 0, keepAlive })
      for (let move = 0; move < MOVES; move++) {
        const target = move === 0 ? tarball : '1.3.0'
        expect(await installed.bin('upgrade', target, '--window', '200')).toMatchObject({ code: 0, stderr: '' })
        expect((await installed.get()).version).toBe('1.3.0')
        expect(await installed.bin('rollback', '--window', '200')).toMatchObject({ code: 0, stderr: '' })
      }
      expect((await installed.get()).version).toBe('1.2.0')
      const { requests, failures } = await load.stop()
      process.stdout.write(
        `${tool.name}, ${how}, Node ${process.versions.node} and ${node.version}: ${requests} requests, ${failures.length} failures\n`,
      )
      expect(failures).toEqual([])
      expect(requests).toBeGreaterThan(1000)
    },
  )
}

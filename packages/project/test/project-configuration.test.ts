import { tempTree } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { projectConfiguration } from '../src/index.ts'

test("a member's own entries go before its workspace's, one by one; the root has its own alone", async () => {
  await using tree = await tempTree({
    'package.json': { json: { type: 'module' } },
    'alkahest.config.ts': `export default {
      aliases: { all: 'compile', mine: 'lint' },
      envs: { test: { A: 'shared', B: 'shared' }, prod: { C: 'shared' } },
      tasks: { both: () => 1 },
    }`,
    'apps/web/package.json': { json: { type: 'module' } },
    'apps/web/alkahest.config.ts': `export default { aliases: { mine: 'test' }, envs: { test: { A: 'own' } } }`,
    'apps/bare/package.json': { json: {} },
  })
  const root = tree.path
  const web = await projectConfiguration({ directory: tree.resolve('apps/web'), root })
  expect(web.aliases).toEqual({ all: ['compile'], mine: ['test'] })
  expect(web.envs).toEqual({ test: { A: 'own', B: 'shared' }, prod: { C: 'shared' } })
  expect(web.places.map(({ directory, config }) => [directory, Object.keys(config?.tasks ?? {})])).toEqual([
    [tree.resolve('apps/web'), []],
    [root, ['both']],
  ])
  const bare = await projectConfiguration({ directory: tree.resolve('apps/bare'), root })
  expect(bare.aliases).toEqual({ all: ['compile'], mine: ['lint'] })
  expect(bare.places[0]?.config).toBeUndefined()
  expect((await projectConfiguration({ directory: root, root })).places).toHaveLength(1)
})

/** In which order builds can run, and which of them start from the same. */
import { expect, test } from 'vitest'
import { selectInstances } from '@alkahest/linker'
import { planBuilds } from '../src/plan-builds.ts'
import { graphOf, linux } from './worlds.ts'
import type { World } from './worlds.ts'

const packages: World['packages'] = {
  'a@1.0.0': { dependencies: { plain: 'plain@1.0.0' } },
  'plain@1.0.0': { dependencies: { z: 'z@1.0.0' } },
  'z@1.0.0': {},
  'm@1.0.0': { dependencies: { n: 'n@1.0.0' } },
  'n@1.0.0': { dependencies: { m: 'm@1.0.0', z: 'z@1.0.0' } },
}

function builds(changes: World['packages'] = {}): ReturnType<typeof planBuilds> {
  const members = { '.': { a: 'a@1.0.0', m: 'm@1.0.0' } }
  const graph = graphOf({ members, packages: { ...packages, ...changes } })
  const selection = selectInstances({ graph, platform: linux, include: { development: true, optional: true } })
  return planBuilds(selection, ({ name }) => name !== 'plain')
}

test('dependencies come first, also through packages without a build, and circles in the order of their ids', () => {
  expect([...builds().keys()]).toStrictEqual(['z@1.0.0', 'a@1.0.0', 'm@1.0.0', 'n@1.0.0'])
})

test('another dependency anywhere beneath a package is another start for its build, and no other', () => {
  const changed = builds({ 'plain@1.0.0': { dependencies: { zed: 'z@1.0.0' } } })
  const same = [...builds()].filter(([id, { hash }]) => changed.get(id)?.hash === hash).map(([id]) => id)
  expect(same).toStrictEqual(['z@1.0.0', 'm@1.0.0', 'n@1.0.0'])
})

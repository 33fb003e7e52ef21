import { expect, test } from 'vitest'
import { checkPackage, planPackageCheck } from '../src/index.ts'
import { failureOf, world } from './world.ts'

const files = {
  'tools/node_modules/publint/src/cli.js': '',
  'tools/node_modules/@arethetypeswrong/cli/dist/index.js': '',
}

async function argumentsFor(manifest: object): Promise<string[]> {
  const { build, directory } = await world(manifest, { files })
  const plans = planPackageCheck(build, { toolDirectory: `${directory}/tools`, tarball: '/x-1.0.0.tgz' })
  return plans.map((plan) => plan.args.join(' ').replaceAll(`${directory}/tools/node_modules/`, ''))
}

test('an ES module with types is checked for what consumers of ES modules find', async () => {
  expect(await argumentsFor({ type: 'module', exports: { '.': { types: './a.d.ts', default: './a.js' } } })).toEqual([
    'publint/src/cli.js run /x-1.0.0.tgz --strict',
    '@arethetypeswrong/cli/dist/index.js /x-1.0.0.tgz --profile esm-only --no-emoji',
  ])
})

test('what require() may reach is checked for that too; without types there are none to check', async () => {
  const dual = await argumentsFor({
    type: 'module',
    types: './a.d.ts',
    exports: { require: './a.cjs', default: './a.js' },
  })
  expect(dual[1]).toContain('--profile strict')
  expect(await argumentsFor({ main: './a.js' })).toHaveLength(1)
})

test('every check runs, and the first failure is the answer', async () => {
  const there = await world({ types: './a.d.ts' }, { files, exitCodes: [1, 0] })
  expect(await checkPackage(there.build, { toolDirectory: `${there.directory}/tools`, tarball: '/x.tgz' })).toEqual({
    exitCode: 1,
  })
  expect(there.ran).toHaveLength(2)
})

test('a missing checker is named', async () => {
  const { build } = await world({})
  expect(failureOf(() => planPackageCheck(build, { toolDirectory: '/none', tarball: '/x.tgz' }))).toContain(
    'TOOL_MISSING: publint is not installed in /none',
  )
})

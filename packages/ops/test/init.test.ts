import { expect, test } from 'vitest'
import { init } from '../src/index.ts'
import { openWorld } from './world.ts'

test('a project gets what it lacks, and what it has stays as it is', async () => {
  await using world = await openWorld({
    manifest: { scripts: { test: 'mine' } },
    files: { 'README.md': 'Mine\n', 'src/main.ts': '' },
  })
  const plan = await init(world.at(), { template: 'lib', dryRun: true })
  expect(plan).toMatchObject({ name: 'app', kept: ['README.md', 'package.json'], written: false })
  expect(plan.files).toEqual(['.gitignore', '.oxfmtrc.json', '.oxlintrc.json', 'test/tsconfig.json', 'tsconfig.json'])
  expect(plan.fields).toContain('devDependencies.vitest')
  expect(plan.fields).not.toContain('scripts.test')
  expect(await world.manifest()).toEqual({ name: 'app', version: '1.0.0', scripts: { test: 'mine' } })

  expect(await init(world.at(), { template: 'lib' })).toEqual({ ...plan, written: true })
  expect(await world.read('README.md')).toBe('Mine\n')
  expect(await world.manifest()).toMatchObject({ scripts: { test: 'mine', lint: 'oxlint' } })
  expect(await init(world.at(), { template: 'lib', dryRun: true })).toMatchObject({ files: [], fields: [] })
})

test('an empty folder gets all of it, under the name of the folder', async () => {
  await using world = await openWorld({ files: { 'new/.keep': '' } })
  const report = await init(world.at('new'), { template: 'lib' })
  expect(report).toMatchObject({ name: 'new', fields: [] })
  expect(report.files).toContain('src/index.ts')
})

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compile, exec, format, lint, planCompile, planTest, test as runTests } from '../src/index.ts'
import { commands, failureOf, world } from './world.ts'

const tools = ['tsc', 'vitest', 'oxfmt', 'oxlint']

test('compile builds the package and its tests in one run of the compiler', async () => {
  const there = await world({ name: 'x' }, { tools, files: { 'tsconfig.json': '{}', 'test/tsconfig.json': '{}' } })
  expect(await compile(there.build, {})).toEqual({ exitCode: 0, skipped: false })
  await compile(there.build, { force: true, watch: true })
  expect(commands(there)).toEqual([
    './node_modules/.bin/tsc -b . test',
    './node_modules/.bin/tsc -b . test --force --watch',
  ])
  expect(there.ran[0]!.cwd).toBe(there.directory)
})

test('compile without a tsconfig.json has nothing to do', async () => {
  const there = await world({ name: 'x' }, { tools })
  expect(await compile(there.build, {})).toEqual({ exitCode: 0, skipped: true })
  expect(there.ran).toEqual([])
})

test('compile with warnings as errors looks again, stricter, and not after a failure', async () => {
  const files = { 'tsconfig.json': '{}' }
  const there = await world({ name: 'x' }, { tools, files })
  await compile(there.build, { warningsAsErrors: true })
  expect(commands(there)).toEqual([
    './node_modules/.bin/tsc -b .',
    './node_modules/.bin/tsc -p . --noEmit --noUnusedLocals --noUnusedParameters --allowUnreachableCode false --allowUnusedLabels false',
  ])
  const failing = await world({ name: 'x' }, { tools, files, exitCodes: [2] })
  expect(await compile(failing.build, { warningsAsErrors: true })).toEqual({ exitCode: 2, skipped: false })
  expect(failing.ran).toHaveLength(1)
})

test('test, format, lint and exec hand their arguments on and return the exit code', async () => {
  const there = await world({ name: 'x' }, { tools, exitCodes: [1, 2, 3, 4, 5] })
  expect(await runTests(there.build, { args: ['test/a.test.ts', '-t', 'two words'] })).toEqual({ exitCode: 1 })
  expect(await format(there.build, {})).toEqual({ exitCode: 2 })
  expect(await format(there.build, { check: true, files: ['src/a.ts'] })).toEqual({ exitCode: 3 })
  expect(await lint(there.build, { fix: true })).toEqual({ exitCode: 4 })
  expect(await exec(there.build, { command: 'vitest', args: ['--version'] })).toEqual({ exitCode: 5 })
  expect(commands(there)).toEqual([
    './node_modules/.bin/vitest run test/a.test.ts -t two words',
    './node_modules/.bin/oxfmt',
    './node_modules/.bin/oxfmt --check ./src/a.ts',
    './node_modules/.bin/oxlint --fix',
    'vitest --version',
  ])
})

test('a member finds the tools of its workspace, and no folder above that is asked', async () => {
  const there = await world({ name: 'x' }, { tools, files: { 'packages/a/package.json': '{}' } })
  const member = join(there.directory, 'packages/a')
  expect(planTest({ ...there.build, directory: member }, { args: [] }).program).toBe(
    join(there.directory, 'node_modules/.bin/vitest'),
  )
  expect(failureOf(() => planTest({ ...there.build, directory: member, root: member }, { args: [] }))).toContain(
    'TOOL_MISSING',
  )
})

test('a missing tool says how to get it', async () => {
  const files = { 'tsconfig.json': '{}' }
  const stranger = await world({ name: 'x' }, { files })
  expect(failureOf(() => planCompile(stranger.build))).toBe(
    'TOOL_MISSING: tsc is not installed in x (run `alk add -D typescript`)',
  )
  const asked = await world({ name: 'x', devDependencies: { typescript: '7.0.2' } }, { files })
  expect(failureOf(() => planCompile(asked.build))).toBe(
    'TOOL_MISSING: tsc is not installed in x (package.json asks for typescript: run `alk install`)',
  )
})

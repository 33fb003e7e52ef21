import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compile, exec, format, lint, planCompile, planLint, planTest, test as runTests } from '../src/index.ts'
import type { TestOptions } from '../src/index.ts'
import { commands, failureOf, world } from './world.ts'

const tools = ['tsc', 'vitest', 'oxfmt', 'oxlint']

test('compile builds the package and its tests in one run of the compiler', async () => {
  const there = await world({ name: 'x' }, { tools, files: { 'tsconfig.json': '{}', 'test/tsconfig.json': '{}' } })
  expect(await compile(there.build, {})).toEqual({ exitCode: 0, skipped: false, diagnostics: [] })
  await compile(there.build, { force: true, watch: true })
  expect(commands(there)).toEqual([
    './node_modules/.bin/tsc -b . test',
    './node_modules/.bin/tsc -b . test --force --watch',
  ])
  expect(there.ran[0]!.cwd).toBe(there.directory)
})

test('folders that compile differently are built too, other packages are not', async () => {
  const files = {
    'tsconfig.json': '{}',
    'client/tsconfig.json': '{}',
    'packages/a/tsconfig.json': '{}',
    'inner/tsconfig.json': '{}',
    'inner/package.json': '{}',
    'dist/tsconfig.json': '{}',
  }
  const there = await world({ scripts: { postcompile: 'vite build' } }, { tools, files })
  await compile(there.build)
  expect(commands(there)).toEqual(['./node_modules/.bin/tsc -b . client', '/bin/sh -c vite build'])
})

test('under --json the complaints are values, and the lock is held while the compiler runs', async () => {
  const told: string[] = []
  const there = await world(
    {},
    {
      tools,
      files: { 'tsconfig.json': '{}' },
      build: {
        childOutput: 'stderr',
        lock: (name) => Promise.resolve({ [Symbol.dispose]: () => void told.push(`released ${name}`) }),
        runProgram: (plan, { onStdout }) => {
          told.push(plan.args.join(' '))
          onStdout?.(Buffer.from("src/a.ts(3,7): error TS2322: Type 'x'.\n  Because.\nerror TS18003: No inputs.\n"))
          return Promise.resolve(2)
        },
      },
    },
  )
  const report = await compile(there.build)
  expect(told).toEqual(['-b . --pretty false', 'released compile'])
  expect(report.diagnostics).toEqual([
    { file: 'src/a.ts', line: 3, column: 7, severity: 'error', code: 'TS2322', message: "Type 'x'.\n  Because." },
    { file: undefined, line: undefined, column: undefined, severity: 'error', code: 'TS18003', message: 'No inputs.' },
  ])
})

test('compile without a tsconfig.json has nothing to do', async () => {
  const there = await world({ name: 'x' }, { tools })
  expect(await compile(there.build, {})).toEqual({ exitCode: 0, skipped: true, diagnostics: [] })
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
  expect(await compile(failing.build, { warningsAsErrors: true })).toEqual({
    exitCode: 2,
    skipped: false,
    diagnostics: [],
  })
  expect(failing.ran).toHaveLength(1)
})

test('test, format, lint and exec hand their arguments on and return the exit code', async () => {
  const there = await world({ name: 'x' }, { tools, exitCodes: [1, 2, 3, 4, 5] })
  expect(await runTests(there.build, { args: ['test/a.test.ts', '-t', 'two words'] })).toEqual({
    exitCode: 1,
    upToDate: false,
  })
  expect(await format(there.build, {})).toEqual({ exitCode: 2 })
  expect(await format(there.build, { check: true, files: ['src/a.ts'] })).toEqual({ exitCode: 3 })
  expect(await lint(there.build, { fix: true })).toEqual({ exitCode: 4 })
  expect(await exec(there.build, { command: 'vitest', args: ['--version'] })).toEqual({ exitCode: 5 })
  const [first, ...rest] = commands(there)
  expect(first).toMatch(/^node --disable-warning=ExperimentalWarning .+test-runner\.ts /)
  expect(first).toContain('"args":["--includeTaskLocation","test/a.test.ts","-t","two words"]')
  expect(rest).toEqual([
    './node_modules/.bin/oxfmt',
    './node_modules/.bin/oxfmt --check ./src/a.ts',
    './node_modules/.bin/oxlint --fix',
    'vitest --version',
  ])
})

test('a member finds the tools of its workspace, and no folder above that is asked', async () => {
  const there = await world({ name: 'x' }, { tools, files: { 'packages/a/package.json': '{}' } })
  const member = join(there.directory, 'packages/a')
  expect(planLint({ ...there.build, directory: member }, {}).program).toBe(
    join(there.directory, 'node_modules/.bin/oxlint'),
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

test.each<[TestOptions, string[]]>([
  [{ args: [], stale: true }, ['--sinceLastRun', '--passWithNoTests']],
  [{ args: [], stale: true, failed: true, mayBeEmpty: true }, ['--sinceLastRun', '--lastFailed', '--passWithNoTests']],
  [{ args: [], failed: true }, ['--lastFailed', '--passWithNoTests']],
  [{ args: [], partition: { index: 1, total: 3 } }, ['--shard=1/3', '--reporter=default', '--reporter=blob']],
  [{ args: [], merge: true }, ['--mergeReports']],
  [{ args: [], watch: true }, ['--watch']],
  [{ args: [], seed: 7 }, ['--sequence.shuffle', '--sequence.seed=7']],
  [{ args: [], maxFailures: 2 }, ['--bail=2']],
  [{ args: ['a.test.ts:12'] }, ['a.test.ts:12']],
])('%j is said in the words of vitest', async (options, flags) => {
  const there = await world({ name: 'x' }, { tools })
  const request = JSON.parse(planTest(there.build, options).args.at(-1)!) as { args: string[] }
  expect(request.args).toEqual(['--includeTaskLocation', ...flags])
})

test('coverage asks for its provider by name', async () => {
  const there = await world({ name: 'x' }, { tools })
  expect(failureOf(() => planTest(there.build, { args: [], cover: 90 }))).toBe(
    'TOOL_MISSING: @vitest/coverage-v8, which measures coverage, is not installed in x (run `alk add -D @vitest/coverage-v8`)',
  )
  const provider = 'node_modules/@vitest/coverage-v8'
  const files = { [`${provider}/package.json`]: '{"main": "index.js"}', [`${provider}/index.js`]: '' }
  const covered = await world({ name: 'x' }, { tools, files })
  const { args } = JSON.parse(planTest(covered.build, { args: [], cover: 90 }).args.at(-1)!) as { args: string[] }
  expect(args).toEqual(['--includeTaskLocation', '--coverage.enabled', '--coverage.thresholds.lines=90'])
})

test('--stale starts nothing when nothing changed since all passed', async () => {
  const files = { 'src/a.ts': '1', 'node_modules/x/index.js': '1', 'dist/a.js': '1' }
  const there = await world({ name: 'x' }, { tools, files, exitCodes: [1] })
  expect(await runTests(there.build, { args: [], stale: true })).toEqual({ exitCode: 1, upToDate: false })
  expect(await runTests(there.build, { args: [], stale: true })).toEqual({ exitCode: 0, upToDate: false })
  expect(await runTests(there.build, { args: [], stale: true })).toEqual({ exitCode: 0, upToDate: true })
  expect(there.ran).toHaveLength(2)
  await writeFile(join(there.directory, 'dist/a.js'), 'rebuilt')
  expect(await runTests(there.build, { args: [], stale: true })).toEqual({ exitCode: 0, upToDate: true })
  await writeFile(join(there.directory, 'src/a.ts'), 'changed')
  expect(await runTests(there.build, { args: [], stale: true })).toEqual({ exitCode: 0, upToDate: false })
})

/** What the commands of the build side hand to their operations, and what they say afterwards. */
import { userError } from '@alkahest/core'
import { expect, it, vi } from 'vitest'
import type { Operations } from '../src/operations.ts'
import { alk } from './test-world.ts'

const passed = { exitCode: 0, upToDate: false }

it('hands the flags of alk test over as values', async () => {
  const test = vi.fn<Operations['test']>(async () => passed)
  const line =
    'test a.test.ts:12 --stale --partition 2/3 --cover-threshold 90 --seed 7 --max-failures 2 --slowest 5 --no-doctests'
  await alk([...line.split(' '), '--', '--reporter=dot'], { operations: { test } })
  expect(test).toHaveBeenCalledExactlyOnceWith(expect.anything(), {
    args: ['a.test.ts:12', '--reporter=dot'],
    stale: true,
    partition: { index: 2, total: 3 },
    cover: 90,
    seed: 7,
    maxFailures: 2,
    slowest: 5,
    doctests: false,
  })
})

it('says that nothing was run when nothing changed', async () => {
  const run = await alk(['test', '--stale'], { operations: { test: async () => ({ ...passed, upToDate: true }) } })
  expect(run).toMatchObject({ exitCode: 0, stdout: 'nothing changed since the tests passed\n', stderr: '' })
})

it.each([
  ['--partition 4/3', '--partition is "4/3", not a part of a whole such as 1/3'],
  ['--seed x', '--seed is "x", not a whole number of at least 0'],
  ['--cover-threshold 101', '--cover-threshold is "101", not a whole number from 0 to 100'],
  ['--max-failures 0', '--max-failures is "0", not a whole number of at least 1'],
  ['--stale --failed', "option '--stale' cannot be used with option '--failed'"],
  ['--watch --filter a', "option '-w, --watch' cannot be used with option '-F, --filter <pattern>'"],
])('refuses alk test %s', async (flags, sentence) => {
  const run = await alk(['test', ...flags.split(' ')])
  expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(`error USAGE ${sentence}\n`) })
})

it('takes several filters, and prints what each member printed in one piece', async () => {
  const compile = vi.fn<Operations['compile']>(async (context) => {
    context.progress({ kind: 'output', of: 'packages/a', exitCode: 0, text: 'built' })
    context.progress({ kind: 'output', of: 'packages/b', exitCode: 2, text: '' })
    context.progress({ kind: 'output', of: 'packages/c', exitCode: undefined, text: '' })
    return { exitCode: 2, skipped: false, diagnostics: [], members: [] }
  })
  const run = await alk(['compile', '--filter', 'a...', '-F', '!b'], { operations: { compile } })
  expect(compile.mock.calls[0]?.[1]).toEqual({ filters: ['a...', '!b'] })
  expect(run.exitCode).toBe(2)
  expect(run.stdout).toBe(
    'ok packages/a\nbuilt\nfailed packages/b (exit code 2)\n- packages/c was not started: something that it needs failed\n',
  )
})

it('gives what follows the target to the target', async () => {
  const run = vi.fn<Operations['run']>(async () => ({ exitCode: 0 }))
  await alk(['run', '--watch', 'src/main.ts', '--filter', 'x'], { operations: { run } })
  expect(run.mock.calls[0]?.[1]).toEqual({ target: 'src/main.ts', args: ['--filter', 'x'], watch: true })
})

it('ends with the exit code of the program when it can say why the program failed', async () => {
  const details = { exitCode: 3, imports: [{ name: 'x', file: 'a.ts', line: 1 }] }
  const test = async (): Promise<never> => {
    throw userError('IMPORT_UNDECLARED', 'a.ts:1 imports x, which package.json does not name', {
      hint: '`alk add x`',
      details,
    })
  }
  const run = await alk(['test'], { operations: { test } })
  expect(run).toMatchObject({
    exitCode: 3,
    stdout: '',
    stderr: 'error IMPORT_UNDECLARED a.ts:1 imports x, which package.json does not name\n\nhint: `alk add x`\n',
  })
})

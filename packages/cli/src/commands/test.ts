import type { TestOptions } from '@alkahest/ops'
import { userError } from '@alkahest/core'
import { given } from '../command.ts'
import type { CommandDefinition, Flags } from '../command.ts'
import { filterOption, filtersGiven } from '../filter-option.ts'
import { programOutcome } from '../program-outcome.ts'

export const testCommand: CommandDefinition = {
  operands: [
    { notation: '[args...]', meaning: 'parts of paths of test files, file:line, and options for vitest after --' },
  ],
  manual: [
    "Runs the project's tests and the examples in its docs with its own test runner (vitest) and returns its exit code. A failure ends with the file and line to paste back.",
    'ALK_ENV is test unless it is set. Coverage needs @vitest/coverage-v8 among the development dependencies.',
  ],
  options: [
    { flags: '--stale', meaning: 'Only tests whose modules changed since they last passed', conflicts: ['failed'] },
    { flags: '--failed', meaning: 'Only tests that failed in the last run' },
    { flags: '--partition <i/n>', meaning: 'Part i of n of the test files; what each part found is kept for --merge' },
    { flags: '--merge', meaning: 'Run nothing: report what the partitions found, coverage included' },
    { flags: '--cover', meaning: 'Measure which lines the tests reach' },
    { flags: '--cover-threshold <percent>', meaning: 'Measure it, and fail below this many percent of the lines' },
    { flags: '-w, --watch', meaning: 'Run again on every change', conflicts: ['filter', 'partition', 'merge'] },
    { flags: '--seed <number>', meaning: 'Shuffle the tests; the same number is the same order' },
    { flags: '--max-failures <count>', meaning: 'Stop after so many failed tests' },
    { flags: '--slowest <count>', meaning: 'End with the slowest tests' },
    { flags: '--no-doctests', meaning: 'Leave out the examples in docs' },
    filterOption,
  ],
  examples: [
    { line: 'alk test', meaning: 'all of them' },
    { line: 'alk test test/greeting.test.ts:12', meaning: 'the test, or the example in docs, at this line' },
    { line: 'alk test --stale', meaning: 'what a change since they last passed may have broken' },
    { line: 'alk test --partition 2/3', meaning: 'the second of three parts' },
    { line: 'alk test --cover-threshold 90', meaning: 'fail when less than 90 % of the lines are reached' },
    { line: 'alk test -- --reporter=dot', meaning: 'with an option of vitest' },
  ],
  runsProgram: true,
  run: async ({ operands, flags, context, operations }) => {
    const options = { args: operands, ...testOptions(flags) }
    const report = await operations.test(context, options)
    const words = report.upToDate ? 'nothing changed since the tests passed\n' : undefined
    return programOutcome('the test runner', report, words)
  },
}

function testOptions(flags: Flags): Partial<TestOptions> {
  const threshold = flags.integer('coverThreshold', { least: 0, most: 100 })
  return given({
    stale: flags.either('stale'),
    failed: flags.either('failed'),
    partition: partitionOf(flags.text('partition')),
    merge: flags.either('merge'),
    cover: threshold ?? flags.either('cover'),
    watch: flags.either('watch'),
    seed: flags.integer('seed', { least: 0 }),
    maxFailures: flags.integer('maxFailures', { least: 1 }),
    slowest: flags.integer('slowest', { least: 1 }),
    doctests: flags.either('doctests') === false ? false : undefined,
    filters: filtersGiven(flags),
  })
}

function partitionOf(text: string | undefined): TestOptions['partition'] {
  if (text === undefined) return undefined
  const [, index = 0, total = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number)
  if (index >= 1 && index <= total) return { index, total }
  throw userError('USAGE', `--partition is ${JSON.stringify(text.slice(0, 80))}, not a part of a whole such as 1/3`)
}

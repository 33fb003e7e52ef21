import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { filterOption, filtersGiven } from '../filter-option.ts'
import { programOutcome } from '../program-outcome.ts'

export const formatCommand: CommandDefinition = {
  operands: [{ notation: '[files...]', meaning: 'what to format (default: everything)' }],
  manual: ["Formats the project's files with its own formatter (oxfmt)."],
  options: [{ flags: '--check', meaning: 'Change nothing; fail when a file is not formatted' }, filterOption],
  examples: [
    { line: 'alk format', meaning: 'everything, in place' },
    { line: 'alk format --check', meaning: 'for CI' },
  ],
  runsProgram: true,
  run: async ({ operands, flags, context, operations }) => {
    const options = given({
      check: flags.either('check'),
      files: operands.length === 0 ? undefined : operands,
      filters: filtersGiven(flags),
    })
    const report = await operations.format(context, options)
    return programOutcome('the formatter', report)
  },
}

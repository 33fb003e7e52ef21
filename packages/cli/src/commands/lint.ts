import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { filterOption, filtersGiven } from '../filter-option.ts'
import { programOutcome } from '../program-outcome.ts'

export const lintCommand: CommandDefinition = {
  operands: [{ notation: '[files...]', meaning: 'what to look at (default: everything)' }],
  manual: ["Looks for mistakes with the project's own linter (oxlint)."],
  options: [{ flags: '--fix', meaning: 'Mend what can be mended safely' }, filterOption],
  examples: [
    { line: 'alk lint', meaning: 'everything' },
    { line: 'alk lint --fix src', meaning: 'and mend it' },
  ],
  runsProgram: true,
  run: async ({ operands, flags, context, operations }) => {
    const options = given({
      fix: flags.either('fix'),
      files: operands.length === 0 ? undefined : operands,
      filters: filtersGiven(flags),
    })
    const report = await operations.lint(context, options)
    return programOutcome('the linter', report)
  },
}

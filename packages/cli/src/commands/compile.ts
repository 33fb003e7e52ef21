import type { CommandDefinition } from '../command.ts'
import { given } from '../command.ts'
import { filterOption, filtersGiven } from '../filter-option.ts'
import { programOutcome } from '../program-outcome.ts'

export const compileCommand: CommandDefinition = {
  operands: [],
  manual: ["Type-checks and compiles with the project's own TypeScript (tsc). Nothing runs when nothing changed."],
  options: [
    filterOption,
    { flags: '-w, --watch', meaning: 'Compile again on every change', conflicts: ['filter'] },
    { flags: '--warnings-as-errors', meaning: 'Fail on what the compiler only warns of' },
    { flags: '--force', meaning: 'Compile also what did not change' },
  ],
  examples: [
    { line: 'alk compile', meaning: 'what changed' },
    { line: 'alk compile --watch', meaning: 'and again on every change' },
    { line: "alk compile --filter '...[main]'", meaning: 'members that changed since main, and what needs them' },
  ],
  runsProgram: true,
  run: async ({ flags, context, operations }) => {
    const options = given({
      watch: flags.either('watch'),
      warningsAsErrors: flags.either('warningsAsErrors'),
      force: flags.either('force'),
      filters: filtersGiven(flags),
    })
    return programOutcome('the compiler', await operations.compile(context, options))
  },
}

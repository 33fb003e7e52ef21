import type { CommandDefinition } from '../command.ts'
import { given } from '../command.ts'
import { filterOption, filtersGiven } from '../filter-option.ts'
import { programOutcome } from '../program-outcome.ts'

export const execCommand: CommandDefinition = {
  operands: [
    { notation: '<command>', meaning: 'a command in node_modules/.bin or on PATH' },
    { notation: '[args...]', meaning: 'everything after the command is its own' },
  ],
  manual: ["Runs a command with the project's node_modules/.bin first on its PATH and returns its exit code."],
  options: [filterOption],
  examples: [
    { line: 'alk exec tsc --version', meaning: "the project's own tsc" },
    { line: 'alk -C packages/a exec vitest', meaning: 'in another folder' },
    { line: "alk exec --filter './packages/*' pwd", meaning: 'in several members of a workspace' },
  ],
  runsProgram: true,
  run: async ({ operands: [command = '', ...args], flags, context, operations }) => {
    const options = { command, args, ...given({ filters: filtersGiven(flags) }) }
    return programOutcome(command, await operations.exec(context, options))
  },
}

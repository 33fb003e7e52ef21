import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { programOutcome } from '../program-outcome.ts'

export const consoleCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Opens a prompt inside the project: what its entry exports is there by name, TypeScript and top-level await work, the history is kept. h(thing) shows the docs of something; recompile() starts afresh with the code as it is now.',
    'A project without src/index.ts is started by its src/main.ts. What .alk_console.ts exports comes along.',
  ],
  options: [{ flags: '--no-start', meaning: 'Do not start the program of src/main.ts' }],
  examples: [{ line: 'alk console', meaning: 'try things out' }],
  runsProgram: true,
  run: async ({ flags, context, operations }) => {
    const options = given({ start: flags.either('start') === false ? false : undefined })
    return programOutcome('the console', await operations.openConsole(context, options))
  },
}

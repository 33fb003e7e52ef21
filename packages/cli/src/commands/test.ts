import type { CommandDefinition } from '../command.ts'
import { programOutcome } from '../program-outcome.ts'

export const testCommand: CommandDefinition = {
  operands: [{ notation: '[args...]', meaning: 'files to test; after --: arguments for the test runner' }],
  manual: ["Runs the project's tests with its own test runner (vitest) and returns its exit code."],
  options: [],
  examples: [
    { line: 'alk test', meaning: 'all of them' },
    { line: 'alk test greeting', meaning: 'the files whose path holds "greeting"' },
    { line: 'alk test -- --reporter=dot', meaning: 'with an option of vitest' },
  ],
  runsProgram: true,
  run: async ({ operands, context, operation }) =>
    programOutcome('the test runner', await (await operation('test'))(context, { args: operands })),
}

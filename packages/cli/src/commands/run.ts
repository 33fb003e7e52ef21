import type { CommandDefinition } from '../command.ts'
import { programOutcome } from '../program-outcome.ts'

export const runCommand: CommandDefinition = {
  operands: [
    { notation: '<target>', meaning: 'a script of package.json, or a file (.ts files need no compiling)' },
    { notation: '[args...]', meaning: 'everything after the target is its own' },
  ],
  manual: [
    'Runs a script of package.json with node_modules/.bin on its PATH, or a file with Node, and returns its exit code.',
    'Under --json it prints two lines: one when the program is started, one when it has ended. What the program prints goes to stderr.',
  ],
  options: [],
  examples: [
    { line: 'alk run start', meaning: 'the script "start"' },
    { line: 'alk run src/main.ts --port 8080', meaning: 'a file, with arguments' },
  ],
  runsProgram: true,
  run: async ({ operands: [target = '', ...args], context, operation, emit }) => {
    const run = await operation('run')
    emit({ ok: true, event: 'started', target })
    const outcome = programOutcome(target, await run(context, { target, args }))
    return outcome.exitCode === undefined ? { document: { event: 'ended', exitCode: 0 } } : outcome
  },
}

import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { filterOption, filtersGiven } from '../filter-option.ts'
import { programOutcome } from '../program-outcome.ts'

export const runCommand: CommandDefinition = {
  operands: [
    { notation: '<target>', meaning: 'a script of package.json, or a file (.ts files need no compiling)' },
    { notation: '[args...]', meaning: 'everything after the target is its own' },
  ],
  manual: [
    'Runs a script of package.json with node_modules/.bin on its PATH, or a file with Node, and returns its exit code. In a workspace with a turbo.json, --filter hands a script to turbo, which runs only what changed.',
    'Under --json it prints two lines: one when the program is started, one when it has ended. What the program prints goes to stderr.',
  ],
  options: [
    filterOption,
    { flags: '-w, --watch', meaning: 'Run a file again whenever it or what it imports changes', conflicts: ['filter'] },
  ],
  examples: [
    { line: 'alk run start', meaning: 'the script "start"' },
    { line: 'alk run src/main.ts --port 8080', meaning: 'a file, with arguments' },
    { line: 'alk run --watch src/main.ts', meaning: 'and again on every change' },
    { line: "alk run --filter 'service...' build", meaning: 'a script of a member and of all that it needs' },
  ],
  runsProgram: true,
  run: async ({ operands: [target = '', ...args], flags, context, operations, emit }) => {
    const options = given({ watch: flags.either('watch'), filters: filtersGiven(flags) })
    emit({ ok: true, event: 'started', target })
    const outcome = programOutcome(target, await operations.run(context, { target, args, ...options }))
    return outcome.exitCode === undefined ? { document: { event: 'ended', exitCode: 0 } } : outcome
  },
}

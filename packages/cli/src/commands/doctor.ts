import type { CommandDefinition } from '../command.ts'
import { EXIT_DONE, EXIT_FAILED } from '../failure.ts'
import { table } from '../render/table.ts'

export const doctorCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Looks at what usually is the matter: Node, lockfile and install, the registry, the login. Fails when one of them does.',
  ],
  options: [],
  examples: [{ line: 'alk doctor', meaning: 'when something does not work' }],
  run: async ({ context, operations }) => {
    const report = await operations.doctor(context)
    const rows = report.checks.flatMap(({ name, state, message, hint }) => [
      [state, name, message],
      ...(hint === null ? [] : [['', '', `hint: ${hint}`]]),
    ])
    const failed = report.checks.some(({ state }) => state === 'failed')
    return { document: report, text: () => table(rows), exitCode: failed ? EXIT_FAILED : EXIT_DONE }
  },
}

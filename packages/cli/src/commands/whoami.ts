import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'

export const whoamiCommand: CommandDefinition = {
  operands: [],
  manual: ['Prints the name that belongs to the token in use.'],
  options: [
    { flags: '--registry <url>', meaning: 'Which registry (default: the configured one)' },
    { flags: '--scope <scope>', meaning: "Use the scope's registry" },
  ],
  examples: [{ line: 'alk whoami', meaning: 'at the configured registry' }],
  run: async ({ flags, context, operations }) => {
    const options = given({ registry: flags.text('registry'), scope: flags.text('scope') })
    const report = await operations.whoami(context, options)
    return { document: report, text: () => `${report.username}\n` }
  },
}

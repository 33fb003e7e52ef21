import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'

export const logoutCommand: CommandDefinition = {
  operands: [],
  manual: ['Asks the registry to forget the token and takes it out of ~/.npmrc.'],
  options: [
    { flags: '--registry <url>', meaning: 'Which registry (default: the configured one)' },
    { flags: '--scope <scope>', meaning: "Use the scope's registry" },
  ],
  examples: [{ line: 'alk logout', meaning: 'of the configured registry' }],
  run: async ({ flags, context, operations }) => {
    const options = given({ registry: flags.text('registry'), scope: flags.text('scope') })
    const report = await operations.logout(context, options)
    return { document: report, text: () => `Logged out of ${report.registry}\n` }
  },
}

import { userError } from '@alkahest/core'
import { canAsk, confirmed } from '../ask.ts'
import type { CommandDefinition } from '../command.ts'
import { registryOptionDefinitions, registryOptions } from '../registry-options.ts'

export const unpublishCommand: CommandDefinition = {
  operands: [{ notation: '<package>', meaning: 'name@version; name alone for all of it' }],
  manual: [
    'Takes a version back. Whoever depends on it cannot install any more, and its number is never used again: to warn people, deprecate it instead.',
    'It asks first; without a terminal it needs --yes.',
  ],
  options: [{ flags: '-y, --yes', meaning: 'Do not ask' }, ...registryOptionDefinitions],
  examples: [{ line: 'alk unpublish left@1.2.3', meaning: 'one version' }],
  run: async (invocation) => {
    const { flags, context, world, json, operations } = invocation
    const [name = ''] = invocation.operands
    if (!flags.on('yes')) {
      if (!canAsk(world, json)) {
        throw userError('CONFIRMATION_NEEDED', `unpublishing ${name} needs a yes`, { hint: 'say --yes' })
      }
      if (!(await confirmed(invocation, `Take ${name} back, for ever?`))) return { text: () => 'nothing was done\n' }
    }
    const report = await operations.unpublish(context, { ...registryOptions(flags), package: name })
    const what = report.version === null ? report.name : `${report.name}@${report.version}`
    return { document: report, text: () => `${what} is no longer at ${report.registry}\n` }
  },
}

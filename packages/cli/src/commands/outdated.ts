import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { registryOptionDefinitions } from '../install-options.ts'
import { renderOutdated } from '../render/outdated.ts'

export const outdatedCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Lists the direct dependencies of which there is something newer: the version that is locked, the newest that package.json allows, and the one that the registry calls latest. The last column names who asks for less. What is wanted comes with `alk update`, what is latest with `alk update --latest`.',
  ],
  options: [...registryOptionDefinitions],
  examples: [{ line: 'alk outdated', meaning: 'in every member of the workspace' }],
  run: async ({ flags, context, operation }) => {
    const options = given({ offline: flags.either('offline'), preferOffline: flags.either('preferOffline') })
    const report = await (await operation('outdated'))(context, options)
    return { document: report, text: (style) => renderOutdated(report, style) }
  },
}

import type { CommandDefinition } from '../command.ts'
import { offlineOptionDefinitions, offlineOptions } from '../offline-options.ts'
import { renderOutdated } from '../render/outdated.ts'

export const outdatedCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Lists the direct dependencies of which there is something newer: the version that is locked, the newest that package.json allows, and the one that the registry calls latest. The last column names who asks for less. What is wanted comes with `alk update`, what is latest with `alk update --latest`.',
  ],
  options: offlineOptionDefinitions,
  examples: [{ line: 'alk outdated', meaning: 'in every member of the workspace' }],
  run: async ({ flags, context, operations }) => {
    const report = await operations.outdated(context, offlineOptions(flags))
    return { document: report, text: (style) => renderOutdated(report, style) }
  },
}

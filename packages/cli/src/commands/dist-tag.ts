import type { CommandDefinition } from '../command.ts'
import { listChange } from '../list-change.ts'
import { registryOptionDefinitions, registryOptions } from '../registry-options.ts'
import { table } from '../render/table.ts'

export const distTagCommand: CommandDefinition = {
  operands: [
    { notation: '<action>', meaning: 'list, add or remove' },
    { notation: '<package>', meaning: 'name; name@version to add' },
    { notation: '[tag]', meaning: 'to add or remove' },
  ],
  manual: ['Shows or moves the names that versions have, such as latest and next, and says which there are then.'],
  options: registryOptionDefinitions,
  examples: [
    { line: 'alk dist-tag list left', meaning: 'which there are' },
    { line: 'alk dist-tag add left@1.2.3 stable', meaning: 'name a version' },
    { line: 'alk dist-tag remove left next', meaning: 'forget a name' },
  ],
  run: async ({ operands: [action = '', name = '', tag], flags, context, operations }) => {
    const change = listChange({ action, what: tag }, 'tag', 'list NAME, add NAME@VERSION TAG or remove NAME TAG')
    const options = { ...registryOptions(flags), package: name, ...change }
    const report = await operations.distTag(context, options)
    return { document: report, text: () => table(Object.entries(report.tags)) }
  },
}

import type { CommandDefinition } from '../command.ts'
import { listChange } from '../list-change.ts'
import { registryOptionDefinitions, registryOptions } from '../registry-options.ts'
import { table } from '../render/table.ts'

export const ownerCommand: CommandDefinition = {
  operands: [
    { notation: '<action>', meaning: 'list, add or remove' },
    { notation: '<package>', meaning: 'its name' },
    { notation: '[user]', meaning: 'to add or remove' },
  ],
  manual: ['Shows or changes who may publish a package, and says who may then.'],
  options: registryOptionDefinitions,
  examples: [
    { line: 'alk owner list left', meaning: 'who may publish it' },
    { line: 'alk owner add left grace', meaning: 'one more' },
    { line: 'alk owner remove left grace', meaning: 'one less' },
  ],
  run: async ({ operands: [action = '', name = '', user], flags, context, operations }) => {
    const change = listChange({ action, what: user }, 'user', 'list NAME, add NAME USER or remove NAME USER')
    const options = { ...registryOptions(flags), package: name, ...change }
    const report = await operations.owner(context, options)
    return { document: report, text: () => table(report.owners.map((owner) => [owner.name, owner.email ?? ''])) }
  },
}

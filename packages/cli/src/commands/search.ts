import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { registryOption, registryOptions } from '../registry-options.ts'
import { table } from '../render/table.ts'

export const searchCommand: CommandDefinition = {
  operands: [{ notation: '<words...>', meaning: 'in names, descriptions and keywords' }],
  manual: ['Looks for packages in a registry.'],
  options: [{ flags: '--limit <count>', meaning: 'At most so many (default: 20)' }, registryOption],
  examples: [{ line: 'alk search markdown parser', meaning: 'by words' }],
  run: async ({ operands, flags, context, operations }) => {
    const limit = given({ limit: flags.integer('limit', { least: 1, most: 250 }) })
    const options = { ...registryOptions(flags), ...limit, text: operands.join(' ') }
    const report = await operations.search(context, options)
    const rows = report.packages.map((found) => [found.name, found.version, found.description])
    return { document: report, text: () => (rows.length === 0 ? 'nothing was found\n' : table(rows)) }
  },
}

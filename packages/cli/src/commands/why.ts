import type { CommandDefinition } from '../command.ts'
import { renderWhy } from '../render/why.ts'

export const whyCommand: CommandDefinition = {
  operands: [{ notation: '<name>', meaning: 'a package that is installed' }],
  manual: ['Shows every path from the project to the package, and the requirement that decided its version.'],
  options: [],
  examples: [{ line: 'alk why semver', meaning: 'who brought semver, and why this version' }],
  run: async ({ operands: [name = ''], context, operation }) => {
    const report = await (await operation('why'))(context, { name })
    return { document: report, text: (style) => renderWhy(report, style) }
  },
}

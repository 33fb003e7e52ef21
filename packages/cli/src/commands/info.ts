import type { CommandDefinition } from '../command.ts'
import { registryOption, registryOptions } from '../registry-options.ts'
import { renderInfo } from '../render/info.ts'

export const infoCommand: CommandDefinition = {
  operands: [{ notation: '<package>', meaning: 'name, or name@ and a version, a range or a tag' }],
  manual: ['Shows what a registry says of a package: its versions and tags, what it depends on, and who owns it.'],
  options: [registryOption],
  examples: [
    { line: 'alk info zod', meaning: 'the latest version' },
    { line: 'alk info zod@^3', meaning: 'the highest in a range' },
  ],
  run: async ({ operands: [name = ''], flags, context, operations }) => {
    const report = await operations.info(context, { ...registryOptions(flags), package: name })
    return { document: report, text: (style) => renderInfo(report, style) }
  },
}

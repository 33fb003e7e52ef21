import type { CommandDefinition } from '../command.ts'
import { installOptionDefinitions, installOptions } from '../install-options.ts'
import { renderInstallReport } from '../render/install-report.ts'

export const removeCommand: CommandDefinition = {
  operands: [{ notation: '<names...>', meaning: 'names as they stand in package.json' }],
  manual: ['Takes each name out of package.json, and out of node_modules whatever nothing else needs.'],
  options: [...installOptionDefinitions],
  examples: [{ line: 'alk remove zod', meaning: 'and everything that only zod needed' }],
  run: async ({ operands, flags, context, operations }) => {
    const options = { ...installOptions(flags), names: operands }
    const report = await operations.remove(context, options)
    return { document: report, text: (style) => renderInstallReport(report, style) }
  },
}

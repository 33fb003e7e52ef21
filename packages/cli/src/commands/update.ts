import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { installOptionDefinitions, installOptions } from '../install-options.ts'
import { renderInstallReport } from '../render/install-report.ts'

export const updateCommand: CommandDefinition = {
  operands: [{ notation: '[names...]', meaning: 'what may move (default: everything)' }],
  manual: [
    'Moves the named dependencies, or all, to the newest versions that their ranges allow. What is not named stays where it is locked, unless it must move too.',
  ],
  options: [
    { flags: '--latest', meaning: 'Also past the ranges, to the version tagged latest; package.json is changed' },
    { flags: '--deep', meaning: 'Also whatever the named packages depend on' },
    ...installOptionDefinitions,
  ],
  examples: [
    { line: 'alk update', meaning: 'everything, within its ranges' },
    { line: 'alk update vitest --latest', meaning: 'one package, past its range' },
  ],
  run: async ({ operands, flags, context, operations }) => {
    const options = {
      ...installOptions(flags),
      ...given({ latest: flags.either('latest'), deep: flags.either('deep') }),
      names: operands,
    }
    const report = await operations.update(context, options)
    return { document: report, text: (style) => renderInstallReport(report, style) }
  },
}

import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { installOptionDefinitions, installOptions } from '../install-options.ts'
import { renderInstallReport } from '../render/install-report.ts'

export const dedupeCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Lets locked requirements share versions: copies that the others could replace go, and nothing newer comes. A fresh alkahest.lock never needs it; one that has grown by many updates may.',
  ],
  options: [
    { flags: '--check', meaning: 'Change nothing, and fail when something would change', conflicts: ['dryRun'] },
    ...installOptionDefinitions,
  ],
  examples: [
    { line: 'alk dedupe --dry-run', meaning: 'what would go' },
    { line: 'alk dedupe --check', meaning: 'for CI' },
  ],
  run: async ({ flags, context, operations }) => {
    const options = { ...installOptions(flags), ...given({ check: flags.either('check') }) }
    const report = await operations.dedupe(context, options)
    return { document: report, text: (style) => renderInstallReport(report, style) }
  },
}

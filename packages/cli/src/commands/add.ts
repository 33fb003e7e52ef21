import type { AddOptions } from '@alkahest/ops'
import { given } from '../command.ts'
import type { CommandDefinition, Flags } from '../command.ts'
import { installOptionDefinitions, installOptions } from '../install-options.ts'
import { renderInstallReport } from '../render/install-report.ts'

export const addCommand: CommandDefinition = {
  operands: [
    { notation: '<packages...>', meaning: 'name, name@range, name@tag, alias@npm:name@range, a folder or an address' },
  ],
  manual: [
    'Writes each package into package.json and installs it. Without a range it takes the version tagged latest and allows compatible newer ones (^).',
  ],
  options: [
    {
      flags: '-P, --save-prod',
      meaning: 'Needed when it runs, also if it was a development dependency',
      conflicts: ['dev', 'saveOptional', 'peer'],
    },
    { flags: '-D, --dev', meaning: 'Needed for development only', conflicts: ['saveOptional', 'peer'] },
    { flags: '-O, --save-optional', meaning: 'May fail to install', conflicts: ['dev', 'peer'] },
    { flags: '--peer', meaning: 'Expected from whoever depends on this package', conflicts: ['dev', 'saveOptional'] },
    { flags: '-E, --exact', meaning: 'Write the exact version instead of a range' },
    ...installOptionDefinitions,
  ],
  examples: [
    { line: 'alk add zod', meaning: 'the latest version' },
    { line: 'alk add -D vitest@^5', meaning: 'for development, from a range' },
    { line: 'alk add old-zod@npm:zod@3', meaning: 'a second version under another name' },
  ],
  run: async ({ operands, flags, context, operations }) => {
    const options = {
      ...installOptions(flags),
      ...given({ exact: flags.either('exact'), kind: kindOf(flags) }),
      packages: operands,
    }
    const report = await operations.add(context, options)
    return { document: report, text: (style) => renderInstallReport(report, style) }
  },
}

/** Undefined leaves a package in the section where it stands already. */
function kindOf(flags: Flags): AddOptions['kind'] {
  if (flags.on('dev')) return 'development'
  if (flags.on('saveOptional')) return 'optional'
  if (flags.on('peer')) return 'peer'
  return flags.on('saveProd') ? 'dependency' : undefined
}

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
    { flags: '-D, --dev', meaning: 'Needed for development only', conflicts: ['saveOptional', 'peer'] },
    { flags: '-O, --save-optional', meaning: 'May fail to install', conflicts: ['dev', 'peer'] },
    { flags: '--peer', meaning: 'Expected from whoever depends on this package', conflicts: ['dev', 'saveOptional'] },
    { flags: '-E, --exact', meaning: 'Write the exact version instead of a range' },
    { flags: '--member <path>', meaning: 'The member of the workspace to change (default: the one this folder is in)' },
    ...installOptionDefinitions,
  ],
  examples: [
    { line: 'alk add zod', meaning: 'the latest version' },
    { line: 'alk add -D vitest@^5', meaning: 'for development, from a range' },
    { line: 'alk add old-zod@npm:zod@3', meaning: 'a second version under another name' },
  ],
  run: async ({ operands, flags, context, operation }) => {
    const options = {
      ...installOptions(flags),
      ...given({ exact: flags.either('exact'), member: flags.text('member') }),
      packages: operands,
      kind: kindOf(flags),
    }
    const report = await (await operation('add'))(context, options)
    return { document: report, text: (style) => renderInstallReport(report, style) }
  },
}

function kindOf(flags: Flags): 'dependency' | 'development' | 'optional' | 'peer' {
  if (flags.on('dev')) return 'development'
  if (flags.on('saveOptional')) return 'optional'
  return flags.on('peer') ? 'peer' : 'dependency'
}

import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { offlineOptionDefinitions, offlineOptions } from '../offline-options.ts'
import { renderImport } from '../render/import.ts'

export const importCommand: CommandDefinition = {
  operands: [{ notation: '[file]', meaning: 'another lockfile (default: the one in the root of the project)' }],
  manual: [
    "Writes the first alkahest.lock with the versions of npm's package-lock.json (version 2 or 3) or pnpm-lock.yaml (version 9), as far as the manifests allow them, and says which moved. Nothing is installed, and the other lockfile stays.",
  ],
  options: offlineOptionDefinitions,
  examples: [
    { line: 'alk import', meaning: 'from the package-lock.json or pnpm-lock.yaml that is there' },
    { line: 'alk import old/pnpm-lock.yaml', meaning: 'from another place' },
  ],
  run: async ({ operands: [file], flags, context, operations }) => {
    const options = { ...given({ file }), ...offlineOptions(flags) }
    const report = await operations.importLockfile(context, options)
    return { document: report, text: (style) => renderImport(report, style) }
  },
}

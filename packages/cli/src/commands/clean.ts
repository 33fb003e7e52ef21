import type { CommandDefinition } from '../command.ts'

export const cleanCommand: CommandDefinition = {
  operands: [],
  manual: [
    "Removes node_modules from the project and its members. alkahest.lock and this machine's store stay, so the next `alk install` brings the same back without the network.",
  ],
  options: [],
  examples: [{ line: 'alk clean && alk install', meaning: 'the same tree again, made anew' }],
  run: async ({ context, operations }) => {
    const report = await operations.clean(context)
    const lines = report.removed.map((folder) => `Removed ${folder}\n`).join('')
    return { document: report, text: () => (lines === '' ? 'Nothing was installed\n' : lines) }
  },
}

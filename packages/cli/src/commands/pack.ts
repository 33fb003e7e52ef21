import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { renderPack } from '../render/pack.ts'

export const packCommand: CommandDefinition = {
  operands: [],
  manual: ['Writes the tarball that publish would send, and lists what is in it. The same files give the same bytes.'],
  options: [{ flags: '--destination <dir>', meaning: 'Where to write it (default: the current folder)' }],
  examples: [{ line: 'alk pack', meaning: 'in the current folder' }],
  startsPrograms: true,
  run: async ({ flags, context, operations }) => {
    const report = await operations.pack(context, given({ destination: flags.text('destination') }))
    return { document: report, text: (style) => renderPack(report, style) }
  },
}

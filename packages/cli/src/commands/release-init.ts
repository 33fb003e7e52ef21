import type { CommandDefinition } from '../command.ts'
import { renderRelFolder } from '../render/release.ts'

export const releaseInitCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Writes rel/env.sh (the environment of every command), rel/node.args (flags for Node) and rel/config.mjs (what is computed at start) with comments that say what goes there. A file that is there stays as it is; one that is removed has its default in the release.',
  ],
  options: [],
  examples: [{ line: 'alk release init', meaning: 'in the current project' }],
  run: async ({ context, operations }) => {
    const report = await operations.releaseInit(context)
    return { document: report, text: () => renderRelFolder(report) }
  },
}

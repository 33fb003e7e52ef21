import { userError } from '@alkahest/core'
import type { StoreOptions } from '@alkahest/ops'
import type { CommandDefinition } from '../command.ts'
import { renderStore } from '../render/store.ts'

const ACTIONS: readonly string[] = ['path', 'size', 'verify', 'gc'] satisfies readonly StoreOptions['action'][]

export const storeCommand: CommandDefinition = {
  operands: [{ notation: '<action>', meaning: 'path, size, verify or gc' }],
  manual: [
    'Every package version lies once on this machine, and projects share its files. `path` says where, `size` how much it is. `verify` reads every file and removes packages that are damaged: the next install fetches them again. `gc` removes packages that no project uses any more, and what builds made and nobody used for a month.',
  ],
  options: [],
  examples: [
    { line: 'alk store size', meaning: 'packages, files and bytes' },
    { line: 'alk store verify', meaning: 'after a power cut, or when something is odd' },
    { line: 'alk store gc', meaning: 'free what nobody uses' },
  ],
  run: async ({ operands, context, operations }) => {
    const [action = ''] = operands
    if (!ACTIONS.includes(action)) {
      throw userError('USAGE', `alk store does not know ${JSON.stringify(action)}`, {
        hint: `it is one of ${ACTIONS.join(', ')}`,
      })
    }
    const report = await operations.store(context, { action: action as StoreOptions['action'] })
    const isDamaged = (report.verified?.damaged.length ?? 0) > 0
    return { document: report, text: (style) => renderStore(report, style), ...(isDamaged ? { exitCode: 1 } : {}) }
  },
}

import { userError } from '@alkahest/core'
import type { CommandDefinition } from '../command.ts'
import { renderTree } from '../render/tree.ts'

export const treeCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Draws what the lockfile holds, from each member of the workspace downwards. A package that was drawn before is not opened again.',
  ],
  options: [{ flags: '--depth <levels>', meaning: 'How deep to go (default: to the end)' }],
  examples: [
    { line: 'alk tree', meaning: 'everything' },
    { line: 'alk tree --depth 1', meaning: 'direct dependencies only' },
    { line: 'alk tree --json', meaning: 'every instance with its edges, for programs' },
  ],
  run: async ({ flags, context, operations }) => {
    const depth = parseDepth(flags.text('depth'))
    const report = await operations.tree(context)
    return { document: report, text: (style) => renderTree(report, { style, depth }) }
  },
}

function parseDepth(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw userError('USAGE', `--depth is ${JSON.stringify(text)} and should be a number from 1 on`)
  }
  return Number(text)
}

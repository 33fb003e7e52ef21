import type { CommandDefinition } from '../command.ts'
import { renderPeers } from '../render/peers.ts'

export const peersCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Lists the peer conflicts that alkahest.lock accepts: who wants which peer, what it gets, and why. A change that brings a new one is an error ("peers": "new" in package.json); these were there before.',
  ],
  options: [],
  examples: [{ line: 'alk peers', meaning: 'every accepted conflict with its reason' }],
  run: async ({ context, operations }) => {
    const report = await operations.peers(context)
    return { document: report, text: (style) => renderPeers(report, style) }
  },
}

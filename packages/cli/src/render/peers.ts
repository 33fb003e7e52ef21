/** Accepted peer conflicts: who wants what, what it gets, and why. */
import type { PeersReport } from '@alkahest/ops'
import type { Style } from '../style.ts'

export function renderPeers({ conflicts }: PeersReport, style: Style): string {
  if (conflicts.length === 0) return 'No peer conflict is accepted: every peer is in its range\n'
  return conflicts
    .map(({ package: asker, peer, range, found, reason }) => {
      const wants = `${style.bold(asker)} wants its peer ${peer} to be ${range}`
      return `${wants} and gets ${found ?? `no ${peer}`}\n  ${reason}\n`
    })
    .join('\n')
}

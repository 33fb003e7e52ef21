/** What the solver says of a resolution, in the words of reports. */
import type { HeldBack, PeerConflict } from '@alkahest/resolver'
import type { HeldBack as HeldBackReport, PeerConflictReport } from './reports.ts'

export function heldBackReport({ name, version, chosen, publishedAt }: HeldBack): HeldBackReport {
  return { name, version, instead: chosen, published: new Date(publishedAt).toISOString() }
}

export function peerConflictReport(conflict: PeerConflict): PeerConflictReport {
  const { lines, suggestions } = conflict.explanation
  return {
    package: conflict.package,
    peer: conflict.peer,
    range: conflict.range,
    found: conflict.found ?? null,
    explanation: lines.join('\n'),
    suggestions: suggestions.map(({ text }) => text),
  }
}

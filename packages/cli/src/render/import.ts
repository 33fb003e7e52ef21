/** What an import kept and what moved, with the reason for each. */
import type { ImportReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { renderPeerConflicts } from './peer-conflicts.ts'
import { section } from './table.ts'
import { formatCount } from './units.ts'

export function renderImport(report: ImportReport, style: Style): string {
  const { from, packages, kept, moved, peerConflicts } = report
  const lost = moved.reduce((count, move) => count + move.from.length, 0)
  return [
    section(
      style.yellow('Not kept:'),
      moved.map((move) => [
        move.name,
        `${move.from.join(', ')}${move.to.length === 0 ? '' : ` -> ${move.to.join(', ')}`}`,
        move.reason,
      ]),
    ),
    ...renderPeerConflicts(peerConflicts, style),
    `alkahest.lock written with ${formatCount(packages, 'package')}; ${kept} of the ${kept + lost} versions in ${from} were kept\n`,
  ]
    .filter((text) => text !== '')
    .join('\n')
}

/** What `alk approve` says: what was decided and what still waits. */
import type { ApproveReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { renderInstallReport } from './install-report.ts'
import { section } from './table.ts'

export function renderApprove({ waiting, decided, install }: ApproveReport, style: Style): string {
  if (install !== null) return renderInstallReport(install, style)
  const approved = Object.entries(decided).map(([name, isApproved]) => [name, isApproved ? 'may run' : 'may not run'])
  const parts = [
    section('Decided:', approved),
    section(
      style.yellow('Waiting for a decision:'),
      waiting.map(({ name, version }) => [name, version]),
    ),
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'No dependency has build scripts\n' : parts.join('\n')
}

/** What came of an install, as a report. */
import { formatLockfile } from '@alkahest/lockfile'
import type { Lockfile } from '@alkahest/lockfile'
import type { Chosen } from './choose-resolution.ts'
import type { InstallRun } from './install-run.ts'
import type { InstallReport } from './reports.ts'
import { heldBackReport, peerConflictReport } from './resolved-report.ts'

export type Outcome = Pick<InstallReport, 'added' | 'changed' | 'removed' | 'skipped' | 'unapprovedBuilds' | 'builds'>

/** All but `seconds`, which the caller's clock knows. */
export function installReport(
  run: InstallRun,
  { lockfile, resolved }: Chosen,
  outcome: Outcome,
): Omit<InstallReport, 'seconds'> {
  const fresh = new Set(
    [...outcome.added, ...outcome.changed.map(({ name, to }) => ({ name, version: to }))].map(
      ({ name, version }) => `${name}@${version}`,
    ),
  )
  const deprecated = lockfile.resolution.packages
    .filter(({ deprecated: message, name, version }) => message !== undefined && fresh.has(`${name}@${version}`))
    .map(({ name, version, deprecated: message }) => ({ name, version, message: message ?? '' }))
  return {
    ...outcome,
    heldBack: (resolved?.heldBack ?? []).map(heldBackReport),
    deprecated,
    peerConflicts: (resolved?.peerConflicts ?? []).map(peerConflictReport),
    lockfile: lockfileOutcome(run.locked, lockfile),
    upToDate: false,
    dryRun: run.options.dryRun === true,
  }
}

function lockfileOutcome(before: Lockfile | undefined, after: Lockfile): InstallReport['lockfile'] {
  if (before === undefined) return 'created'
  const isSame = before.isConflicted !== true && formatLockfile(before) === formatLockfile(after)
  return isSame ? 'unchanged' : 'written'
}

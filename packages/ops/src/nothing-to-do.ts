/** What an install reports that found everything as it should be. */
import type { InstallReport } from './reports.ts'

export function nothingToDo(milliseconds: number): InstallReport {
  return {
    added: [],
    changed: [],
    removed: [],
    heldBack: [],
    deprecated: [],
    skipped: [],
    unapprovedBuilds: [],
    builds: [],
    peerConflicts: [],
    lockfile: 'unchanged',
    upToDate: true,
    dryRun: false,
    seconds: milliseconds / 1000,
  }
}

/** `alk dedupe`: locked requirements may move to another version that is there, so that no copy stays that one could do without. */
import { userError } from '@alkahest/core'
import { findProject } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import type { InstallOptions } from './install-options.ts'
import { installWorkspace } from './install-workspace.ts'
import type { InstallReport } from './reports.ts'

export type DedupeOptions = Omit<InstallOptions, 'frozen'> & {
  /** Change nothing, and fail when something would change. */
  readonly check?: boolean
}

/** A tool with a binary for each platform is thirty copies; the details have them all. */
const COPIES_SHOWN_MAX = 10

/** Throws `LOCKFILE_NOT_DEDUPED` under `check`. */
export async function dedupe(context: OperationContext, options: DedupeOptions): Promise<InstallReport> {
  const { check = false, ...rest } = options
  const report = await installWorkspace({
    context,
    project: await findProject(context.cwd),
    options: check ? { ...rest, lockfileOnly: true, dryRun: true } : rest,
    change: { prepare: async () => ({ dedupe: true }) },
  })
  if (check && report.lockfile !== 'unchanged') throw notDeduped(report)
  return report
}

function notDeduped({ removed, changed }: InstallReport): Error {
  const copies = [
    ...removed.map(({ name, version }) => `${name} ${version}`),
    ...changed.map(({ name, from }) => `${name} ${from}`),
  ]
  const shown = copies.slice(0, COPIES_SHOWN_MAX).join(', ')
  const rest = copies.length - COPIES_SHOWN_MAX
  const list = rest > 0 ? `${shown} and ${rest} more` : shown
  const what = copies.length === 0 ? 'requirements that could share a version' : `copies it can do without: ${list}`
  return userError('LOCKFILE_NOT_DEDUPED', `alkahest.lock has ${what}`, {
    hint: 'run `alk dedupe` and commit the result',
    details: { copies },
  })
}

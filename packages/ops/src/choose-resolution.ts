/** Which resolution an install goes by: the lockfile's when it answers for the manifests, else a new one. */
import { join } from 'node:path'
import { userError } from '@alkahest/core'
import { compareWithManifests, formatLockfile } from '@alkahest/lockfile'
import type { Lockfile } from '@alkahest/lockfile'
import { lockfileName } from '@alkahest/project'
import { settingsOf, wantedMembers } from '@alkahest/resolver'
import type { Resolved } from '@alkahest/resolver'
import { changedTarballs } from './changed-tarballs.ts'
import type { OperationContext } from './context.ts'
import type { InstallRun, ResolutionChoices } from './install-run.ts'
import { resolveInputOf } from './resolve-input.ts'

export type Chosen = {
  readonly lockfile: Lockfile
  /** Undefined when the lockfile answered everything. */
  readonly resolved: Resolved | undefined
  readonly frozen: boolean
}

/** Stages the new lockfile. Throws `LOCKFILE_OUTDATED` and `LOCKFILE_MISSING` when it may not be changed. */
export async function chooseResolution(run: InstallRun): Promise<Chosen> {
  const { context, options, change, locked } = run
  const frozen = options.frozen ?? (locked !== undefined && change === undefined && isContinuousIntegration(context))
  const prepared = await change?.prepare(run)
  const choices: ResolutionChoices = {
    ...(options.before === undefined ? {} : { before: options.before }),
    ...(options.resolution === undefined ? {} : { direction: options.resolution }),
    ...prepared,
  }
  const input = resolveInputOf(run, locked, choices)
  if (locked !== undefined && change === undefined) {
    const drift = compareWithManifests(locked, { members: wantedMembers(input), settings: settingsOf(input) })
    const reasons = [...drift.reasons, ...(await changedTarballs(run.project.root, locked))]
    if (reasons.length === 0) return { lockfile: locked, resolved: undefined, frozen }
    if (frozen) throw outdated(reasons)
  } else if (frozen) {
    throw userError('LOCKFILE_MISSING', `${run.project.root} has no ${lockfileName}, which --frozen needs`, {
      hint: 'make one with `alk install` and commit it',
    })
  }
  const { resolveWorkspace } = await import('./resolve-workspace.ts') // an install from the lockfile needs no solver
  let resolved = await resolveWorkspace(run, input)
  if ((await change?.settle?.(run, resolved.resolution)) === true) {
    // The manifests now say what was chosen; solving again with that locked only rewrites the requirements.
    const again = await resolveWorkspace(run, resolveInputOf(run, resolved, {}))
    resolved = { ...again, heldBack: resolved.heldBack, peerConflicts: resolved.peerConflicts }
  }
  const lockfile: Lockfile = { resolution: resolved.resolution, settings: resolved.settings }
  stageLockfile(run, lockfile)
  return { lockfile, resolved, frozen: false }
}

export function stageLockfile(run: InstallRun, lockfile: Lockfile): void {
  run.files.stage(join(run.project.root, lockfileName), formatLockfile(lockfile))
}

function isContinuousIntegration(context: OperationContext): boolean {
  const value = context.env.CI
  return value !== undefined && value !== '' && value !== 'false' && value !== '0'
}

function outdated(reasons: readonly string[]): Error {
  return userError('LOCKFILE_OUTDATED', `${lockfileName} does not answer for the manifests: ${reasons.join('; ')}`, {
    hint: 'run `alk install --no-frozen` where you may change it, and commit the result',
    details: { reasons },
  })
}

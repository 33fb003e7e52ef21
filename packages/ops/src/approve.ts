/** `alk approve`: which dependencies may run their build scripts, kept in the root's package.json, and an install by that. */
import { userError } from '@alkahest/core'
import { findProject } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import { stageManifest } from './edit-manifests.ts'
import type { InstallOptions } from './install-options.ts'
import { installWorkspace } from './install-workspace.ts'
import { openLocked } from './locked-project.ts'
import type { InstallReport, PackageChange } from './reports.ts'
import { similarName } from './similar-name.ts'

export type ApproveOptions = Pick<InstallOptions, 'offline' | 'preferOffline'> & {
  /** None: only says what waits. */
  readonly names: readonly string[]
  /** Decides against them instead. */
  readonly deny?: boolean
}

export type ApproveReport = {
  /** What has build scripts and was not decided, after this. */
  readonly waiting: readonly PackageChange[]
  /** What was decided so far: true for approved. */
  readonly decided: Readonly<Record<string, boolean>>
  /** What the install did; null when nothing was decided. */
  readonly install: InstallReport | null
}

/** Throws `PACKAGE_NOT_INSTALLED` for a name that the lockfile does not have, and what `install` throws; then nothing is decided. */
export async function approve(context: OperationContext, options: ApproveOptions): Promise<ApproveReport> {
  const { workspace, lockfile } = await openLocked(context)
  const { packages } = lockfile.resolution
  const { names, deny = false } = options
  const unknown = names.find((name) => packages.every((locked) => locked.name !== name))
  if (unknown !== undefined) {
    const similar = similarName(unknown, [...new Set(packages.map(({ name }) => name))])
    throw userError(
      'PACKAGE_NOT_INSTALLED',
      `nothing in the lockfile is called ${unknown}`,
      similar === undefined ? {} : { hint: `did you mean ${similar}?` },
    )
  }
  const root = workspace.members.find(({ path }) => path === '.')
  const before = root?.manifest.policy.allowBuilds ?? {}
  const added = Object.fromEntries(names.map((name) => [name, !deny]))
  const decided = Object.fromEntries(
    Object.entries({ ...before, ...added }).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  )
  const waiting = packages
    .filter(({ name, hasInstallScript }) => hasInstallScript && !(name in decided))
    .map(({ name, version }) => ({ name, version }))
  if (names.length === 0) return { waiting, decided, install: null }
  const install = await installWorkspace({
    context,
    project: await findProject(workspace.root),
    options,
    stage: async (run) => {
      const member = run.workspace.members.find(({ path }) => path === '.')
      if (member === undefined) return
      await stageManifest(run, member, [{ kind: 'field', path: ['alkahest', 'allowBuilds'], value: decided }])
    },
  })
  return { waiting, decided, install }
}

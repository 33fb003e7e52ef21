/** What commands that only read start from: the workspace and its lockfile, which must be there. */
import { userError } from '@alkahest/core'
import type { Lockfile } from '@alkahest/lockfile'
import { findProject, loadWorkspace, readLockfile } from '@alkahest/project'
import type { Project, Workspace } from '@alkahest/project'
import type { OperationContext } from './context.ts'

export type LockedProject = {
  readonly project: Project
  readonly workspace: Workspace
  /** Its members have the versions that their manifests give them. */
  readonly lockfile: Lockfile
}

/** Throws `PROJECT_NOT_FOUND`, `LOCKFILE_MISSING` and what is wrong with the files. */
export async function openLocked(context: OperationContext): Promise<LockedProject> {
  const project = await findProject(context.cwd)
  const workspace = await loadWorkspace(project.root)
  const lockfile = await readLockfile(project.root)
  if (lockfile === undefined) {
    throw userError('LOCKFILE_MISSING', `${project.root} has no alkahest.lock yet`, {
      hint: 'make one with `alk install`',
    })
  }
  return { project, workspace, lockfile: withMemberVersions(lockfile, workspace) }
}

/** Versions of members stand in their manifests alone: a release of one changes no lockfile. */
function withMemberVersions(lockfile: Lockfile, workspace: Workspace): Lockfile {
  const versions = new Map(workspace.members.map(({ path, manifest }) => [path, manifest.version]))
  const members = lockfile.resolution.members.map((member) => ({ ...member, version: versions.get(member.path) }))
  return { ...lockfile, resolution: { ...lockfile.resolution, members } }
}

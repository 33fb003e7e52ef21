/** `alk remove`: out of the manifest, and out of the lockfile and the disk what only it needed. */
import { userError } from '@alkahest/core'
import { findProject, memberAt } from '@alkahest/project'
import type { Member } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import { stageManifest } from './edit-manifests.ts'
import type { InstallOptions } from './install-options.ts'
import { installWorkspace } from './install-workspace.ts'
import type { InstallReport } from './reports.ts'
import { similarName } from './similar-name.ts'

export type RemoveOptions = Omit<InstallOptions, 'frozen'> & { readonly names: readonly string[] }

/** Throws `DEPENDENCY_NOT_FOUND` and changes nothing when the manifest does not name one of them. */
export async function remove(context: OperationContext, options: RemoveOptions): Promise<InstallReport> {
  const project = await findProject(context.cwd)
  return installWorkspace({
    context,
    project,
    options,
    change: {
      prepare: async (run) => {
        const member = memberAt(run.workspace, project.directory)
        requireDependencies(member, options.names)
        await stageManifest(
          run,
          member,
          options.names.map((name) => ({ kind: 'remove', name })),
        )
        return {}
      },
    },
  })
}

/** Throws `DEPENDENCY_NOT_FOUND`, with a name that looks alike when there is one. */
export function requireDependencies(member: Member, names: readonly string[]): void {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = member.manifest
  const known = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies })
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const similar = similarName(unknown, known)
  throw userError(
    'DEPENDENCY_NOT_FOUND',
    `${unknown} is not a dependency in ${member.manifestPath}`,
    similar === undefined ? {} : { hint: `did you mean ${similar}?` },
  )
}

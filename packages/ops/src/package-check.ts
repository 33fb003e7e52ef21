/** Whether a packed member is right for its consumers: before it is published, and as far as it needs no network when it is packed. */
import * as build from '@alkahest/build'
import type { PackageProblem } from '@alkahest/build'
import { UserError, userError } from '@alkahest/core'
import type { OperationContext } from './context.ts'
import { openBuild } from './open-build.ts'
import type { PackedMember } from './pack.ts'
import { toolFolder } from './tool-folder.ts'

/**
 * The entries, then the types as every kind of consumer finds them. Throws `PACKAGE_CHECK_FAILED` with all that is wrong;
 * what is only doubtful is returned.
 */
export async function checkPackage(
  context: OperationContext,
  packed: PackedMember,
): Promise<readonly PackageProblem[]> {
  context.progress({ kind: 'step', what: `checking ${packed.name}` })
  const problems = [...(await build.checkEntries(packed.files)), ...(await typeProblems(context, packed))]
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return problems
  const list = errors.map(({ message }) => `\n  ${message}`).join('')
  throw userError('PACKAGE_CHECK_FAILED', `${packed.name}@${packed.version} is not right for its consumers:${list}`, {
    hint: 'mend it and look again with `alk publish --dry-run`; --no-check publishes it all the same',
    details: { problems },
  })
}

/** The tools come from the registry when they are first needed; where they cannot be had, that is said. */
async function typeProblems(context: OperationContext, packed: PackedMember): Promise<readonly PackageProblem[]> {
  if (!build.hasTypes(packed.files)) return []
  const toolDirectory = await toolsOrNote(context, packed)
  if (toolDirectory === undefined) return []
  const opened = await openBuild(context, { directory: packed.member.directory })
  return build.checkTypes(opened, { toolDirectory, tarball: packed.packed.bytes, manifest: packed.manifest })
}

async function toolsOrNote(context: OperationContext, { name }: PackedMember): Promise<string | undefined> {
  try {
    return await toolFolder(context, 'type-check', build.typeCheckTools)
  } catch (error) {
    if (!(error instanceof UserError) || error.code === 'INTERRUPTED') throw error
    const [reason] = error.message.split('\n')
    context.progress({
      kind: 'note',
      text: `the types of ${name} are not checked, since the tool could not be installed: ${reason}`,
    })
    return undefined
  }
}

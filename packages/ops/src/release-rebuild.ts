/**
 * `alk release verify --rebuild`: the release is made again from a copy of the sources in another folder, under another
 * umask, time zone and locale, and compared with the tarball that is there.
 */
import { join, relative } from 'node:path'
import { runProgram } from '@alkahest/build'
import type { RunProgram } from '@alkahest/build'
import { findProject } from '@alkahest/project'
import { checkRebuild, verifyRebuild, withSourceCopy } from '@alkahest/release'
import type { Release } from '@alkahest/release'
import type { OperationContext } from './context.ts'
import { openReleaseProject } from './release-project.ts'
import type { ReleaseOptions } from './release-project.ts'

/** As unlike the usual as can be: a zone with 45 minutes, a locale whose letters sort otherwise, files for the owner alone. */
const OTHER_ENVIRONMENT = { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }
const OTHER_UMASK = '077'

/** A mask of this process would be everybody's in it; a shell's is its own. */
const underOtherUmask: RunProgram = async ({ program, args, ...plan }, options) => {
  const script = `umask ${OTHER_UMASK} && exec "$0" "$@"`
  return await runProgram({ ...plan, program: '/bin/sh', args: ['-c', script, program, ...args] }, options)
}

/** The digest of both tars. Throws `RELEASE_NOT_REPRODUCIBLE`, naming the entries that differ. */
export async function rebuildElsewhere(
  context: OperationContext,
  options: ReleaseOptions,
  plan: Release,
): Promise<string> {
  const { root } = await findProject(context.cwd)
  return await withSourceCopy(root, async (copy) => {
    const elsewhere = {
      ...context,
      cwd: join(copy, relative(root, context.cwd)),
      env: { ...context.env, ...OTHER_ENVIRONMENT },
    }
    const { destination: _, ...same } = options
    await using project = await openReleaseProject(elsewhere, {
      ...same,
      targets: [plan.target],
      unsigned: true,
      runProgram: underOtherUmask,
    })
    const [again] = project.plans
    return checkRebuild(plan.tarball, await verifyRebuild(plan, project.host, again))
  })
}

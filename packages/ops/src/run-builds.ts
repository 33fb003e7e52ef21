/** Runs the approved builds of an install: `build` knows how, the context where its results are kept. */
import { runDependencyBuilds } from '@alkahest/build'
import type { DependencyBuild } from '@alkahest/build'
import { userAgent } from '@alkahest/core'
import { alkahestVersion } from './alkahest-version.ts'
import { buildsDirectory } from './builds-directory.ts'
import type { OperationContext } from './context.ts'
import type { InstallReport } from './reports.ts'

/** Throws `BUILD_FAILED`. */
export async function runApprovedBuilds(
  context: OperationContext,
  root: string,
  builds: readonly DependencyBuild[],
): Promise<InstallReport['builds']> {
  let done = 0
  const outcomes = await runDependencyBuilds(builds, {
    root,
    environment: context.env,
    userAgent: userAgent(alkahestVersion),
    cacheDirectory: buildsDirectory(context),
    onStart: ({ name }) =>
      context.progress({ kind: 'step', what: `building ${name}`, done: done++, total: builds.length }),
  })
  for (const { name, version, outcome, log } of outcomes) {
    if (outcome !== 'failed') continue
    const text = `the build of ${name}@${version} failed; it is optional, so the install went on: ${log}`
    context.progress({ kind: 'note', text, decides: true })
  }
  return outcomes
}

/** Runs the approved builds of an install: `build` knows how, the context where its results are kept. */
import { join } from 'node:path'
import { runDependencyBuilds } from '@alkahest/build'
import type { DependencyBuild } from '@alkahest/build'
import { userAgent } from '@alkahest/core'
import { alkahestVersion } from './alkahest-version.ts'
import type { OperationContext } from './context.ts'
import type { InstallReport } from './reports.ts'

/** Where results of builds lie; a cache, which can be deleted at any time. */
export function buildsDirectory(context: OperationContext): string {
  return join(context.home, 'cache', 'builds')
}

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
    context.progress({ kind: 'note', text })
  }
  return outcomes
}

/** Manifests to a resolution: solve, load what the solver lacks, solve again, until it is done or has explained why not. */
import { failureError, resolve } from '@alkahest/resolver'
import type { Resolved, ResolveInput } from '@alkahest/resolver'
import type { ResolvedPackage } from '@alkahest/core'
import type { InstallRun } from './install-run.ts'
import { createLoadingSource } from './package-source.ts'

/** Throws the explained failure, or what went wrong on the network. */
export async function resolveWorkspace(
  { context, network, project }: Pick<InstallRun, 'context' | 'network' | 'project'>,
  input: ResolveInput,
): Promise<Resolved> {
  const { client } = await network.open()
  const cutoff = [input.cutoff, input.before].filter((instant) => instant !== undefined)
  const source = createLoadingSource({
    client,
    locked: keptPackages(input),
    root: project.root,
    cutoff: cutoff.length === 0 ? undefined : Math.min(...cutoff),
    context,
  })
  context.progress({ kind: 'step', what: 'resolving' })
  for (;;) {
    const outcome = resolve(input, source)
    if (outcome.kind === 'resolved') return outcome
    if (outcome.kind === 'needs') await source.load(outcome)
    // What was published a moment ago must be found, whatever the registry allows to keep.
    else if (!(await source.refresh(outcome.failure.lacking))) throw failureError(outcome.failure)
  }
}

/** What is locked and was not asked to move. */
function keptPackages({ locked, unlock }: ResolveInput): readonly ResolvedPackage[] {
  if (locked === undefined || unlock === 'all') return []
  return unlock === 'none' ? locked.packages : locked.packages.filter(({ name }) => !unlock.includes(name))
}

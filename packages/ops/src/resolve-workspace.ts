/** Manifests to a resolution: solve, load what the solver lacks, solve again, until it is done or has explained why not. */
import { failureError, resolve } from '@alkahest/resolver'
import type { Resolved, ResolveInput } from '@alkahest/resolver'
import type { InstallRun } from './install-run.ts'
import type { LoadingSource } from './package-source.ts'
import { openSource, settled } from './resolution-source.ts'

/** Throws the explained failure, or what went wrong on the network. */
export async function resolveWorkspace(
  run: Pick<InstallRun, 'context' | 'network' | 'project' | 'downloads'>,
  input: ResolveInput,
): Promise<Resolved> {
  const source = await openSource(run, input)
  run.context.progress({ kind: 'step', what: 'resolving' })
  return resolveFrom(source, input)
}

/** The same with a source that may hold something already. */
export async function resolveFrom(source: LoadingSource, input: ResolveInput): Promise<Resolved> {
  for (;;) {
    const outcome = await settled(source, () => resolve(input, source))
    if (outcome.kind === 'resolved') return outcome
    // What was published a moment ago must be found, whatever the registry allows to keep.
    if (!(await source.refresh(outcome.failure.lacking))) throw failureError(outcome.failure)
  }
}

/** Manifests to a resolution: solve, load what the solver lacks, solve again, until it is done or has explained why not. */
import { userError } from '@alkahest/core'
import type { UserError } from '@alkahest/core'
import { failureError, resolve, Trials } from '@alkahest/resolver'
import type { ResolutionFailure, Resolved, ResolveInput } from '@alkahest/resolver'
import type { InstallRun } from './install-run.ts'
import type { LoadingSource } from './package-source.ts'
import { openSource, settled } from './resolution-source.ts'
import { similarName } from './similar-name.ts'

/** Throws the explained failure, or what went wrong on the network. */
export async function resolveWorkspace(
  run: Pick<InstallRun, 'context' | 'network' | 'project' | 'downloads'>,
  input: ResolveInput,
): Promise<Resolved> {
  const source = await openSource(run, input, { mayUseClosures: true })
  run.context.progress({ kind: 'step', what: 'resolving' })
  return resolveFrom(source, input)
}

/** The same with a source that may hold something already. */
export async function resolveFrom(source: LoadingSource, input: ResolveInput): Promise<Resolved> {
  for (;;) {
    let trials = new Trials()
    // What was tried on top of something lacking goes as well.
    const onDiscarded = (): void => void (trials = new Trials())
    const outcome = await settled(source, () => resolve(input, source, trials), onDiscarded)
    if (outcome.kind === 'resolved') return outcome
    // What was published a moment ago must be found, whatever the registry allows to keep.
    const { failure } = outcome
    if (!(await source.refresh(failure.lacking))) throw withSimilarName(failureError(failure), failure, source)
  }
}

/** A name that is not in the registry is most often a slip: one that was loaded and looks like it is the hint. */
function withSimilarName(error: UserError, { code, lacking }: ResolutionFailure, source: LoadingSource): UserError {
  if (code !== 'PACKAGE_NOT_FOUND' || error.hint !== undefined) return error
  const [similar] = lacking.flatMap((name) => similarName(name, source.knownNames()) ?? [])
  const { message, details } = error
  return similar === undefined
    ? error
    : userError(code, message, { hint: `did you mean ${similar}?`, ...(details === undefined ? {} : { details }) })
}

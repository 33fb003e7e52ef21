/** What a question to the solver is answered from: the lockfile, and the registry for what that does not hold. */
import type { ResolvedPackage } from '@alkahest/core'
import type { ResolveInput, ResolveOutcome } from '@alkahest/resolver'
import { lockedGit } from './git-source.ts'
import { wantedMembers } from '@alkahest/resolver'
import type { InstallRun } from './install-run.ts'
import { createLoadingSource } from './package-source.ts'
import type { LoadingSource } from './package-source.ts'

/** Opens the network; nothing is loaded yet. With closures, every question to the source goes through `settled`. */
export async function openSource(
  { context, network, project, downloads }: Pick<InstallRun, 'context' | 'network' | 'project' | 'downloads'>,
  input: ResolveInput,
  { mayUseClosures = false }: { readonly mayUseClosures?: boolean } = {},
): Promise<LoadingSource> {
  const { client, offline } = await network.open()
  const cutoff = [input.cutoff, input.before].filter((instant) => instant !== undefined)
  // A closure is of what an ordinary resolution looks at first.
  const isOrdinary = input.before === undefined && input.direction === 'highest'
  return createLoadingSource({
    ...(mayUseClosures && isOrdinary
      ? { closures: { members: wantedMembers(input), nodeVersion: input.nodeVersion } }
      : {}),
    client,
    locked: keptPackages(input),
    lockedGit: lockedGit(input),
    offline,
    root: project.root,
    cutoff: cutoff.length === 0 ? undefined : Math.min(...cutoff),
    context,
    onLikely: (candidates) => downloads?.guess(candidates),
  })
}

type Needs = Extract<ResolveOutcome, { kind: 'needs' }>

/**
 * Asks until nothing is lacking any more, loading what is. Whatever came of looking at a version that a closure did not
 * bring, an error too, is thrown away: so the answer is the one that packuments alone would give. Whoever
 * remembers something between two questions forgets it then.
 */
export async function settled<Outcome extends { readonly kind: string }>(
  source: LoadingSource,
  ask: () => Outcome,
  onDiscarded: () => void = () => undefined,
): Promise<Exclude<Outcome, { kind: 'needs' }>> {
  for (;;) {
    const { outcome, failure } = attempt(ask)
    if (await source.completed()) {
      onDiscarded()
      continue
    }
    if (outcome === undefined) throw failure
    if (outcome.kind !== 'needs') return outcome as Exclude<Outcome, { kind: 'needs' }>
    const { names, externals = [], likely = [] } = outcome as unknown as Pick<Needs, 'names'> & Partial<Needs>
    await source.load({ names, externals, likely })
  }
}

function attempt<Outcome>(ask: () => Outcome): { readonly outcome?: Outcome; readonly failure?: unknown } {
  try {
    return { outcome: ask() }
  } catch (failure) {
    return { failure }
  }
}

/** What is locked and was not asked to move. */
function keptPackages({ locked, unlock }: ResolveInput): readonly ResolvedPackage[] {
  if (locked === undefined || unlock === 'all') return []
  return unlock === 'none' ? locked.packages : locked.packages.filter(({ name }) => !unlock.includes(name))
}

/** Manifests to a resolution: solve, load what the solver lacks, solve again, until it is done or has explained why not. */
import type { Lockfile } from '@alkahest/lockfile'
import { failureError, resolve } from '@alkahest/resolver'
import type { Resolved, ResolveInput } from '@alkahest/resolver'
import { userError } from '@alkahest/core'
import type { ResolvedPackage } from '@alkahest/core'
import type { InstallRun, ResolutionChoices } from './install-run.ts'
import { createLoadingSource } from './package-source.ts'

const MINUTE_MS = 60_000
const RELEASE_AGE_DEFAULT_MINUTES = 24 * 60

/** What the solver is given; it depends on files, options and the clock of the context alone. */
export function resolveInputOf(
  { context, workspace }: Pick<InstallRun, 'context' | 'workspace'>,
  locked: Pick<Lockfile, 'resolution' | 'settings'> | undefined,
  choices: ResolutionChoices,
): ResolveInput {
  const root = workspace.members.find(({ path }) => path === '.')
  const policy = root?.manifest.policy
  const age = (policy?.minimumReleaseAge ?? RELEASE_AGE_DEFAULT_MINUTES) * MINUTE_MS
  return {
    members: workspace.members.map(({ path, manifest }) => ({ path, manifest })),
    catalogs: workspace.catalogs,
    locked: locked?.resolution,
    lockedSettings: locked?.settings,
    unlock: choices.unlock ?? 'none',
    dedupe: choices.dedupe ?? false,
    cutoff: age === 0 ? undefined : context.now() - age,
    before: choices.before === undefined ? undefined : parseInstant(choices.before),
    nodeVersion: projectNodeVersion(root?.manifest.engines.node),
    single: policy?.single ?? false,
    peers: policy?.peers ?? 'new',
    direction: choices.direction ?? 'highest',
  }
}

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

function parseInstant(text: string): number {
  const instant = Date.parse(text)
  if (Number.isNaN(instant)) {
    throw userError('DATE_INVALID', `"${text}" is not a date`, {
      hint: 'write it as 2026-11-22 or 2026-11-22T12:00:00Z',
    })
  }
  return instant
}

/**
 * The project's own `engines.node` decides, never the Node that happens to run: the result must be the same on every
 * machine. Of a range the lowest version counts, since the project promises to run on it.
 */
function projectNodeVersion(range: string | undefined): string | undefined {
  return range === undefined
    ? undefined
    : /\d+(?:\.\d+){0,2}/.exec(range)?.[0]?.split('.').concat('0', '0').slice(0, 3).join('.')
}

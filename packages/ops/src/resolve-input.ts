/** What the solver is given, made of files, options and the clock of the context; a lockfile is compared with it too. */
import { userError } from '@alkahest/core'
import type { Lockfile } from '@alkahest/lockfile'
import type { ResolveInput } from '@alkahest/resolver'
import type { InstallRun, ResolutionChoices } from './install-run.ts'

const MINUTE_MS = 60_000
const RELEASE_AGE_DEFAULT_MINUTES = 24 * 60

/** Throws `DATE_INVALID`. */
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

/**
 * No accepted conflict may be superfluous: what one proof gave up, a later one may have made unnecessary. Every assumption
 * that is still violated is insisted on once more, the dearest first, with the others given up; when that can be solved,
 * it replaces the solution.
 */
import type { Assumption } from './incompatibility.ts'
import { compareText } from './model.ts'
import type { OverrideRule } from './overrides.ts'
import type { PackageSource, ResolveInput } from './resolve-input.ts'
import { wishOf } from './assumption.ts'
import { conflictsIn } from './peer-conflicts.ts'
import { Solver } from './solver.ts'
import type { GivenUp } from './solver-result.ts'
import type { Work } from './work.ts'

/** Each attempt is a resolution; a project with more conflicts than this has other worries. */
const ATTEMPTS_MAX = 40

export type Reinstated =
  | { readonly kind: 'solved'; readonly solver: Solver }
  | { readonly kind: 'unsure'; readonly solver: Solver }

export function reinstate(
  solver: Solver,
  world: {
    readonly input: ResolveInput
    readonly source: PackageSource
    readonly opened: Set<string>
    readonly deepRules: readonly OverrideRule[]
    readonly work: Work
  },
): Reinstated {
  let best = solver
  const candidates = [...solver.givenUp].filter(([, { isCostly }]) => !isCostly).map(([assumption]) => assumption)
  for (const assumption of candidates
    .sort((left, right) => solver.rank(right) - solver.rank(left) || compareText(left, right))
    .slice(0, ATTEMPTS_MAX)) {
    if (!best.isViolated(assumption)) continue
    const attempt = new Solver(world.input, world.source, {
      opened: world.opened,
      deepRules: world.deepRules,
      work: world.work,
      ...insisting(best, assumption),
    })
    const result = attempt.solve()
    if (result.kind === 'exhausted') break
    if (attempt.isUnsure()) return { kind: 'unsure', solver: attempt }
    // Insisting on one may move others of the same wish: only what leaves fewer is better.
    if (result.kind === 'solved' && isFewer(attempt, best)) best = attempt
  }
  return { kind: 'solved', solver: best }
}

/** Everything may be given up again that is, but for the one wish; what cost too much stays given up. */
function insisting(
  solver: Solver,
  assumption: Assumption,
): { givenUp: ReadonlyMap<Assumption, GivenUp>; mayGiveUp: ReadonlySet<string> } {
  const wish = wishOf(assumption)
  const others = [...solver.givenUp].filter(([one]) => wishOf(one) !== wish)
  return {
    givenUp: new Map(others.filter(([, { isCostly }]) => isCostly)),
    mayGiveUp: new Set(others.filter(([one]) => solver.isViolated(one)).map(([one]) => wishOf(one))),
  }
}

/** Fewer wishes, or as many of fewer versions. */
function isFewer(attempt: Solver, best: Solver): boolean {
  const [ours, theirs] = [attempt, best].map((solver) => [...conflictsIn(solver, solver.choices())])
  if (ours === undefined || theirs === undefined) return false
  const wishes = (conflicts: readonly string[]): number => new Set(conflicts.map((one) => one.replace(/@\S+/, ''))).size
  return wishes(ours) - wishes(theirs) < 0 || (wishes(ours) === wishes(theirs) && ours.length < theirs.length)
}

/**
 * From requirements to a resolution: foresee what is needed, solve, bind peers, merge copies, write down. Everything is
 * synchronous; what is not loaded yet is asked for. docs/internals/resolver.md tells the whole.
 */
import { userError } from '@alkahest/core'
import type { Candidate, ErrorCode, PackageId, PackageName, Resolution, UserError } from '@alkahest/core'
import { buildResolution } from './build-resolution.ts'
import type { OpenConflict } from './build-resolution.ts'
import { missedOverrides } from './deep-overrides.ts'
import { explainDerivation } from './explain.ts'
import type { Explanation } from './explanation.ts'
import type { Derivation } from './fact.ts'
import { foresee } from './foresight.ts'
import { factsOf } from './incompatibility.ts'
import { mergeCopies } from './merge.ts'
import { compareText } from './model.ts'
import type {
  HeldBack,
  PackageSource,
  PeerConflict,
  Resolved,
  ResolutionFailure,
  ResolveInput,
  ResolveOutcome,
} from './resolve-input.ts'
import type { OverrideRule } from './overrides.ts'
import { settingsOf } from './settings.ts'
import { reinstate } from './reinstate.ts'
import { Solver } from './solver.ts'
import type { Choices } from './choices.ts'
import type { GivenUp } from './solver-result.ts'
import type { OnceOutcome } from './once-outcome.ts'
import { suggest, withSpecifier } from './suggest.ts'
import type { SpecifierChange } from './suggest.ts'
import { Trials } from './trials.ts'
import { complement, intersect, setOf, valuesOf } from './version-set.ts'
import { IMPROVE_STEPS_MAX, SOLVE_STEPS_MAX, Work } from './work.ts'

/**
 * Resolves, or says what it needs, or why it cannot be. Throws for manifests, catalogs and overrides that cannot be read.
 * Whoever asks again, with the same input and a source that has more, gives the trials of the last time.
 */
export function resolve(input: ResolveInput, source: PackageSource, trials: Trials = new Trials()): ResolveOutcome {
  const work = new Work(SOLVE_STEPS_MAX)
  const outcome = trials.once('', work, () =>
    resolveOnce(input, source, { work, improving: new Work(IMPROVE_STEPS_MAX) }),
  )
  if (outcome.kind === 'exhausted') throw work.limitError()
  if (outcome.kind === 'needs') return outcome
  const improving = new Work(IMPROVE_STEPS_MAX)
  const solve = (change: SpecifierChange): OnceOutcome =>
    trials.once(JSON.stringify(change), improving, () =>
      resolveOnce(withSpecifier(input, change), source, {
        work: improving,
        improving,
        isDowngradeFine: change.isDowngradeFine === true,
      }),
    )
  if (outcome.kind === 'resolved') return withSuggestions(outcome, solve)
  const suggestions = suggest({ derivation: outcome.derivation, solve, helps: () => true })
  if (suggestions.kind === 'needs') return suggestions
  const { failure } = outcome
  return {
    kind: 'failed',
    failure: { ...failure, explanation: { ...failure.explanation, suggestions: suggestions.suggestions } },
  }
}

/** What would help against the first of the accepted conflicts: a change after which it is gone and no other has come. */
function withSuggestions(
  { derivations, ...outcome }: Resolved & { readonly derivations: readonly (Derivation | undefined)[] },
  solve: (change: SpecifierChange) => OnceOutcome,
): ResolveOutcome {
  const peerConflicts: PeerConflict[] = []
  const known = new Set(outcome.resolution.peerConflicts.map(conflictKey))
  for (const [index, conflict] of outcome.peerConflicts.entries()) {
    const helps = (changed: Resolved): boolean => {
      const keys = changed.resolution.peerConflicts.map(conflictKey)
      return !keys.includes(conflictKey(conflict)) && keys.every((key) => known.has(key))
    }
    const derivation = index < CONFLICTS_HELPED_MAX ? derivations[index] : undefined
    const found = suggest({ derivation, solve, helps })
    if (found.kind === 'needs') return found
    peerConflicts.push({ ...conflict, explanation: { ...conflict.explanation, suggestions: found.suggestions } })
  }
  return { ...outcome, peerConflicts }
}

/** Suggestions cost resolutions: a project with more conflicts than this begins with these. */
const CONFLICTS_HELPED_MAX = 4

/** Without suggestions: what those are found with. `isDowngradeFine`: without the downgrade guard. */
export function resolveOnce(
  input: ResolveInput,
  source: PackageSource,
  {
    work,
    improving,
    isDowngradeFine = false,
  }: { readonly work: Work; readonly improving: Work; readonly isDowngradeFine?: boolean },
): OnceOutcome {
  const opened = new Set<string>()
  const deepRules: OverrideRule[] = []
  while (true) {
    const solver = new Solver(input, source, { opened, deepRules, work, isDowngradeFine })
    const { reachedAll, likely } = foresee(solver)
    const result = reachedAll ? solver.solve() : undefined
    if (result?.kind === 'exhausted') return result
    const needs = needsOf(solver, likely)
    if (needs !== undefined) return needs
    if (solver.isUnsure() || result === undefined || result.kind === 'stopped') continue
    if (result.kind === 'failed') return failed(solver, result.derivation)
    const reinstated = reinstate(solver, { input, source, opened, deepRules, work: improving })
    if (reinstated.kind === 'solved') {
      const missed = missedOverrides(reinstated.solver)
      if (missed.length === 0) return finish(reinstated.solver)
      for (const rule of missed) for (const { name } of rule.path) opened.add(name)
      deepRules.push(...missed)
      continue
    }
    const more = needsOf(reinstated.solver, likely)
    if (more !== undefined) return more
  }
}

function needsOf(
  { model }: Solver,
  likely: readonly Candidate[],
): Extract<ResolveOutcome, { kind: 'needs' }> | undefined {
  const { neededNames, neededExternals } = model
  if (neededNames.size === 0 && neededExternals.size === 0) return undefined
  return { kind: 'needs', names: [...neededNames].sort(compareText), externals: [...neededExternals.values()], likely }
}

/** Sentences, then what would help. */
export function explainFailure(failure: ResolutionFailure): readonly string[] {
  return explanationLines(failure.explanation)
}

export function explanationLines({ lines, suggestions }: Explanation): readonly string[] {
  return [...lines, ...suggestions.map((suggestion) => `Try: ${suggestion.text}`)]
}

/** The error that a command ends with. */
export function failureError(failure: ResolutionFailure): UserError {
  const { lines, suggestions } = failure.explanation
  const [suggestion] = suggestions
  return userError(failure.code, lines.join('\n').replace(/\.$/, ''), {
    ...(suggestion === undefined ? {} : { hint: suggestion.text }),
    details: { explanation: lines, suggestions },
  })
}

function finish(solver: Solver): OnceOutcome {
  const { input } = solver.model
  const choices = mergeCopies(solver, solver.choices())
  const { resolution, conflicts } = buildResolution(solver, choices)
  const accepted = new Set((input.locked?.peerConflicts ?? []).map(conflictKey))
  const fresh = conflicts.filter((conflict) => !accepted.has(conflictKey(conflict)))
  const refused = input.peers === 'error' ? conflicts : input.peers === 'new' && input.locked !== undefined ? fresh : []
  const [worst] = refused
  if (worst !== undefined) return refuse(solver, choices, worst)
  const made = resolved(solver, choices, { resolution, peerConflicts: fresh.map((one) => explained(solver, one)) })
  return { ...made, derivations: fresh.map((one) => givenUpOf(solver, one)?.derivation) }
}

function resolved(
  solver: Solver,
  choices: Choices,
  made: { resolution: Resolution; peerConflicts: readonly PeerConflict[] },
): Resolved {
  const { resolution, peerConflicts } = made
  return {
    kind: 'resolved',
    resolution,
    settings: settingsOf(solver.model.input),
    heldBack: heldBack(solver, choices),
    peerConflicts,
    deprecated: resolution.packages.flatMap(({ id, deprecated }) =>
      deprecated === undefined ? [] : [{ id, message: deprecated }],
    ),
    counts: {
      decisions: solver.engine.decisions,
      conflicts: solver.engine.conflicts,
      peersGivenUp: solver.givenUp.size,
    },
  }
}

function failed(solver: Solver, derivation: Derivation): OnceOutcome {
  const lines = explainDerivation(solver.model, derivation, 'there is no resolution')
  const failure = {
    code: codeOf(derivation),
    explanation: { lines, suggestions: [] },
    lacking: lackingNames(derivation),
  }
  return { kind: 'failed', failure, derivation }
}

function lackingNames(derivation: Derivation): readonly PackageName[] {
  const names = factsOf(derivation).flatMap((fact) => {
    const parsed = fact.kind === 'missing' ? fact.requirement.parsed : undefined
    return parsed?.kind === 'range' || parsed?.kind === 'tag' ? [parsed.name] : []
  })
  return [...new Set(names)].sort(compareText)
}

/** A peer conflict that the policy does not let pass. */
function refuse(solver: Solver, choices: Choices, conflict: OpenConflict): OnceOutcome {
  const { explanation } = explained(solver, conflict)
  const derivation = givenUpOf(solver, conflict)?.derivation
  return { kind: 'failed', failure: { code: 'PEER_CONFLICT', explanation, lacking: [] }, derivation }
}

function explained(solver: Solver, conflict: OpenConflict): PeerConflict {
  const { binding: _binding, reason, ...rest } = conflict
  const givenUp = givenUpOf(solver, conflict)
  const derivation = givenUp?.derivation
  const conclusion = `${conflict.package} gets ${conflict.found ?? `no ${conflict.peer}`}`
  const lines =
    derivation === undefined || givenUp === undefined
      ? [
          `Because ${conflict.package} wants its peer ${conflict.peer} to be ${conflict.range} and ${reason}, ${conclusion}.`,
        ]
      : explainDerivation(givenUp.model, derivation, conclusion)
  return { ...rest, explanation: { lines, suggestions: [] } }
}

function givenUpOf(solver: Solver, { binding }: OpenConflict): GivenUp | undefined {
  const { need, provider } = binding
  return solver.givenUp.get(solver.assumptionOf(need.asker, need.peer, provider))
}

/** Who asks for what; what it gets may change without the conflict being new. */
function conflictKey(conflict: { readonly package: PackageId; readonly peer: string; readonly range: string }): string {
  const { package: id, peer, range } = conflict
  return `${id.startsWith('workspace:') ? id : id.slice(0, id.indexOf('@', 1))}\n${peer}\n${range}`
}

function codeOf(derivation: Derivation): ErrorCode {
  const missing = factsOf(derivation).flatMap((fact) => (fact.kind === 'missing' ? [fact.reason.kind] : []))
  const [reason] = missing
  if (reason === undefined) return 'RESOLUTION_FAILED'
  switch (reason) {
    case 'no-package':
    case 'no-external':
      return 'PACKAGE_NOT_FOUND'
    case 'no-version':
    case 'no-tag':
      return 'VERSION_NOT_FOUND'
    case 'no-member':
      return 'MEMBER_NOT_FOUND'
    case 'bad-specifier':
      return 'SPECIFIER_UNSUPPORTED'
  }
}

/** For each name the newest version that would have been chosen, had it been old enough. */
function heldBack(solver: Solver, choices: Choices): readonly HeldBack[] {
  const found = new Map<string, HeldBack>()
  for (const variable of solver.model.variables) {
    const { universe, key } = variable
    const chosen = choices[variable.id]
    const mature = solver.model.mature(universe)
    if (chosen === undefined || mature === undefined || key.startsWith('single|')) continue
    const range = solver.model.rangeOf(variable)
    const young = range === undefined ? [] : valuesOf(intersect(range, complement(mature)))
    if (young.length === 0) continue
    const version = solver.model.preferred(universe, setOf(universe.size, [...young, chosen]))
    if (version === undefined || version <= chosen) continue
    const known = found.get(universe.name)
    if (known !== undefined && (universe.indexOf(known.version) ?? -1) >= version) continue
    found.set(universe.name, {
      name: universe.name,
      version: universe.version(version),
      publishedAt: universe.publishedAt(version) ?? 0,
      chosen: universe.version(chosen),
    })
  }
  return [...found.values()].sort((left, right) => compareText(left.name, right.name))
}

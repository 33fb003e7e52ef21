/** What would help: every requirement of a member that the failure rests on is lifted in turn, and solved again. */
import type { Suggestion } from './explanation.ts'
import type { Derivation } from './fact.ts'
import { factsOf } from './incompatibility.ts'
import { manifestPlace } from './requirement.ts'
import type { Requirement } from './requirement.ts'
import type { ResolveInput, ResolveOutcome } from './resolve-input.ts'
import type { OnceOutcome } from './once-outcome.ts'

/** Each of them costs a resolution. */
const REQUIREMENTS_LIFTED_MAX = 6

/** What one member asks for under one name, when it is asked differently. */
export type SpecifierChange = {
  readonly member: string
  readonly alias: string
  readonly specifier: string
  /** Solved without the downgrade guard: whoever asks what would help may be told of a much older version. */
  readonly isDowngradeFine?: boolean
}

export type Suggestions =
  | Extract<ResolveOutcome, { kind: 'needs' }>
  | { readonly kind: 'found'; readonly suggestions: readonly Suggestion[] }

/** Asks for what it needs like everything else: a suggestion that was not tried is none. */
export function suggest(question: {
  readonly derivation: Derivation | undefined
  readonly solve: (change: SpecifierChange) => OnceOutcome
  /** Whether a resolution of the changed input is what is wanted. */
  readonly helps: (outcome: Extract<OnceOutcome, { kind: 'resolved' }>) => boolean
}): Suggestions {
  const { derivation, solve, helps } = question
  const suggestions: Suggestion[] = []
  for (const requirement of liftable(derivation)) {
    const lifted = changeOf(requirement, '*')
    let outcome = solve(lifted)
    const isAnswer = outcome.kind === 'needs' || outcome.kind === 'exhausted'
    if (!isAnswer && !(outcome.kind === 'resolved' && helps(outcome))) {
      outcome = solve({ ...lifted, isDowngradeFine: true })
    }
    if (outcome.kind === 'needs') return outcome
    if (outcome.kind === 'exhausted') break
    if (outcome.kind !== 'resolved' || !helps(outcome)) continue
    const suggestion = suggestionOf(requirement, outcome)
    if (suggestion === undefined) continue
    const applied = solve(changeOf(requirement, suggestion.to))
    if (applied.kind === 'needs') return applied
    if (applied.kind === 'resolved' && helps(applied)) suggestions.push(suggestion)
  }
  return { kind: 'found', suggestions }
}

function liftable(derivation: Derivation | undefined): readonly Requirement[] {
  if (derivation === undefined) return []
  const requirements = factsOf(derivation).flatMap((fact) =>
    (fact.kind === 'requirement' || fact.kind === 'missing') && fact.requirement.from.kind === 'member'
      ? [fact.requirement]
      : [],
  )
  return requirements
    .filter(
      ({ parsed, catalog, kind }) =>
        catalog === undefined && kind !== 'peer' && (parsed?.kind === 'range' || parsed?.kind === 'tag'),
    )
    .slice(0, REQUIREMENTS_LIFTED_MAX)
}

function suggestionOf(
  requirement: Requirement,
  outcome: Extract<ResolveOutcome, { kind: 'resolved' }>,
): Suggestion | undefined {
  const { from, alias, written } = requirement
  const path = from.kind === 'member' ? from.path : '.'
  const member = outcome.resolution.members.find((one) => one.path === path)
  const target = member?.edges.find((edge) => edge.alias === alias)?.target
  const version = outcome.resolution.packages.find((one) => one.id === target)?.version
  if (version === undefined) return undefined
  const to = written.startsWith('npm:') ? `${written.slice(0, written.lastIndexOf('@'))}@^${version}` : `^${version}`
  return {
    member: path,
    alias,
    to,
    from: written,
    text: `in ${manifestPlace(path)}, ask for ${alias} ${to} instead of ${written}`,
  }
}

function changeOf({ from, alias, written }: Requirement, specifier: string): SpecifierChange {
  const isAliased = written.startsWith('npm:') && !specifier.startsWith('npm:')
  return {
    member: from.kind === 'member' ? from.path : '.',
    alias,
    specifier: isAliased ? `${written.slice(0, written.lastIndexOf('@'))}@${specifier}` : specifier,
  }
}

/** The input in which the member asks for something else under that name. */
export function withSpecifier(input: ResolveInput, { member: path, alias, specifier }: SpecifierChange): ResolveInput {
  const change = (map: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    alias in map ? { ...map, [alias]: specifier } : map
  return {
    ...input,
    members: input.members.map((member) => {
      if (member.path !== path) return member
      const { manifest } = member
      return {
        ...member,
        manifest: {
          ...manifest,
          dependencies: change(manifest.dependencies),
          devDependencies: change(manifest.devDependencies),
          optionalDependencies: change(manifest.optionalDependencies),
        },
      }
    }),
  }
}

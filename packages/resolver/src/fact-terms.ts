/** Between facts and the terms that the engine works with. */
import type { Derivation, Fact } from './fact.ts'
import type { Assumption, Term, VariableId } from './incompatibility.ts'
import { intersect, isFull } from './version-set.ts'

/** A fact as an incompatibility: terms that allow everything say nothing. */
export function factAsIncompatibility(
  cause: Fact,
  terms: readonly Term[],
  assumes: readonly Assumption[] = [],
): Derivation {
  const telling = terms.some(({ set }) => isFull(set)) ? terms.filter(({ set }) => !isFull(set)) : terms
  return { terms: telling, cause: { kind: 'fact', fact: cause }, assumes }
}

/** One term per variable: two that must both hold are their intersection. */
export function withTerm(terms: readonly Term[], term: Term): Term[] {
  const known = terms.find((one) => one.variable === term.variable)
  if (known === undefined) return [...terms, term]
  const set = intersect(known.set, term.set)
  return terms.map((one) => (one === known ? { variable: term.variable, set } : one))
}

/** The variables that a fact speaks of. */
export function variablesOf(one: Fact): VariableId[] {
  switch (one.kind) {
    case 'requirement':
    case 'unusable':
    case 'given':
      return [one.variable]
    case 'dependency':
      return [one.dependent, one.variable]
    case 'missing':
      return one.dependent === undefined ? [] : [one.dependent]
    case 'peer':
      return [
        ...(typeof one.asker === 'number' ? [one.asker] : []),
        ...one.path,
        ...(one.provider === undefined ? [] : [one.provider]),
      ]
  }
}

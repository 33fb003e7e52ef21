/**
 * Terms and incompatibilities, the words of PubGrub. An incompatibility is a set of terms that must not all hold; every
 * one carries its cause, so that a failure is a tree of reasons down to facts. See docs/internals/resolver.md.
 */
import { intersect, isFull, union } from './version-set.ts'
import type { VersionSet } from './version-set.ts'

/** Index of a variable in the engine. */
export type VariableId = number

/** Holds when the variable's value lies in the set; *absent* is a value too. */
export type Term = { readonly variable: VariableId; readonly set: VersionSet }

/**
 * Something that the solver may stop insisting on (a peer, an optional dependency). Incompatibilities that rest on it
 * name it; those of them that were derived inherit the name, so a failure tells which assumptions it needed.
 */
export type Assumption = string

export type Incompatibility<Fact> = {
  /** At most one per variable. */
  readonly terms: readonly Term[]
  readonly cause: Cause<Fact>
  readonly assumes: readonly Assumption[]
}

export type Cause<Fact> =
  | { readonly kind: 'fact'; readonly fact: Fact }
  | { readonly kind: 'derived'; readonly left: Incompatibility<Fact>; readonly right: Incompatibility<Fact> }

/**
 * The rule of resolution on one variable: when "x in S and A" and "x in T and B" are both impossible, then
 * "x in S or T, and A and B" is impossible too. A term that allows every value says nothing and is left out.
 */
export function resolvent<Fact>(
  left: Incompatibility<Fact>,
  right: Incompatibility<Fact>,
  variable: VariableId,
): Incompatibility<Fact> {
  const sets = new Map<VariableId, VersionSet>()
  for (const term of left.terms) sets.set(term.variable, term.set)
  for (const term of right.terms) {
    const known = sets.get(term.variable)
    if (known === undefined) sets.set(term.variable, term.set)
    else sets.set(term.variable, term.variable === variable ? union(known, term.set) : intersect(known, term.set))
  }
  const terms: Term[] = []
  for (const [id, set] of sets) if (!isFull(set)) terms.push({ variable: id, set })
  return {
    terms,
    cause: { kind: 'derived', left, right },
    assumes: [...new Set([...left.assumes, ...right.assumes])],
  }
}

/** The facts at the leaves of a derivation, each once, in the order of the proof; nothing below what was `seen`. */
export function factsOf<Fact>(root: Incompatibility<Fact>, seen: Set<Incompatibility<Fact>> = new Set()): Fact[] {
  const facts: Fact[] = []
  const stack = [root]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    if (next.cause.kind === 'fact') facts.push(next.cause.fact)
    else stack.push(next.cause.right, next.cause.left)
  }
  return facts
}

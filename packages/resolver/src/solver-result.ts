/** What a solver comes back with, and what it gave up on the way. */
import type { Derivation } from './fact.ts'
import type { Model } from './model.ts'

export type SolverResult =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'exhausted' }
  | { readonly kind: 'failed'; readonly derivation: Derivation }
  | { readonly kind: 'solved' }

/** Why an assumption was given up: the proof, in the variables of the model that found it; none when the search was cut. */
export type GivenUp = {
  readonly derivation: Derivation | undefined
  readonly model: Model
  /** It could be kept, but at a price that nobody would pay (see the downgrade guard). */
  readonly isCostly: boolean
}

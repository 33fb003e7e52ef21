/** What solving once gives, before suggestions: those are found by solving again. */
import type { Derivation } from './fact.ts'
import type { Resolved, ResolutionFailure, ResolveOutcome } from './resolve-input.ts'

export type OnceOutcome =
  | { readonly kind: 'exhausted' }
  | Extract<ResolveOutcome, { kind: 'needs' }>
  | (Resolved & { readonly derivations: readonly (Derivation | undefined)[] })
  | { readonly kind: 'failed'; readonly failure: ResolutionFailure; readonly derivation: Derivation | undefined }

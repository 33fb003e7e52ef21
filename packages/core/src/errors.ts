/**
 * The two ways in which something goes wrong: a {@link UserError}, which a person can act on, and a {@link Bug}, which
 * only we can. Expected outcomes (an unsolvable conflict, a drifted lockfile) are neither: they are values.
 */
import type { ErrorCode } from './error-codes.ts'

export type UserErrorOptions = {
  /** What to do next, as one sentence; only when it can be acted on. */
  readonly hint?: string
  /** Facts for programs, shown under `--json`: plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** A failure that has a stable code, one sentence that names the thing and the place, and perhaps a next step. */
export class UserError extends Error {
  override readonly name = 'UserError'
  /** Stable for ever; described in docs/reference/errors.md. */
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.details = options.details
  }
}

/** Makes a {@link UserError}; the caller throws it. The sentence has no final period. */
export function userError(code: ErrorCode, message: string, options: UserErrorOptions = {}): UserError {
  return new UserError(code, message, options)
}

/** A broken promise inside Alkahest itself: never the user's fault, always worth a report. */
export class Bug extends Error {
  override readonly name = 'Bug'
}

/** Throws a {@link Bug} unless the condition holds; the sentence says which law was broken. */
export function invariant(condition: unknown, law: string): asserts condition {
  if (!condition) throw new Bug(law)
}

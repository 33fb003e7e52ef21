/**
 * When a worker that ended is started again. OTP's maximum intensity: more than `maxRestarts` within `maxSeconds` and the
 * supervisor gives up, since something is wrong that restarting does not mend. Between restarts the wait grows, which OTP
 * does not do: a worker that fails at once would use up its whole budget in milliseconds.
 */

const FIRST_DELAY_MS = 0
const SECOND_DELAY_MS = 100
const DELAY_MS_MAX = 15_000

export type RestartDecision = { readonly kind: 'restart'; readonly delayMs: number } | { readonly kind: 'give-up' }

export class RestartPolicy {
  readonly #maxRestarts: number
  readonly #windowMs: number
  /** Times of the restarts within the window, oldest first. */
  #recent: number[] = []
  /** Restarts since it was started, for the status. */
  total = 0

  constructor({ maxRestarts, maxSeconds }: { readonly maxRestarts: number; readonly maxSeconds: number }) {
    this.#maxRestarts = maxRestarts
    this.#windowMs = maxSeconds * 1000
  }

  /** Counts one more restart. `nowMs` never goes back. */
  decide(nowMs: number): RestartDecision {
    this.#recent = this.#recent.filter((time) => nowMs - time < this.#windowMs)
    if (this.#recent.length >= this.#maxRestarts) return { kind: 'give-up' }
    const delayMs = this.#recent.length === 0 ? FIRST_DELAY_MS : SECOND_DELAY_MS * 2 ** (this.#recent.length - 1)
    this.#recent.push(nowMs)
    this.total += 1
    return { kind: 'restart', delayMs: Math.min(delayMs, DELAY_MS_MAX) }
  }
}

/**
 * Stops asking an upstream that fails again and again: for a while every request is refused at once, then one is let through to see. Clients
 * get what is kept without waiting for one timeout after the other.
 */
import { Refusal } from '../refusal.ts'

const FAILURES_MAX = 5
const OPEN_MS = 10_000

export class Breaker {
  readonly #now: () => number
  #failures = 0
  #openUntil = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Runs the request unless the breaker is open; only failures of the upstream itself count (5xx of ours), not its refusals. */
  async run<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const left = this.#openUntil - this.#now()
    if (left > 0) {
      const seconds = Math.ceil(left / 1000)
      throw new Refusal(
        502,
        `the upstream failed ${this.#failures} times in a row: it is asked again in ${seconds} seconds`,
        {
          'retry-after': String(seconds),
        },
      )
    }
    try {
      const answer = await ask()
      this.#failures = 0
      return answer
    } catch (cause) {
      if (cause instanceof Refusal && cause.status >= 500) this.#count()
      throw cause
    }
  }

  #count(): void {
    this.#failures++
    if (this.#failures >= FAILURES_MAX) this.#openUntil = this.#now() + OPEN_MS
  }
}

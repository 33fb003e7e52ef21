/** A limit on tries: so many for each key in a window; the oldest windows are forgotten first. */
import { Refusal } from '../refusal.ts'

/** Keys remembered; an attacker with more addresses than this has other means. */
const KEYS_MAX = 10_000

export type RateLimitOptions = {
  readonly triesMax: number
  readonly windowMs: number
  /** What is limited, to end the sentence "too many ...". */
  readonly what: string
  readonly now: () => number
}

type Window = { readonly endsAt: number; tries: number }

export class RateLimit {
  readonly #options: RateLimitOptions
  readonly #windows = new Map<string, Window>()

  constructor(options: RateLimitOptions) {
    this.#options = options
  }

  /** Throws a 429 when the key has had its tries. */
  check(key: string): void {
    const window = this.#windows.get(key)
    const { now, triesMax, what } = this.#options
    if (window === undefined || window.endsAt <= now() || window.tries < triesMax) return
    const seconds = Math.ceil((window.endsAt - now()) / 1000)
    throw new Refusal(429, `too many ${what}: try again in ${seconds} seconds`, { 'retry-after': String(seconds) })
  }

  /** Counts one try. */
  count(key: string): void {
    const { now, windowMs } = this.#options
    const window = this.#windows.get(key)
    if (window !== undefined && window.endsAt > now()) {
      window.tries++
      return
    }
    this.#windows.delete(key)
    this.#windows.set(key, { endsAt: now() + windowMs, tries: 1 })
    const [oldest] = this.#windows.keys()
    if (this.#windows.size > KEYS_MAX && oldest !== undefined) this.#windows.delete(oldest)
  }
}

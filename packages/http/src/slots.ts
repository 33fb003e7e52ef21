/**
 * How many requests one origin gets at once. Waiting happens here and not in node's agents, so that a request's time
 * to connect starts when it is really its turn.
 */
export class Slots {
  readonly #max: number
  readonly #used = new Map<string, number>()
  readonly #waiting = new Map<string, (() => void)[]>()

  constructor(max: number) {
    this.#max = max
  }

  /** Resolves to a function that gives the slot back; calling it again changes nothing. */
  async take(origin: string): Promise<() => void> {
    const used = this.#used.get(origin) ?? 0
    if (used < this.#max) this.#used.set(origin, used + 1)
    else await new Promise<void>((resolve) => this.#queue(origin).push(resolve))
    let given = false
    return () => {
      if (given) return
      given = true
      this.#give(origin)
    }
  }

  /** The slot goes to the one who has waited longest, or back. */
  #give(origin: string): void {
    const next = this.#queue(origin).shift()
    if (next !== undefined) next()
    else this.#used.set(origin, (this.#used.get(origin) ?? 1) - 1)
  }

  #queue(origin: string): (() => void)[] {
    const known = this.#waiting.get(origin)
    if (known !== undefined) return known
    const queue: (() => void)[] = []
    this.#waiting.set(origin, queue)
    return queue
  }
}

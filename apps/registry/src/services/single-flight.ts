/** One run per key at a time: whoever asks while it is under way gets the same answer, or the same failure. */
export class SingleFlight<Result> {
  readonly #flights = new Map<string, Promise<Result>>()

  run(key: string, start: () => Promise<Result>): Promise<Result> {
    const current = this.#flights.get(key)
    if (current !== undefined) return current
    const flight = start().finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }

  /** Resolves when none is under way. */
  async settled(): Promise<void> {
    while (this.#flights.size > 0) await Promise.allSettled(this.#flights.values())
  }
}

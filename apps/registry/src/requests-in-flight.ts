/** Counts the requests that are being answered, so that a registry which is asked to end can wait for them and for nothing else. */
import type { ServerResponse } from 'node:http'

export class RequestsInFlight {
  #count = 0
  #ending = false
  readonly #waiting = new Set<() => void>()

  get ending(): boolean {
    return this.#ending
  }

  begin(response: ServerResponse): void {
    this.#count++
    // `close` comes for every response, also when the client went away.
    response.once('close', () => {
      this.#count--
      if (this.#count > 0) return
      for (const wake of this.#waiting) wake()
      this.#waiting.clear()
    })
  }

  /** Resolves when no request is left, or when the time is over. */
  async drain(timeoutMs: number): Promise<void> {
    this.#ending = true
    if (this.#count === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add(resolve)
    const timer = setTimeout(resolve, timeoutMs)
    await promise
    clearTimeout(timer)
  }
}

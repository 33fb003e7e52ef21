/**
 * How much a resolution may work, in steps that are counted (one look at one term): a limit in seconds would make the
 * result depend on the machine. Graphs of real life take less than a hundredth of it.
 */
import { userError } from '@alkahest/core'

/** Two or three seconds: an end for graphs that were made to be hard. */
export const SOLVE_STEPS_MAX = 60_000_000

/** What only improves an answer that is there already: conflicts that could be removed, suggestions. */
export const IMPROVE_STEPS_MAX = 30_000_000

export class Work {
  readonly max: number
  #done = 0

  constructor(max: number) {
    this.max = max
  }

  get steps(): number {
    return this.#done
  }

  get isOver(): boolean {
    return this.#done > this.max
  }

  take(steps: number): void {
    this.#done += steps
  }

  /** For whoever needs an answer and has none. */
  limitError(): Error {
    return userError('RESOLUTION_LIMIT', `no resolution was found within ${this.max.toLocaleString('en')} steps`, {
      hint: 'narrow the ranges of direct dependencies, or start from a lockfile that worked',
    })
  }
}

/**
 * The resolutions of one input and its variations that came to an end. Each time the solver lacks something, everything is
 * asked again from the start; what ended stays as it is when more is loaded, and is not solved a second time.
 */
import type { OnceOutcome } from './once-outcome.ts'
import type { Work } from './work.ts'

export class Trials {
  readonly #ended = new Map<string, { readonly outcome: OnceOutcome; readonly steps: number }>()

  /** The outcome of what the key stands for. It costs the work its steps each time: budgets run out at the same trial however often one asks. */
  once(key: string, work: Work, solve: () => OnceOutcome): OnceOutcome {
    const ended = this.#ended.get(key)
    if (ended !== undefined) {
      work.take(ended.steps)
      return ended.outcome
    }
    const before = work.steps
    const outcome = solve()
    if (outcome.kind !== 'needs') this.#ended.set(key, { outcome, steps: work.steps - before })
    return outcome
  }
}

/** Rolls a transaction back and carries the outcome that its caller is told: an expected outcome, not a failure. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly outcome: unknown

  constructor(outcome: unknown) {
    super('the transaction was refused')
    this.outcome = outcome
  }
}

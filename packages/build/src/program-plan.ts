/** A program that is to run, as a value: it can be printed, compared and tested without running anything. */

export type ProgramPlan = {
  /** A path, or a name that is looked up on the plan's own PATH. */
  readonly program: string
  readonly args: readonly string[]
  /** Absolute. */
  readonly cwd: string
  /** All of it: nothing is inherited besides. */
  readonly env: Readonly<Record<string, string>>
}

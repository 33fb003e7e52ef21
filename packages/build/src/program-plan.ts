/** A program that is to run, as a value: it can be printed, compared and tested without running anything. */
import type { Build, RunReport } from './build.ts'

export type ProgramPlan = {
  /** A path, or a name that is looked up on the plan's own PATH. */
  readonly program: string
  readonly args: readonly string[]
  /** Absolute. */
  readonly cwd: string
  /** All of it: nothing is inherited besides. */
  readonly env: Readonly<Record<string, string>>
}

/** Runs plans one after another and stops at the first that fails. */
export async function runPlans(build: Build, plans: readonly ProgramPlan[]): Promise<RunReport> {
  for (const plan of plans) {
    const exitCode = await build.runProgram(plan, { output: build.childOutput })
    if (exitCode !== 0) return { exitCode }
  }
  return { exitCode: 0 }
}

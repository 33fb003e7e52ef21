/** Several plans as one command: the first that fails ends it. */
import type { Build, RunReport } from './build.ts'
import type { ProgramPlan } from './program-plan.ts'

/** Runs plans one after another and stops at the first that fails. */
export async function runPlans(build: Build, plans: readonly ProgramPlan[]): Promise<RunReport> {
  for (const plan of plans) {
    const exitCode = await build.runProgram(plan, { output: build.childOutput })
    if (exitCode !== 0) return { exitCode }
  }
  return { exitCode: 0 }
}

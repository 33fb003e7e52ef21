/** `alk exec`: one program, found first among the commands of the project's dependencies. No shell is between. */
import type { Build, RunReport } from './build.ts'
import type { ProgramPlan } from './program-plan.ts'
import { runPlans } from './run-plans.ts'
import { scriptEnvironment } from './script-environment.ts'

export type ExecOptions = { readonly command: string; readonly args: readonly string[] }

export async function exec(build: Build, options: ExecOptions): Promise<RunReport> {
  return runPlans(build, [planExec(build, options)])
}

export function planExec(build: Build, { command, args }: ExecOptions): ProgramPlan {
  return { program: command, args, cwd: build.invokedFrom, env: scriptEnvironment(build) }
}

/** `alk test`: vitest over the project's tests, once. */
import type { Build, RunReport } from './build.ts'
import { runPlans } from './program-plan.ts'
import type { ProgramPlan } from './program-plan.ts'
import { scriptEnvironment } from './script-environment.ts'
import { findTool } from './tool.ts'

export type TestOptions = {
  /** Handed to vitest as they are: files, filters, flags. */
  readonly args: readonly string[]
}

export async function test(build: Build, options: TestOptions): Promise<RunReport> {
  return runPlans(build, [planTest(build, options)])
}

export function planTest(build: Build, { args }: TestOptions): ProgramPlan {
  return {
    program: findTool(build, 'vitest'),
    args: ['run', ...args],
    cwd: build.directory,
    env: scriptEnvironment(build),
  }
}

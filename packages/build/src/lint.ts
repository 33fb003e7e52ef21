/** `alk lint`: oxlint over the project, or over the files named. */
import { resolve } from 'node:path'
import type { Build, RunReport } from './build.ts'
import type { ProgramPlan } from './program-plan.ts'
import { runPlans } from './run-plans.ts'
import { scriptEnvironment } from './script-environment.ts'
import { findTool } from './tool.ts'

export type LintOptions = {
  /** Mends what can be mended without a thought. */
  readonly fix?: boolean
  /** Relative to where the command was typed; the whole package when there are none. */
  readonly files?: readonly string[]
}

export async function lint(build: Build, options: LintOptions = {}): Promise<RunReport> {
  return runPlans(build, [planLint(build, options)])
}

export function planLint(build: Build, { fix = false, files = [] }: LintOptions): ProgramPlan {
  return {
    program: findTool(build, 'oxlint'),
    args: [...(fix ? ['--fix'] : []), ...files.map((file) => resolve(build.invokedFrom, file))],
    cwd: build.directory,
    env: scriptEnvironment(build),
  }
}

/** `alk format`: oxfmt over the project, or over the files named. */
import { resolve } from 'node:path'
import type { Build, RunReport } from './build.ts'
import type { ProgramPlan } from './program-plan.ts'
import { runPlans } from './run-plans.ts'
import { scriptEnvironment } from './script-environment.ts'
import { findTool } from './tool.ts'

export type FormatOptions = {
  /** Writes nothing and fails when something would change. */
  readonly check?: boolean
  /** Relative to where the command was typed; the whole package when there are none. */
  readonly files?: readonly string[]
}

export async function format(build: Build, options: FormatOptions = {}): Promise<RunReport> {
  return runPlans(build, [planFormat(build, options)])
}

export function planFormat(build: Build, { check = false, files = [] }: FormatOptions): ProgramPlan {
  return {
    program: findTool(build, 'oxfmt'),
    args: [...(check ? ['--check'] : []), ...files.map((file) => resolve(build.invokedFrom, file))],
    cwd: build.directory,
    env: scriptEnvironment(build),
  }
}

/**
 * `alk compile`: TypeScript's own incremental build of the project and of its tests. The compiler remembers what it did
 * (tsbuildinfo), so that nothing to do costs one look at the files.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Build, RunReport } from './build.ts'
import { runPlans } from './program-plan.ts'
import type { ProgramPlan } from './program-plan.ts'
import { scriptEnvironment } from './script-environment.ts'
import { findCompiler } from './tool.ts'

export type CompileOptions = {
  readonly watch?: boolean
  /** What editors only grey out fails: unused names, unreachable code. */
  readonly warningsAsErrors?: boolean
  /** Builds all of it, whatever the compiler remembers. */
  readonly force?: boolean
}

export type CompileReport = RunReport & {
  /** There is no tsconfig.json, hence nothing to compile. */
  readonly skipped: boolean
}

/** Folders that may have a tsconfig.json of their own, built together with the package. */
const PROJECTS: readonly string[] = ['.', 'test']

const WARNINGS: readonly string[] = [
  '--noUnusedLocals',
  '--noUnusedParameters',
  '--allowUnreachableCode',
  'false',
  '--allowUnusedLabels',
  'false',
]

export async function compile(build: Build, options: CompileOptions = {}): Promise<CompileReport> {
  const plans = planCompile(build, options)
  return { ...(await runPlans(build, plans)), skipped: plans.length === 0 }
}

export function planCompile(build: Build, options: CompileOptions = {}): readonly ProgramPlan[] {
  const projects = PROJECTS.filter((folder) => existsSync(join(build.directory, folder, 'tsconfig.json')))
  if (projects.length === 0) return []
  const program = findCompiler(build)
  const base = { program, cwd: build.directory, env: scriptEnvironment(build) }
  const flags = [...(options.force === true ? ['--force'] : []), ...(options.watch === true ? ['--watch'] : [])]
  const warnings = projects.map((folder) => ({ ...base, args: ['-p', folder, '--noEmit', ...WARNINGS] }))
  return [{ ...base, args: ['-b', ...projects, ...flags] }, ...(options.warningsAsErrors === true ? warnings : [])]
}

/**
 * Scripts of a workspace that has a turbo.json run through turbo, which knows what changed and keeps what was built. Its
 * own settings, those of a remote cache among them, reach it as they are.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Build } from './build.ts'
import type { ProgramPlan } from './program-plan.ts'
import { scriptEnvironment } from './script-environment.ts'
import { findTool } from './tool.ts'

export type TurboOptions = {
  readonly script: string
  /** After `--`, for the script itself. */
  readonly args: readonly string[]
  /** As turbo and pnpm write them. */
  readonly filters: readonly string[]
}

/** Whether turbo runs the scripts of this workspace. */
export function usesTurbo(build: Build): boolean {
  return existsSync(join(build.root, 'turbo.json'))
}

export function planTurbo(build: Build, { script, args, filters }: TurboOptions): ProgramPlan {
  return {
    program: findTool(build, 'turbo'),
    args: [
      'run',
      script,
      ...filters.map((filter) => `--filter=${filter}`),
      ...(args.length === 0 ? [] : ['--', ...args]),
    ],
    cwd: build.root,
    // A tool that a build starts does not call home unless its user says so.
    env: { TURBO_TELEMETRY_DISABLED: '1', ...scriptEnvironment(build) },
  }
}

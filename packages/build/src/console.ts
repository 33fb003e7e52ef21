/**
 * `alk console`: a prompt inside the project, with its exports at hand. The prompt is a program of its own, so that
 * `recompile()` can start it afresh with the code as it is now.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Build, RunReport } from './build.ts'
import { RESTART_EXIT_CODE } from './console-request.ts'
import type { ConsoleRequest } from './console-request.ts'
import type { ProgramPlan } from './program-plan.ts'
import { scriptEnvironment } from './script-environment.ts'

export type ConsoleOptions = {
  /** Imports the program itself (`src/main.ts`), which starts it; true when absent. */
  readonly start?: boolean
}

/** Returns when the person leaves. */
export async function openConsole(build: Build, options: ConsoleOptions = {}): Promise<RunReport> {
  for (;;) {
    const exitCode = await build.runProgram(planConsole(build, options), { output: build.childOutput })
    if (exitCode !== RESTART_EXIT_CODE) return { exitCode }
  }
}

export function planConsole(build: Build, { start = true }: ConsoleOptions = {}): ProgramPlan {
  const entries = ['src/index.ts', ...(start ? ['src/main.ts'] : [])]
  const request: ConsoleRequest = {
    directory: build.directory,
    name: build.manifest.name ?? 'console',
    version: build.manifest.version,
    environment: build.environment.ALK_ENV ?? 'dev',
    entry: entries.find((entry) => existsSync(join(build.directory, entry))),
  }
  const program = fileURLToPath(new URL('./console-program.ts', import.meta.url))
  return {
    program: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', program, JSON.stringify(request)],
    cwd: build.directory,
    env: scriptEnvironment(build),
  }
}

/**
 * Before a package is published: whether its consumers will find what it promises. publint looks at `exports` and the files
 * behind them, attw at the types under each way of resolving a module. Both look at the tarball itself, and stand in a
 * tool folder of their own, as typedoc does.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { userError } from '@alkahest/core'
import type { Build, RunReport } from './build.ts'
import type { ProgramPlan } from './program-plan.ts'
import { scriptEnvironment } from './script-environment.ts'

/** What has to be installed in the tool folder, exactly. */
export const packageCheckTools: Readonly<Record<string, string>> = {
  '@arethetypeswrong/cli': '0.18.5',
  publint: '0.3.25',
}

export type PackageCheckOptions = {
  /** A folder in which {@link packageCheckTools} are installed, absolute. */
  readonly toolDirectory: string
  /** Absolute. */
  readonly tarball: string
}

/** Runs all checks, also after one that failed: a person mends everything at once. */
export async function checkPackage(build: Build, options: PackageCheckOptions): Promise<RunReport> {
  let exitCode = 0
  for (const plan of planPackageCheck(build, options)) {
    const ended = await build.runProgram(plan, { output: build.childOutput })
    if (exitCode === 0) exitCode = ended
  }
  return { exitCode }
}

export function planPackageCheck(
  build: Build,
  { toolDirectory, tarball }: PackageCheckOptions,
): readonly ProgramPlan[] {
  const base = { program: process.execPath, cwd: build.directory, env: scriptEnvironment(build) }
  const tool = (path: string): string => {
    const file = join(toolDirectory, 'node_modules', path)
    if (existsSync(file)) return file
    throw userError(
      'TOOL_MISSING',
      `${path
        .split('/')
        .slice(0, path.startsWith('@') ? 2 : 1)
        .join('/')} is not installed in ${toolDirectory}`,
      {
        hint: 'run it once with the registry at hand: alk installs what it needs',
      },
    )
  }
  const { document } = build.manifest
  // What has only ES modules does not promise anything to require().
  const profile =
    document.type === 'module' && !JSON.stringify(document.exports ?? '').includes('"require"') ? 'esm-only' : 'strict'
  const publint = { ...base, args: [tool('publint/src/cli.js'), 'run', tarball, '--strict'] }
  const hasTypes = JSON.stringify([document.exports ?? '', document.types ?? '']).includes('.d.')
  if (!hasTypes) return [publint]
  return [
    publint,
    { ...base, args: [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', profile, '--no-emoji'] },
  ]
}

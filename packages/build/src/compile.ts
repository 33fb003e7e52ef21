/**
 * `alk compile`: TypeScript's own incremental build of the package and of the folders in it that compile differently, such
 * as its tests. The compiler remembers what it did (tsbuildinfo), so that nothing to do costs one look at the files.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Build, RunReport } from './build.ts'
import { parseDiagnostics } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { ProgramPlan } from './program-plan.ts'
import { planLifecycle } from './run-target.ts'
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
  /** What the compiler complained of; filled when its output goes to stderr, where programs do not read it. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Folders with many packages have a tsconfig.json in each; those belong to their own packages. */
const IGNORED_FOLDERS: ReadonlySet<string> = new Set(['node_modules', 'dist', 'build', 'coverage'])

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
  const isRead = build.childOutput === 'stderr'
  let output = ''
  const reading = isRead
    ? { onStdout: (chunk: Uint8Array): void => void (output += Buffer.from(chunk).toString()) }
    : {}
  using _ = plans.length === 0 ? undefined : await build.lock?.('compile')
  let exitCode = 0
  for (const plan of plans) {
    exitCode = await build.runProgram(plan, { output: build.childOutput, ...reading })
    if (exitCode !== 0) break
  }
  return { exitCode, skipped: plans.length === 0, diagnostics: parseDiagnostics(output) }
}

/** The scripts `precompile` and `postcompile` of package.json run around it, as around any script. */
export function planCompile(build: Build, options: CompileOptions = {}): readonly ProgramPlan[] {
  const projects = compilerProjects(build.directory)
  if (projects.length === 0) return []
  const program = findCompiler(build)
  const base = { program, cwd: build.directory, env: scriptEnvironment(build) }
  const flags = [
    ...(options.force === true ? ['--force'] : []),
    ...(options.watch === true ? ['--watch'] : []),
    ...(build.childOutput === 'stderr' ? ['--pretty', 'false'] : []),
  ]
  const warnings = projects.map((folder) => ({ ...base, args: ['-p', folder, '--noEmit', ...WARNINGS] }))
  return [
    ...planLifecycle(build, 'precompile'),
    { ...base, args: ['-b', ...projects, ...flags] },
    ...(options.warningsAsErrors === true ? warnings : []),
    ...planLifecycle(build, 'postcompile'),
  ]
}

/** The package itself and each folder right in it that has a tsconfig.json and is no package of its own. */
function compilerProjects(directory: string): readonly string[] {
  const has = (folder: string, file: string): boolean => existsSync(join(directory, folder, file))
  const folders = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !IGNORED_FOLDERS.has(entry.name))
    .map((entry) => entry.name)
    .sort()
  const inner = folders.filter((folder) => has(folder, 'tsconfig.json') && !has(folder, 'package.json'))
  return has('.', 'tsconfig.json') ? ['.', ...inner] : inner
}

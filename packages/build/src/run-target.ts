/**
 * `alk run`: a script of package.json with the ones that surround it, or a file by Node itself, which strips the types
 * of TypeScript. A script wins over a file of the same name.
 */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { userError } from '@alkahest/core'
import type { Build, RunReport } from './build.ts'
import { nearestName } from './nearest-name.ts'
import type { ProgramPlan } from './program-plan.ts'
import { runPlans } from './run-plans.ts'
import { scriptEnvironment } from './script-environment.ts'

export type RunTargetOptions = {
  /** A script's name, or a file relative to where the command was typed. */
  readonly target: string
  readonly args: readonly string[]
  /** A file runs again after every change of it or of what it imports. */
  readonly watch?: boolean
}

/** Throws `SCRIPT_NOT_FOUND`. */
export async function runTarget(build: Build, options: RunTargetOptions): Promise<RunReport> {
  return runPlans(build, planRun(build, options))
}

/** A script of the life cycle (`prepack`, `publish`) and nothing around it, with no complaint when the package has none. */
export async function runLifecycle(build: Build, name: string): Promise<RunReport> {
  return runPlans(build, planLifecycle(build, name))
}

export function planLifecycle(build: Build, name: string): readonly ProgramPlan[] {
  const script = Object.hasOwn(build.manifest.scripts, name) ? build.manifest.scripts[name] : undefined
  return script === undefined ? [] : [scriptPlan(build, name, { script, line: script })]
}

export function planRun(build: Build, options: RunTargetOptions): readonly ProgramPlan[] {
  const isWatched = options.watch === true
  const scripts = isWatched ? [] : planScript(build, options)
  if (scripts.length > 0) return scripts
  const file = resolve(build.invokedFrom, options.target)
  if (!isFile(file)) throw notFound(build, options.target)
  return [
    {
      program: process.execPath,
      args: [...(isWatched ? ['--watch'] : []), file, ...options.args],
      cwd: build.directory,
      env: scriptEnvironment(build),
    },
  ]
}

/** The script between its `pre` and `post`; none when there is no such script. Only the script itself gets arguments. */
function planScript(build: Build, { target, args }: RunTargetOptions): readonly ProgramPlan[] {
  const { scripts } = build.manifest
  if (!Object.hasOwn(scripts, target)) return []
  return [`pre${target}`, target, `post${target}`].flatMap((name) => {
    const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined
    if (script === undefined) return []
    const line = [script, ...(name === target ? args.map(quote) : [])].join(' ')
    return [scriptPlan(build, name, { script, line })]
  })
}

/** `line` is the script with its arguments. */
function scriptPlan(
  build: Build,
  name: string,
  { script, line }: { readonly script: string; readonly line: string },
): ProgramPlan {
  const env = scriptEnvironment(build, { name, script })
  return { program: '/bin/sh', args: ['-c', line], cwd: build.directory, env }
}

/** As one word for a POSIX shell, whatever it holds. */
function quote(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function notFound(build: Build, target: string): Error {
  const names = Object.keys(build.manifest.scripts)
  const nearest = nearestName(target, names)
  const known = names.length === 0 ? 'package.json has no scripts' : `scripts: ${names.join(', ')}`
  return userError('SCRIPT_NOT_FOUND', `${JSON.stringify(target)} is neither a script of package.json nor a file`, {
    hint: nearest === undefined ? known : `did you mean ${nearest}? ${known}`,
  })
}

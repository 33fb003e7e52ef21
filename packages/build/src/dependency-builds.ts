/**
 * Builds of dependencies that somebody approved: npm's install scripts, one package after another in the given order. What
 * a build made of its folder is kept, by platform and by all that it could see, and used again instead of building; its
 * output is kept beside it. Nothing is printed here.
 */
import { createHash, randomUUID } from 'node:crypto'
import { constants, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseJson, parseManifest, userError } from '@alkahest/core'
import { openBuild } from './build.ts'
import type { Build } from './build.ts'
import { noteBuildUse } from './collect-builds.ts'
import type { ProgramPlan } from './program-plan.ts'
import type { RunProgram } from './run-program.ts'
import { planLifecycle } from './run-target.ts'
import { scriptEnvironment } from './script-environment.ts'

/** In the order in which npm runs them. */
const EVENTS = ['preinstall', 'install', 'postinstall'] as const

/** What npm runs for a package with `binding.gyp` and no script of its own. */
const IMPLICIT_SCRIPT = 'node-gyp rebuild'

/** Of a build's output, in bytes; what comes after that is not kept. */
const LOG_SIZE_MAX = 4 * 1024 * 1024

/** How many lines of the output an error repeats. */
const LINES_SHOWN = 10

export type DependencyBuild = {
  readonly name: string
  readonly version: string
  /** Whether the install can do without it. */
  readonly optional: boolean
  /** Over everything the build can see of other packages, and the package itself. */
  readonly hash: string
  /** Absolute: the package's own folder, whose files are nobody else's. */
  readonly directory: string
}

export type DependencyBuildOptions = {
  /** The project's root, absolute: scripts see it as INIT_CWD. */
  readonly root: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly userAgent: string
  /** Absolute: where results and outputs are kept. */
  readonly cacheDirectory: string
  /** Told before each build begins. */
  readonly onStart?: (build: DependencyBuild) => void
  /** How programs are run; a test gives its own. */
  readonly runProgram?: RunProgram
}

export type DependencyBuildOutcome = {
  readonly name: string
  readonly version: string
  /** `kept`: the result of an earlier build was used; `failed` only for what is optional. */
  readonly outcome: 'built' | 'kept' | 'failed'
  /** Absolute: the file with the output of the build. */
  readonly log: string
}

/** Throws `BUILD_FAILED` at the first that fails and is not optional. */
export async function runDependencyBuilds(
  builds: readonly DependencyBuild[],
  options: DependencyBuildOptions,
): Promise<readonly DependencyBuildOutcome[]> {
  const outcomes: DependencyBuildOutcome[] = []
  for (const build of builds) {
    const { name, version } = build
    const kept = join(options.cacheDirectory, keyOf(build))
    const log = `${kept}.log`
    const outcome = useKept(build, kept) ? 'kept' : await runOne(build, { ...options, kept, log })
    outcomes.push({ name, version, outcome, log })
  }
  return outcomes
}

/** Compiled code belongs to a platform and to the interface of a Node. */
function keyOf({ name, version, hash }: DependencyBuild): string {
  const { platform, arch, versions } = process
  const text = JSON.stringify([name, version, hash, platform, arch, versions.modules])
  return createHash('sha256').update(text).digest('hex').slice(0, 40)
}

function useKept({ directory }: DependencyBuild, kept: string): boolean {
  if (!existsSync(kept)) return false
  noteBuildUse(kept)
  rmSync(directory, { recursive: true })
  copyFolder(kept, directory)
  return true
}

/** As they are, links included; clones where the file system has them. */
function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
}

type RunOneOptions = DependencyBuildOptions & { readonly kept: string; readonly log: string }

async function runOne(build: DependencyBuild, options: RunOneOptions): Promise<'built' | 'failed'> {
  const { kept, log } = options
  options.onStart?.(build)
  const output = new Output()
  const failure = await runScripts(build, options, output)
  mkdirSync(dirname(log), { recursive: true })
  writeFileSync(log, output.bytes())
  if (failure === undefined) {
    keep(build.directory, kept)
    return 'built'
  }
  if (build.optional) return 'failed'
  const { name, version } = build
  const shown = output.lastLines()
  throw userError('BUILD_FAILED', `the build of ${name}@${version} failed: ${failure}${shown}`, {
    hint: `all it printed is in ${log}; \`alk approve --deny ${name}\` installs it without its build`,
    details: { log },
  })
}

/** A sentence about the script that failed; undefined when all ran. */
async function runScripts(build: DependencyBuild, options: RunOneOptions, output: Output): Promise<string | undefined> {
  const path = join(build.directory, 'package.json')
  const opened = openBuild({
    directory: build.directory,
    root: options.root,
    manifest: parseManifest(parseJson(readFileSync(path, 'utf8'), path), path),
    environment: options.environment,
    invokedFrom: options.root,
    childOutput: 'stderr',
    userAgent: options.userAgent,
    ...(options.runProgram === undefined ? {} : { runProgram: options.runProgram }),
  })
  for (const { event, plan } of planScripts(opened)) {
    const exitCode = await opened.runProgram(plan, { output: 'collect', onOutput: (chunk) => output.add(chunk) })
    if (exitCode !== 0) return `its ${event} script ended with code ${exitCode}`
  }
  return undefined
}

function planScripts(build: Build): readonly { readonly event: string; readonly plan: ProgramPlan }[] {
  const { scripts, document } = build.manifest
  const hasOwn = 'install' in scripts || 'preinstall' in scripts
  const isImplicit = !hasOwn && document.gypfile !== false && existsSync(join(build.directory, 'binding.gyp'))
  return EVENTS.flatMap((event) => {
    if (event !== 'install' || !isImplicit) return planLifecycle(build, event).map((plan) => ({ event, plan }))
    const env = scriptEnvironment(build, { name: event, script: IMPLICIT_SCRIPT })
    return [{ event, plan: { program: '/bin/sh', args: ['-c', IMPLICIT_SCRIPT], cwd: build.directory, env } }]
  })
}

/** All of it or nothing, also after a kill: under another name first. */
function keep(directory: string, kept: string): void {
  const incoming = `${kept}.${randomUUID()}`
  try {
    copyFolder(directory, incoming)
    renameSync(incoming, kept)
  } catch (cause) {
    rmSync(incoming, { recursive: true, force: true })
    // Another install was quicker with the same build.
    if (!existsSync(kept)) throw cause
  }
}

class Output {
  readonly #chunks: Uint8Array[] = []
  #size = 0

  add(chunk: Uint8Array): void {
    if (this.#size >= LOG_SIZE_MAX) return
    this.#chunks.push(chunk)
    this.#size += chunk.length
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks)
  }

  /** For an error, each line behind a line break, without what would move a terminal's cursor. */
  lastLines(): string {
    const lines = Buffer.concat(this.#chunks).toString('utf8').trimEnd().split(/\r?\n/)
    return lines
      .slice(-LINES_SHOWN)
      .filter((line) => line !== '')
      .map((line) => `\n  ${line.replaceAll(/[\p{Cc}]/gu, ' ')}`)
      .join('')
  }
}

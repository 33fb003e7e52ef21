/**
 * `alk test`: the project's vitest over its tests and the examples in its docs. What vitest already does well is a flag of
 * it; ours are the doctests, the answer "nothing changed" without starting anything, and a line to paste for a failure.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { userError } from '@alkahest/core'
import type { Build, RunReport } from './build.ts'
import type { ProgramPlan } from './program-plan.ts'
import { runPlans } from './run-plans.ts'
import { fingerprintOf, readFingerprint, writeFingerprint } from './fingerprint.ts'
import { scriptEnvironment } from './script-environment.ts'
import type { TestRequest } from './test-runner.ts'
import { findCompiler, findTool } from './tool.ts'

export type TestOptions = {
  /** Files, `file:line`, and flags of vitest, handed on as they are. */
  readonly args: readonly string[]
  /** Only tests whose modules changed since they last passed. */
  readonly stale?: boolean
  /** Only tests that failed in the last run. */
  readonly failed?: boolean
  /** Having no tests is no failure. */
  readonly mayBeEmpty?: boolean
  /** This part of the test files, of so many; parts are merged by `merge`. */
  readonly partition?: { readonly index: number; readonly total: number }
  /** Reports what partitions recorded, and runs nothing. */
  readonly merge?: boolean
  /** Coverage, and the percentage of lines below which the run fails. */
  readonly cover?: boolean | number
  readonly watch?: boolean
  /** Shuffles the tests by this number, so that the same order can be had again. */
  readonly seed?: number
  readonly maxFailures?: number
  readonly slowest?: number
  /** Examples in docs; true when absent. */
  readonly doctests?: boolean
}

export type TestReport = RunReport & {
  /** Nothing changed since everything passed: nothing was run. */
  readonly upToDate: boolean
}

export async function test(build: Build, options: TestOptions): Promise<TestReport> {
  const plan = planTest(build, options)
  if (options.stale !== true) return { ...(await runPlans(build, [plan])), upToDate: false }
  const standing = testStanding(build, options)
  if (standing.isUpToDate) return { exitCode: 0, upToDate: true }
  const report = await runPlans(build, [plan])
  if (report.exitCode === 0) standing.remember()
  return { ...report, upToDate: false }
}

export type TestStanding = {
  /** Nothing changed since all tests passed. */
  readonly isUpToDate: boolean
  /** Called after all of them passed. */
  remember(): void
}

/** For `--stale`: what the package looks like now, beside what it looked like when its tests last passed. */
export function testStanding(build: Build, options: TestOptions): TestStanding {
  const fingerprint = fingerprintOf(build.directory, build.root)
  return {
    isUpToDate: fingerprint !== undefined && readFingerprint(build.directory, 'tests') === fingerprint,
    // Some tests of all say nothing of the others.
    remember: () => {
      if (options.args.length === 0) writeFingerprint(build.directory, 'tests', fingerprint)
    },
  }
}

export function planTest(build: Build, options: TestOptions): ProgramPlan {
  findTool(build, 'vitest')
  if (options.cover !== undefined && options.cover !== false) requireCoverage(build)
  const { name, document } = build.manifest
  const request: TestRequest = {
    package: { directory: build.directory, name, exports: document.exports },
    args: [...vitestFlags(options), ...options.args],
    doctests: options.doctests ?? true,
    compiler: compilerOf(build),
    slowest: options.slowest ?? 0,
  }
  return {
    program: process.execPath,
    // Parsing examples uses Node's own way to strip types, of which Node says that it is new.
    args: [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('./test-runner.ts', import.meta.url)),
      JSON.stringify(request),
    ],
    cwd: build.directory,
    env: scriptEnvironment(build),
  }
}

function vitestFlags(options: TestOptions): readonly string[] {
  const { partition, cover = false } = options
  return [
    // Failures are told with their line, also those of doctests.
    '--includeTaskLocation',
    ...(options.stale === true ? ['--sinceLastRun'] : []),
    ...(options.failed === true ? ['--lastFailed'] : []),
    ...([options.stale, options.failed, options.mayBeEmpty].includes(true) ? ['--passWithNoTests'] : []),
    ...(partition === undefined
      ? []
      : [`--shard=${partition.index}/${partition.total}`, '--reporter=default', '--reporter=blob']),
    ...(options.merge === true ? ['--mergeReports'] : []),
    ...(cover === false ? [] : ['--coverage.enabled']),
    ...(typeof cover === 'number' ? [`--coverage.thresholds.lines=${cover}`] : []),
    ...(options.watch === true ? ['--watch'] : []),
    ...(options.seed === undefined ? [] : ['--sequence.shuffle', `--sequence.seed=${options.seed}`]),
    ...(options.maxFailures === undefined ? [] : [`--bail=${options.maxFailures}`]),
  ]
}

/** Tests run without a compiler as well: then the types of examples are not checked. */
function compilerOf(build: Build): string | undefined {
  return 'typescript' in build.manifest.devDependencies || build.directory !== build.root
    ? findCompiler(build)
    : undefined
}

/** vitest would offer to install it by itself, with whatever package manager it finds. */
function requireCoverage(build: Build): void {
  const { resolve } = createRequire(join(build.directory, 'package.json'))
  try {
    resolve('@vitest/coverage-v8')
  } catch (cause) {
    throw userError(
      'TOOL_MISSING',
      `@vitest/coverage-v8, which measures coverage, is not installed in ${build.manifest.name ?? build.directory}`,
      {
        hint: 'run `alk add -D @vitest/coverage-v8`',
        cause,
      },
    )
  }
}

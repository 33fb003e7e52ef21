/**
 * The operations that run the project's own tools and scripts: each opens the project and hands over to `build`, or with
 * filters to every member of the workspace that they choose.
 */
import * as build from '@alkahest/build'
import { userError } from '@alkahest/core'
import { loadWorkspace, selectMembers } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import { explainFailure, explainFailures } from './explain-failure.ts'
import { openBuild } from './open-build.ts'
import type { CompileReport, RunReport, TestReport } from './reports.ts'
import { runInMembers } from './run-in-members.ts'

export type Filtered = {
  /** `--filter`, in pnpm's words; absent or empty: the package that the context's folder belongs to. */
  readonly filters?: readonly string[]
}
export type CompileOptions = build.CompileOptions & Filtered
export type TestOptions = build.TestOptions & Filtered
export type FormatOptions = build.FormatOptions & Filtered
export type LintOptions = build.LintOptions & Filtered
export type RunOptions = build.RunTargetOptions & Filtered
export type ExecOptions = build.ExecOptions & Filtered

export async function compile(context: OperationContext, options: CompileOptions): Promise<CompileReport> {
  const filters = filtersOf(options)
  if (filters === undefined) {
    const here = await openBuild(context)
    return explainFailure(here, await build.compile(here, options))
  }
  const { outputs, failed, ...report } = await runInMembers(context, {
    filters,
    plansOf: (member) => build.planCompile(member, options),
  })
  const diagnostics = [...outputs].flatMap(([path, output]) => {
    const found = build.parseDiagnostics(output)
    return found.map((entry) => (entry.file === undefined ? entry : { ...entry, file: `${path}/${entry.file}` }))
  })
  return explainFailures(failed, { ...report, skipped: report.members.length === 0, diagnostics })
}

export async function test(context: OperationContext, options: TestOptions): Promise<TestReport> {
  const filters = filtersOf(options)
  if (filters === undefined) {
    const here = await openBuild(context, { preferred: 'test', starts: true })
    return explainFailure(here, await build.test(here, options))
  }
  const standings = new Map<string, build.TestStanding>()
  const { outputs, failed, ...report } = await runInMembers(context, {
    filters,
    preferred: 'test',
    starts: true,
    plansOf: (member) => {
      if (options.stale === true) {
        const standing = build.testStanding(member, options)
        if (standing.isUpToDate) return []
        standings.set(member.directory, standing)
      }
      // A member without tests is no failure of the workspace.
      return [build.planTest(member, { ...options, mayBeEmpty: true })]
    },
    onEnd: (member, { exitCode }) => {
      if (exitCode === 0) standings.get(member.directory)?.remember()
    },
  })
  return explainFailures(failed, { ...report, upToDate: options.stale === true && outputs.size === 0 })
}

export async function format(context: OperationContext, options: FormatOptions): Promise<RunReport> {
  const filters = filtersOf(options)
  if (filters === undefined) return build.format(await openBuild(context), options)
  return inMembers(context, { filters, ordered: false, plansOf: (member) => [build.planFormat(member, options)] })
}

export async function lint(context: OperationContext, options: LintOptions): Promise<RunReport> {
  const filters = filtersOf(options)
  if (filters === undefined) return build.lint(await openBuild(context), options)
  return inMembers(context, { filters, ordered: false, plansOf: (member) => [build.planLint(member, options)] })
}

/** A script of package.json or a file; with filters a script, through turbo where there is a turbo.json. */
export async function run(context: OperationContext, options: RunOptions): Promise<RunReport> {
  const filters = filtersOf(options)
  if (filters === undefined) {
    const started = await openBuild(context, { preferred: 'dev', starts: true })
    return explainFailure(started, await build.runTarget(started, options))
  }
  const here = await openBuild(context, { preferred: 'dev' })
  const { target: script, args } = options
  if (build.usesTurbo(here)) {
    // What a filter means is ours to say: turbo reads names and commits a little differently.
    const workspace = await loadWorkspace(here.root)
    const members = await selectMembers(workspace, { filters })
    const named = members.map(({ path, manifest }) => manifest.name ?? `./${path}`)
    if (named.length === 0) return { exitCode: 0, members: [] }
    const plan = build.planTurbo(here, { script, args, filters: named })
    return { exitCode: await build.runProgram(plan, { output: here.childOutput }) }
  }
  const report = await inMembers(context, {
    filters,
    preferred: 'dev',
    starts: true,
    plansOf: (member) => (Object.hasOwn(member.manifest.scripts, script) ? build.planRun(member, options) : []),
  })
  if (report.members?.length === 0) {
    throw userError('SCRIPT_NOT_FOUND', `no member that --filter chose has a script ${JSON.stringify(script)}`, {
      hint: 'a member takes part when its package.json has the script',
    })
  }
  return report
}

export async function exec(context: OperationContext, options: ExecOptions): Promise<RunReport> {
  const filters = filtersOf(options)
  if (filters === undefined) return build.exec(await openBuild(context, { preferred: 'dev' }), options)
  return inMembers(context, {
    filters,
    preferred: 'dev',
    plansOf: (member) => [build.planExec({ ...member, invokedFrom: member.directory }, options)],
  })
}

async function inMembers(context: OperationContext, options: Parameters<typeof runInMembers>[1]): Promise<RunReport> {
  const { exitCode, members, failed } = await runInMembers(context, options)
  return explainFailures(failed, { exitCode, members })
}

function filtersOf({ filters = [] }: Filtered): readonly string[] | undefined {
  return filters.length === 0 ? undefined : filters
}

/** One command in the members that `--filter` chose: in the order in which they need each other, side by side where they do not. */
import { runMembers } from '@alkahest/build'
import type { Build, MemberOutcome, ProgramPlan } from '@alkahest/build'
import { findProject, loadWorkspace, selectMembers } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import { openBuild } from './open-build.ts'
import type { MemberReport, RunReport } from './reports.ts'

export type RunInMembersOptions = {
  /** As `selectMembers` reads them. */
  readonly filters: readonly string[]
  /** What is to run in a member; nothing for one that has nothing of the kind. */
  readonly plansOf: (build: Build) => readonly ProgramPlan[]
  /** Told when a member's plans have ended. */
  readonly onEnd?: (build: Build, outcome: MemberOutcome) => void
  /** As `openBuild` has it. */
  readonly preferred?: string
  /** As `openBuild` has it. */
  readonly starts?: boolean
  /** Whether a member waits for those that it needs; true when absent. */
  readonly ordered?: boolean
}

export type MembersReport = RunReport & {
  readonly members: readonly MemberReport[]
  /** All that was printed, by member. */
  readonly outputs: ReadonlyMap<string, string>
  /** The members whose programs failed. */
  readonly failed: readonly Build[]
}

/** Throws what `selectMembers` throws, and what a program that cannot be started throws. */
export async function runInMembers(context: OperationContext, options: RunInMembersOptions): Promise<MembersReport> {
  const { root } = await findProject(context.cwd)
  const workspace = await loadWorkspace(root)
  const members = await selectMembers(workspace, { filters: options.filters })
  const { preferred, starts = false } = options
  const environment = { starts, ...(preferred === undefined ? {} : { preferred }) }
  const opened = await Promise.all(
    members.map(
      async ({ path, directory }) => [path, await openBuild(context, { directory, ...environment })] as const,
    ),
  )
  const builds = new Map(opened)
  const buildOf = (path: string): Build => builds.get(path) as Build
  const { exitCode, outcomes } = await runMembers({
    workspace,
    members,
    buildOf: ({ path }) => buildOf(path),
    plansOf: options.plansOf,
    ...(options.ordered === undefined ? {} : { ordered: options.ordered }),
    onEnd: (outcome) => {
      options.onEnd?.(buildOf(outcome.path), outcome)
      context.progress({ kind: 'output', of: outcome.path, exitCode: outcome.exitCode, text: outcome.output })
    },
  })
  return {
    exitCode,
    members: outcomes.map((outcome) => ({ path: outcome.path, exitCode: outcome.exitCode ?? null })),
    failed: outcomes.filter((outcome) => (outcome.exitCode ?? 0) !== 0).map(({ path }) => buildOf(path)),
    outputs: new Map(outcomes.map(({ path, output }) => [path, output])),
  }
}

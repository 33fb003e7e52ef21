/**
 * One command in several members of a workspace: in the order in which they need each other, as many at once as the
 * machine has cores, each one's output in one piece. A member whose needs failed is not started.
 */
import { availableParallelism } from 'node:os'
import { memberGraph, orderMembers } from '@alkahest/project'
import type { Member, Workspace } from '@alkahest/project'
import type { Build, RunReport } from './build.ts'
import type { ProgramPlan } from './program-plan.ts'

export type RunMembersOptions = {
  readonly workspace: Workspace
  /** Those that `selectMembers` chose. */
  readonly members: readonly Member[]
  /** The build of one member. */
  readonly buildOf: (member: Member) => Build
  /** What is to run in a member; nothing for one that has nothing of the kind. */
  readonly plansOf: (build: Build) => readonly ProgramPlan[]
  /** Whether a member waits for those that it needs; true when absent. A watcher does not. */
  readonly ordered?: boolean
  /** Default: the number of cores. */
  readonly concurrency?: number
  /** Told when a member has ended, with all that it printed. */
  readonly onEnd?: (outcome: MemberOutcome) => void
}

export type MemberOutcome = {
  /** Of the member, POSIX. */
  readonly path: string
  /** Undefined when it was not started: something that it needs failed. */
  readonly exitCode: number | undefined
  readonly output: string
}

export type RunMembersReport = RunReport & {
  /** In the order in which they ended; members with nothing to run are left out. */
  readonly outcomes: readonly MemberOutcome[]
}

/** The exit code is that of the first member that failed. */
export async function runMembers(options: RunMembersOptions): Promise<RunMembersReport> {
  const graph = memberGraph(options.workspace)
  const waiting = new Map(orderMembers(options.members, graph).map((member) => [member.path, member]))
  const order = [...waiting.keys()]
  const running = new Map<string, Promise<void>>()
  const failed = new Set<string>()
  const outcomes: MemberOutcome[] = []
  const end = (outcome: MemberOutcome): void => {
    if (outcome.exitCode !== 0) failed.add(outcome.path)
    outcomes.push(outcome)
    options.onEnd?.(outcome)
  }
  /** A program that cannot be started is no outcome of its member: what runs beside it ends first, then it is thrown. */
  const broken: unknown[] = []
  const runToEnd = async (member: Member): Promise<void> => {
    try {
      const outcome = await runMember(options, member)
      if (outcome !== undefined) end(outcome)
    } catch (error) {
      broken.push(error)
      waiting.clear()
    } finally {
      running.delete(member.path)
    }
  }
  const isOrdered = options.ordered ?? true
  while (waiting.size > 0 || running.size > 0) {
    for (const [path, member] of waiting) {
      // Only what stands before it can hold it up: a circle is cut where the order cut it.
      const needs = isOrdered
        ? (graph.needs.get(path) ?? []).filter((needed) => order.indexOf(needed) < order.indexOf(path))
        : []
      if (needs.some((needed) => waiting.has(needed) || running.has(needed))) continue
      if (running.size >= (options.concurrency ?? availableParallelism())) break
      waiting.delete(path)
      if (needs.some((needed) => failed.has(needed))) {
        end({ path, exitCode: undefined, output: '' })
        continue
      }
      running.set(path, runToEnd(member))
    }
    if (running.size > 0) await Promise.race(running.values())
  }
  if (broken.length > 0) throw broken[0]
  return {
    exitCode: outcomes.find(({ exitCode }) => exitCode !== undefined && exitCode !== 0)?.exitCode ?? 0,
    outcomes,
  }
}

async function runMember(options: RunMembersOptions, member: Member): Promise<MemberOutcome | undefined> {
  const build = options.buildOf(member)
  const plans = options.plansOf(build)
  if (plans.length === 0) return undefined
  const chunks: Uint8Array[] = []
  for (const plan of plans) {
    const exitCode = await build.runProgram(plan, { output: 'collect', onOutput: (chunk) => chunks.push(chunk) })
    if (exitCode !== 0) return { path: member.path, exitCode, output: textOf(chunks) }
  }
  return { path: member.path, exitCode: 0, output: textOf(chunks) }
}

function textOf(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * `node test/bench/resolver.ts [RUNS]`: what the solver and the lockfile cost with all metadata in memory, as medians in
 * milliseconds of the main thread: 1,500 packages, a workspace of 5,000, and reading a lockfile of 2,000.
 */
import { resolve } from '../../packages/resolver/src/index.ts'
import type { Resolved } from '../../packages/resolver/src/index.ts'
import { formatLockfile, parseLockfile } from '../../packages/lockfile/src/index.ts'
import { generateGraph } from '../../packages/resolver/test/generated-graph.ts'
import type { GraphSize } from '../../packages/resolver/test/generated-graph.ts'
import { inputOf } from '../../packages/resolver/test/world.ts'

const MICROSECONDS = 1000
const runs = Number(process.argv[2] ?? 7)
if (!Number.isInteger(runs) || runs < 1) throw new Error(`RUNS is a whole number of at least 1, not ${process.argv[2]}`)

const sizes: readonly (readonly [what: string, size: GraphSize])[] = [
  ['1,500 packages', { packages: 1500, members: 1 }],
  ['a workspace of 5,000 packages, 50 members', { packages: 5000, members: 50 }],
]
for (const [what, size] of sizes) {
  // A new graph each time: nothing may be remembered of the run before.
  const samples = Array.from({ length: runs }, () => solve(size))
  const { counts, resolution } = samples[0]!.resolved
  report(
    `solving ${what}`,
    samples.map(({ milliseconds }) => milliseconds),
    `${resolution.packages.length} copies, ${counts.decisions} decisions, ${counts.conflicts} conflicts`,
  )
}
const { resolution, settings } = solve({ packages: 1700, members: 1 }).resolved
const text = formatLockfile({ resolution, settings })
const parsing = Array.from(
  { length: runs * 3 },
  () => measured(() => parseLockfile(text, 'alkahest.lock')).milliseconds,
)
report(`reading a lockfile of ${resolution.packages.length} packages`, parsing, `${text.length} characters`)

function solve(size: GraphSize): { readonly resolved: Resolved; readonly milliseconds: number } {
  const { members, source } = generateGraph(size)
  const input = inputOf({ members, packages: new Map(), local: new Set() })
  const { result, milliseconds } = measured(() => resolve(input, source))
  if (result.kind !== 'resolved') throw new Error(`the graph is ${result.kind}`)
  return { resolved: result, milliseconds }
}

function measured<Result>(work: () => Result): { readonly result: Result; readonly milliseconds: number } {
  const before = process.threadCpuUsage()
  const result = work()
  return { result, milliseconds: process.threadCpuUsage(before).user / MICROSECONDS }
}

function report(what: string, samples: readonly number[], counts: string): void {
  const sorted = samples.toSorted((left, right) => left - right)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  process.stdout.write(`${what}: ${median.toFixed(1)} ms (first ${samples[0]?.toFixed(1)} ms); ${counts}\n`)
}

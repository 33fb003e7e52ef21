/** The results for a person and for a program: a row for each scenario, a column for each installer, then the goals. */
import type { Results } from './bench.ts'
import { goalsOf } from './goals.ts'
import type { Goal } from './goals.ts'
import { cold } from './installers.ts'

export type ResultsOfCall = {
  readonly tree: string
  readonly runs: number
  readonly results: Results
  /** Programs that could not be had, and why. */
  readonly absent: ReadonlyMap<string, string>
}

const BYTES_PER_MEGABYTE = 1_000_000
const HEAD_WIDTH = 16
const GAP = 2
/** Wide enough for every time. */
const COLUMN_MIN = 6

export function documentOf({ tree, runs, results, absent }: ResultsOfCall): object {
  const { installers, scenarios, secondsOf, peakOf, installed, floor, start, failed } = results
  const byInstaller = (value: (installer: string) => number | undefined): object =>
    Object.fromEntries(installers.map((installer) => [installer, value(installer) ?? null]))
  return {
    ok: true,
    tree,
    runs,
    seconds: scenarios.map((scenario) => ({ scenario, ...byInstaller((each) => secondsOf(scenario, each)) })),
    peakBytes: byInstaller((installer) => peakOf(cold.name, installer)),
    installed: Object.fromEntries(installed),
    floor: floor ?? null,
    start: start ?? null,
    goals: goals(results),
    leftOut: Object.fromEntries([...absent, ...failed]),
  }
}

export function tableOf({ tree, runs, results, absent }: ResultsOfCall): string {
  const { installers, scenarios, secondsOf, peakOf, installed, floor, failed } = results
  const row = (head: string, text: (installer: string) => string | undefined): string =>
    head.padEnd(HEAD_WIDTH) +
    installers.map((name) => (text(name) ?? '-').padStart(Math.max(COLUMN_MIN, name.length) + GAP)).join('')
  const megabytes = (bytes: number | undefined): string | undefined =>
    bytes === undefined ? undefined : (bytes / BYTES_PER_MEGABYTE).toFixed(0)
  const leftOut = [...absent, ...failed].map(([name, reason]) => `${name} is left out: ${reason}`)
  return [
    `\n${tree}, ${runs === 1 ? 'one run' : `medians of ${runs} runs`}, seconds`,
    row('', (name) => name),
    ...scenarios.map((scenario) => row(scenario, (name) => secondsOf(scenario, name)?.toFixed(3))),
    ...(scenarios.includes(cold.name) ? [row('MB when cold', (name) => megabytes(peakOf(cold.name, name)))] : []),
    row('packages', (name) => counted(installed.get(name)?.packages)),
    row('copies', (name) => counted(installed.get(name)?.copies)),
    ...leftOut,
    ...(floor === undefined
      ? []
      : [
          `\nThe floor, a bare Node that makes ${floor.files} hard links, ${floor.folders} folders and ${floor.links} links: ${floor.seconds.toFixed(3)} s`,
        ]),
    '\nGoals',
    ...goals(results).map(
      ({ goal, measured, limit, holds }) =>
        `${goal.padEnd(36)}${measured.toFixed(2).padStart(8)}  at most ${limit.toFixed(1)}  ${holds ? 'holds' : 'does not hold'}`,
    ),
  ].join('\n')
}

/** A layout outside the project leaves nothing to count in it. */
function counted(count: number | undefined): string | undefined {
  return count === 0 ? undefined : count?.toString()
}

function goals({ installers, secondsOf, floor, start, peakOf }: Results): readonly Goal[] {
  return goalsOf({
    secondsOf,
    peers: installers.filter((name) => !name.startsWith('alk')),
    floor: floor?.seconds,
    start,
    peakOf: (installer) => peakOf(cold.name, installer),
  })
}

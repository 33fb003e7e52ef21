/** What a fast install means here: each goal of the installer beside what was measured in this run. */

/** Seconds by scenario and installer; undefined for what was left out or failed. */
export type SecondsOf = (scenario: string, installer: string) => number | undefined

export type Measured = {
  readonly secondsOf: SecondsOf
  readonly peers: readonly string[]
  /** Seconds that bare links and folders of the tree take. */
  readonly floor: number | undefined
  /** Medians in seconds: `alk --version`, and `node -e 0`. */
  readonly start: { readonly alk: number; readonly node: number } | undefined
  /** Peak of a cold install in bytes, by installer. */
  readonly peakOf: (installer: string) => number | undefined
}

export type Goal = {
  readonly goal: string
  readonly measured: number
  readonly limit: number
  readonly holds: boolean
}

const WARM_BY_FLOOR = 1.4
const SHARED_BY_GLOBAL = 0.6
const BY_FASTEST = 0.8
const START_MS = 10
const MEMORY_MB = 300

const MILLISECONDS_PER_SECOND = 1000
const BYTES_PER_MEGABYTE = 1_000_000

/** Those of which both sides were measured. */
export function goalsOf({ secondsOf, peers, floor, start, peakOf }: Measured): readonly Goal[] {
  const fastest = (scenario: string): number | undefined => {
    const times = peers.map((peer) => secondsOf(scenario, peer)).filter((time) => time !== undefined)
    return times.length === 0 ? undefined : Math.min(...times)
  }
  const alk = (scenario: string): number | undefined => secondsOf(scenario, 'alk')
  const pnpmPeak = peakOf('pnpm')
  return [
    ratio('warm, by pnpm', [alk('warm'), secondsOf('warm', 'pnpm')], 1),
    ratio('warm, by bun', [alk('warm'), secondsOf('warm', 'bun')], 1),
    ratio('warm, by the floor', [alk('warm'), floor], WARM_BY_FLOOR),
    ratio(
      'warm shared, by pnpm global',
      [secondsOf('warm', 'alk shared'), secondsOf('warm', 'pnpm global')],
      SHARED_BY_GLOBAL,
    ),
    ...['cold', 'lockfile only', 'one added'].map((scenario) =>
      ratio(`${scenario}, by the fastest peer`, [alk(scenario), fastest(scenario)], BY_FASTEST),
    ),
    ratio('nothing to do, by bun', [alk('nothing to do'), secondsOf('nothing to do', 'bun')], 1),
    start && judge('alk --version over node -e 0, ms', (start.alk - start.node) * MILLISECONDS_PER_SECOND, START_MS),
    ratio(
      'peak memory, MB',
      [peakOf('alk'), BYTES_PER_MEGABYTE],
      Math.max(MEMORY_MB, (pnpmPeak ?? 0) / BYTES_PER_MEGABYTE),
    ),
  ].filter((goal) => goal !== undefined)
}

function ratio(
  goal: string,
  [value, base]: readonly [number | undefined, number | undefined],
  limit: number,
): Goal | undefined {
  return value === undefined || base === undefined ? undefined : judge(goal, value / base, limit)
}

function judge(goal: string, measured: number, limit: number): Goal {
  return { goal, measured, limit, holds: measured <= limit }
}

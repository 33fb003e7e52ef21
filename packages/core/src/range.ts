/**
 * A range: a set of versions, without a name. Syntax and membership are node-semver's, read loosely as npm does. The
 * resolver asks {@link rangeHas} once per published version and then works with sets of those.
 */
import semver from 'semver'
import { userError } from './errors.ts'
import { isPrerelease } from './version.ts'
import type { Version } from './version.ts'

export type Range = {
  /** As written, which is how explanations show it; the empty text means `*`. */
  readonly text: string
  readonly parsed: semver.Range
}

/** Real ranges stay below a hundred characters; node-semver is linear but not free. */
const RANGE_LENGTH_MAX = 1024

/** Reads a range or throws `RANGE_INVALID`. */
export function parseRange(text: string, place?: string): Range {
  const range = asRange(text)
  if (range === undefined) {
    throw userError(
      'RANGE_INVALID',
      `${JSON.stringify(text.slice(0, 80))} is not a version range${place === undefined ? '' : ` (in ${place})`}`,
    )
  }
  return range
}

/** The range in a text, or undefined when it is not one (a tag, an address, nonsense). */
export function asRange(text: string): Range | undefined {
  if (text.length > RANGE_LENGTH_MAX) return undefined
  const known = cache.get(text)
  if (known !== undefined) return known
  let parsed: semver.Range
  try {
    parsed = new semver.Range(text, { loose: true })
  } catch {
    return undefined // not a range: the answer, not a failure
  }
  const range = { text: text.trim() === '' ? '*' : text.trim(), parsed }
  if (cache.size >= CACHE_SIZE_MAX) cache.clear()
  cache.set(text, range)
  return range
}

/** One graph asks the same few thousand ranges again and again. */
const CACHE_SIZE_MAX = 20_000
const cache = new Map<string, Range>()

export type RangeHasOptions = {
  /** Peers accept prereleases of versions they allow (pnpm's rule); ordinary dependencies do not (npm's). */
  readonly includePrerelease?: boolean
}

/** Membership as npm decides it. Releases, which are nearly all versions, are compared without parsing them anew. */
export function rangeHas(range: Range, version: Version, options: RangeHasOptions = {}): boolean {
  if (!isPrerelease(version)) return hasRelease(range.parsed, version)
  if (options.includePrerelease === true) {
    return semver.satisfies(version, range.text, { loose: true, includePrerelease: true })
  }
  return range.parsed.test(version)
}

/** node-semver's rule for a version without a prerelease part: some set of comparators holds as a whole. */
function hasRelease(range: semver.Range, version: string): boolean {
  const first = version.indexOf('.')
  const second = version.indexOf('.', first + 1)
  const major = Number(version.slice(0, first))
  const minor = Number(version.slice(first + 1, second))
  const patch = Number(version.slice(second + 1))
  return range.set.some((comparators) =>
    comparators.every(({ operator, semver: limit }) => {
      // The comparator of `*` has no version to compare with.
      if (!(limit instanceof semver.SemVer)) return true
      // Equal numbers: a release comes after every prerelease of itself.
      const order = major - limit.major || minor - limit.minor || patch - limit.patch || limit.prerelease.length
      return holds(operator, order)
    }),
  )
}

function holds(operator: string, order: number): boolean {
  switch (operator) {
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    default:
      return order === 0
  }
}

/**
 * A range: a set of versions, without a name. Syntax and membership are node-semver's, read loosely as npm does. The
 * resolver asks {@link rangeHas} once per published version and then works with sets of those.
 */
import semver from 'semver'
import { userError } from './errors.ts'
import { comparePrereleases, isPrerelease, versionParts } from './version.ts'
import type { Version, VersionParts } from './version.ts'

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

/**
 * Membership as npm decides it: some set of comparators holds as a whole, and of prereleases, unless they are wanted, only
 * those of three numbers that a comparator has with a prerelease of its own. Versions are compared without being parsed into
 * objects: a solver asks this some hundred thousand times.
 */
export function rangeHas(range: Range, version: Version, options: RangeHasOptions = {}): boolean {
  const parts = versionParts(version)
  if (parts.prerelease === '') return range.parsed.set.some((comparators) => holdsAll(comparators, parts))
  if (options.includePrerelease === true) {
    return withPrereleases(range).set.some((comparators) => holdsAll(comparators, parts))
  }
  return range.parsed.set.some(
    (comparators) =>
      holdsAll(comparators, parts) && comparators.some((comparator) => isPrereleaseOf(comparator, parts)),
  )
}

/**
 * The indexes of those versions that the range has, ascending: what {@link rangeHas} says of each, found by halving. The
 * versions ascend.
 */
export function versionsInRange(
  range: Range,
  versions: readonly Version[],
  options: RangeHasOptions = {},
): readonly number[] {
  const found = new Set<number>()
  const wanted = options.includePrerelease === true
  for (const comparators of range.parsed.set) {
    const ownPrereleases = wanted ? [] : comparators.filter(({ semver: limit }) => (limit.prerelease?.length ?? 0) > 0)
    for (const index of indexesWithin(comparators, versions)) {
      const version = versions[index] as Version
      if (!isPrerelease(version)) found.add(index)
      else if (ownPrereleases.length > 0) {
        const parts = versionParts(version)
        if (ownPrereleases.some((comparator) => isPrereleaseOf(comparator, parts))) found.add(index)
      }
    }
  }
  if (wanted) {
    for (const comparators of withPrereleases(range).set) {
      for (const index of indexesWithin(comparators, versions)) {
        if (isPrerelease(versions[index] as Version)) found.add(index)
      }
    }
  }
  return range.parsed.set.length === 1 && !wanted ? [...found] : [...found].sort((left, right) => left - right)
}

/** What all of the comparators allow is one row of what ascends. */
function* indexesWithin(comparators: readonly semver.Comparator[], versions: readonly Version[]): Generator<number> {
  let start = 0
  let end = versions.length
  for (const { operator, semver: limit } of comparators) {
    if (!(limit instanceof semver.SemVer)) continue
    const isExact = operator !== '>' && operator !== '<' && operator !== '>=' && operator !== '<='
    if (isExact || operator.startsWith('>'))
      start = Math.max(start, firstIndex(versions, limit, operator === '>' ? 1 : 0))
    if (isExact || operator.startsWith('<')) end = Math.min(end, firstIndex(versions, limit, operator === '<' ? 0 : 1))
  }
  for (let index = start; index < end; index++) yield index
}

/** Of the versions that are equal to the limit (0) or beyond it (1), and all that follow. */
function firstIndex(versions: readonly Version[], limit: semver.SemVer, order: 0 | 1): number {
  let low = 0
  let high = versions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareWith(versionParts(versions[middle] as Version), limit) >= order) high = middle
    else low = middle + 1
  }
  return low
}

/** The range as node-semver reads it for whom prereleases count: `1.x` then begins at `1.0.0-0`. */
function withPrereleases(range: Range): semver.Range {
  let parsed = rangesWithPrereleases.get(range)
  if (parsed === undefined) {
    parsed = new semver.Range(range.text, { loose: true, includePrerelease: true })
    rangesWithPrereleases.set(range, parsed)
  }
  return parsed
}

const rangesWithPrereleases = new WeakMap<Range, semver.Range>()

function holdsAll(comparators: readonly semver.Comparator[], parts: VersionParts): boolean {
  return comparators.every(({ operator, semver: limit }) => {
    // The comparator of `*` has no version to compare with.
    return !(limit instanceof semver.SemVer) || holds(operator, compareWith(parts, limit))
  })
}

function compareWith({ major, minor, patch, prerelease }: VersionParts, limit: semver.SemVer): number {
  const order = major - limit.major || minor - limit.minor || patch - limit.patch
  return order || comparePrereleases(prerelease, limit.prerelease.join('.'))
}

function isPrereleaseOf({ semver: limit }: semver.Comparator, { major, minor, patch }: VersionParts): boolean {
  if (!(limit instanceof semver.SemVer) || limit.prerelease.length === 0) return false
  return limit.major === major && limit.minor === minor && limit.patch === patch
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

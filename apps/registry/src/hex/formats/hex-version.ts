/**
 * Versions and requirements as Hex has them: stricter versions than npm's, and Elixir's requirement grammar,
 * `clause ((" and " | " or ") clause)*` with `== > >= < <= ~>`.
 */
import semver from 'semver'

/** Longer ones are no versions but attacks on whoever compares them. */
const VERSION_LENGTH_MAX = 128
const REQUIREMENT_LENGTH_MAX = 1024
const CLAUSE_COUNT_MAX = 32

const NUMBER = '(?:0|[1-9]\\d{0,13})'
const LABELS = '(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?'
const VERSION = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}${LABELS}$`)
/** After `~>` the patch may be left out. */
const SHORT_VERSION = new RegExp(`^${NUMBER}\\.${NUMBER}(?:\\.${NUMBER})?${LABELS}$`)

/** Whether the text is a version that Hex accepts: all three numbers, no leading `v`. */
export function isHexVersion(text: string): boolean {
  return text.length <= VERSION_LENGTH_MAX && VERSION.test(text) && semver.valid(text) !== null
}

/** Ascending by precedence; two that differ in build metadata alone are ordered by it, so that the order is one. */
export function compareHexVersions(left: string, right: string): number {
  return semver.compareBuild(left, right)
}

export function isPrereleaseVersion(text: string): boolean {
  return semver.prerelease(text) !== null
}

/** Whether clients can read the requirement. `!=` is Elixir's, and Hex refuses it. */
export function isHexRequirement(text: string): boolean {
  if (text.length > REQUIREMENT_LENGTH_MAX) return false
  const clauses = text.trim().split(/\s+(?:and|or)\s+/)
  return clauses.length <= CLAUSE_COUNT_MAX && clauses.every(isClause)
}

function isClause(text: string): boolean {
  const [, operator = '', version = ''] = /^(==|>=|<=|~>|>|<|)\s*(\S+)$/.exec(text.trim()) ?? []
  return version.length <= VERSION_LENGTH_MAX && (operator === '~>' ? SHORT_VERSION : VERSION).test(version)
}

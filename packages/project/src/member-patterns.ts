/**
 * The patterns which name a workspace's members, as npm and pnpm write them: `packages/*`, `apps/**`, `!packages/old`.
 * The last pattern that matches a folder decides, and node_modules is never looked into.
 */
import { matchesGlob } from 'node:path'
import { userError } from '@alkahest/core'

/** Real workspaces have fewer than a hundred patterns. */
const PATTERN_COUNT_MAX = 1000
const PATTERN_LENGTH_MAX = 1024

export type MemberPatterns = {
  /** Patterns that add, cleaned: relative, POSIX, no `./` in front and no slash behind. */
  readonly including: readonly string[]
  /** Whether a folder (POSIX, relative to the root) is a member if it has a package.json. */
  has(path: string): boolean
}

/** Checks patterns or throws `WORKSPACE_INVALID`; `place` is the file that holds them. */
export function memberPatterns(patterns: readonly string[], place: string): MemberPatterns {
  if (patterns.length > PATTERN_COUNT_MAX) {
    throw userError('WORKSPACE_INVALID', `${place} names members by more than ${PATTERN_COUNT_MAX} patterns`)
  }
  const rules = patterns.map((pattern) => {
    const excludes = pattern.startsWith('!')
    const clean = cleanPattern(excludes ? pattern.slice(1) : pattern)
    if (pattern.length > PATTERN_LENGTH_MAX || clean.startsWith('/') || clean.split('/').includes('..')) {
      throw userError(
        'WORKSPACE_INVALID',
        `${place} names members by ${JSON.stringify(pattern)}, which leaves the workspace`,
        {
          hint: 'members are folders inside the workspace, written relative to its root',
        },
      )
    }
    return { excludes, pattern: clean }
  })
  return {
    including: rules.filter((rule) => !rule.excludes).map((rule) => rule.pattern),
    has(path) {
      if (path.split('/').includes('node_modules')) return false
      const decisive = rules.findLast((rule) => rule.pattern === path || matchesGlob(path, rule.pattern))
      return decisive !== undefined && !decisive.excludes
    },
  }
}

function cleanPattern(pattern: string): string {
  return pattern
    .trim()
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '')
}

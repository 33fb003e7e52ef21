import {
  asRange,
  asVersion,
  compareVersions,
  parseRange,
  parseVersion,
  rangeHas,
  versionsInRange,
} from '@alkahest/core'
import type { Version } from '@alkahest/core'
import fc from 'fast-check'
import semver from 'semver'
import { describe, expect, test } from 'vitest'

const part = fc.constantFrom(0, 1, 2, 3, 10)
const version = fc
  .tuple(
    part,
    part,
    part,
    fc.constantFrom('', '', '', '-rc.1', '-0', '-rc.2', '-rc.10', '-rc', '-10', '-rc.1.x', '-Rc-2'),
  )
  .map(([major, minor, patch, tag]) => `${major}.${minor}.${patch}${tag}`)
const comparator = fc
  .tuple(fc.constantFrom('', '^', '~', '>', '>=', '<', '<=', '='), version)
  .map(([operator, text]) => `${operator}${text}`)
const range = fc.oneof(
  fc.array(comparator, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(' ')),
  fc.tuple(comparator, comparator).map((parts) => parts.join(' || ')),
  fc.constantFrom('*', '', 'x', '1.x', '1', '>1', '1 - 2', '>=2.x <3', '<1.2.3-rc.1'),
)

describe('membership is node-semver', () => {
  test.each([false, true])('includePrerelease %s', (includePrerelease) => {
    fc.assert(
      fc.property(range, version, (text, candidate) => {
        const expected = semver.satisfies(candidate, text, { loose: true, includePrerelease })
        expect(rangeHas(parseRange(text), candidate as Version, { includePrerelease }), `${candidate} in ${text}`).toBe(
          expected,
        )
      }),
      { numRuns: 2000, seed: 1 },
    )
  })

  test.each([false, true])('of many at once, includePrerelease %s', (includePrerelease) => {
    fc.assert(
      fc.property(range, fc.uniqueArray(version, { maxLength: 30 }), (text, candidates) => {
        const sorted = (candidates as Version[]).toSorted(compareVersions)
        const asked = parseRange(text)
        const expected = [...sorted.keys()].filter((index) =>
          rangeHas(asked, sorted[index] as Version, { includePrerelease }),
        )
        expect(versionsInRange(asked, sorted, { includePrerelease }), `${text} of ${sorted.join(' ')}`).toEqual(
          expected,
        )
      }),
      { numRuns: 2000, seed: 1 },
    )
  })

  test('of prereleases only those of the same three numbers', () => {
    expect(rangeHas(parseRange('>=1.2.3-rc.1 <2'), parseVersion('1.2.3-rc.2'))).toBe(true)
    expect(rangeHas(parseRange('>=1.2.3-rc.1 <2'), parseVersion('1.3.0-rc.1'))).toBe(false)
  })
})

describe('order is node-semver', () => {
  const other = fc.oneof(version, fc.constantFrom('v1.0.0', '1.0.0+build.2', '1.2.3-rc.1+build'))
  test('of any two versions', () => {
    fc.assert(
      fc.property(other, other, (left, right) => {
        const expected = semver.compare(left, right, { loose: true })
        expect(Math.sign(compareVersions(left as Version, right as Version)), `${left} and ${right}`).toBe(expected)
      }),
      { numRuns: 2000, seed: 1 },
    )
  })
})

describe('reading', () => {
  test('the empty text is everything', () => {
    expect(parseRange('').text).toBe('*')
  })

  test('a tag or an address is no range', () => {
    expect(asRange('latest')).toBeUndefined()
    expect(asRange('https://example.org/a.tgz')).toBeUndefined()
    expect(() => parseRange('latest', 'package.json')).toThrow('"latest" is not a version range (in package.json)')
  })

  test('a range too long to be meant is none', () => {
    expect(asRange('1 || '.repeat(500))).toBeUndefined()
  })

  test('versions are read as loosely as npm does, and written in one form', () => {
    expect(asVersion('v1.2.3')).toBe('1.2.3')
    expect(asVersion(' =1.2.3+build')).toBe('1.2.3')
    expect(asVersion('1.2')).toBeUndefined()
    expect(['01.2.3', '1.2.3\n', '9007199254740992.0.0', '1.2.3.4'].map(asVersion)).toEqual([
      '1.2.3',
      '1.2.3',
      undefined,
      undefined,
    ])
    expect(() => parseVersion('1.2')).toThrow('"1.2" is not a version')
  })
})

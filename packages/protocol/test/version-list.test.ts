import { asVersion, compareVersions } from '@alkahest/core'
import type { Version } from '@alkahest/core'
import { formatVersionList, parseVersionList } from '@alkahest/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const list = (text: string): readonly Version[] => text.split(' ') as Version[]

describe('a list of versions', () => {
  test.each([
    ['1.0.0', '1.0.0'],
    ['1.0.0 1.0.1 1.0.2', '1.0.0+2'],
    ['0.9.9 1.0.0 1.1.0 1.1.2', '0.9.9 1.0.0 .1.0 .2'],
    ['1.0.0-rc.0 1.0.0-rc.1 1.0.0 1.0.1', '1.0.0-rc.0+1 .0+1'],
    ['1.0.0-a 1.0.0-b 1.0.1-b', '1.0.0-a -b .1-b'],
    ['5.2.0-dev.20230516 5.2.0-dev.20230517', '5.2.0-dev.20230516+1'],
    ['1.0.0-7 1.0.0-8', '1.0.0-7+1'],
  ])('%s is written %s', (versions, written) => {
    expect(formatVersionList(list(versions))).toBe(written)
    expect(parseVersionList(written)).toEqual(list(versions))
  })

  test('an empty one is empty', () => {
    expect(parseVersionList(formatVersionList([]))).toEqual([])
  })

  test('reads back whatever it is', () => {
    const number = fc.constantFrom(0, 1, 2, 3, 9, 10, 11, 123_456_789)
    const identifier = fc.constantFrom('rc', '0', '1', '2', '9', '10', 'x-y', '0a', '-', '20240101', '-1')
    const version = fc
      .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }))
      .map(([a, b, c, rest]) => asVersion(`${a}.${b}.${c}${rest.length === 0 ? '' : `-${rest.join('.')}`}`) as Version)
    const versions = fc.uniqueArray(version, { maxLength: 40, comparator: (a, b) => compareVersions(a, b) === 0 })
    fc.assert(
      fc.property(versions, (all) => {
        const sorted = all.toSorted(compareVersions)
        expect(parseVersionList(formatVersionList(sorted))).toEqual(sorted)
      }),
      { numRuns: 500, seed: 1 },
    )
  })

  test.each([
    '1.0',
    '.1.0',
    '-rc',
    '1.0.0 ',
    '1.0.0  1.0.1',
    '1.0.0 1.0.0',
    '2.0.0 1.0.0',
    '1.0.0 -rc.1',
    '1.0.0 .1.2.3.4',
    '01.0.0',
    '1.0.0-01',
    '1.0.0-rc..1',
    '1.0.0-',
    '1.0.0+',
    '1.0.0+x',
    '1.0.0+1+1',
    '1.0.0-rc+3',
    '1.0.0+100000',
    '1.0.0+99999999999999',
    '9999999999999999.0.0',
    '1.0.0-999999999999999+2 -1000000000000000',
    `1.0.0-${'a'.repeat(256)}`,
    '1.0.0\n1.0.1',
    '__proto__',
  ])('that was made to harm is none: %s', (text) => {
    expect(parseVersionList(text)).toBeUndefined()
  })
})

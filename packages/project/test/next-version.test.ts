import { expect, test } from 'vitest'
import { parseVersion } from '@alkahest/core'
import { expectErrorGolden } from '@alkahest/test-support'
import { nextVersion, releaseChangelog } from '../src/index.ts'

test.each([
  ['1.2.3', 'patch', undefined, '1.2.4'],
  ['1.2.3', 'minor', undefined, '1.3.0'],
  ['1.2.3', 'major', undefined, '2.0.0'],
  ['1.2.3', 'prerelease', undefined, '1.2.4-0'],
  ['1.2.3', 'prerelease', 'rc', '1.2.4-rc.0'],
  ['1.2.4-rc.0', 'prerelease', 'rc', '1.2.4-rc.1'],
  ['1.2.4-rc.0', 'prerelease', undefined, '1.2.4-rc.1'],
  ['1.2.4-beta.7', 'prerelease', 'rc', '1.2.4-rc.0'],
  ['1.2.4-0', 'prerelease', undefined, '1.2.4-1'],
  ['1.2.4-rc.3', 'patch', undefined, '1.2.4'],
  ['2.0.0-rc.3', 'major', undefined, '2.0.0'],
  ['2.1.0-rc.3', 'major', undefined, '3.0.0'],
  ['2.1.0-rc.3', 'minor', undefined, '2.1.0'],
  ['1.2.3', '1.9.0', undefined, '1.9.0'],
])('%s by %s (%s) is %s', (...[current, wanted, identifier, expected]) => {
  expect(nextVersion(parseVersion(current), { wanted, ...(identifier === undefined ? {} : { identifier }) })).toBe(
    expected,
  )
})

test('neither a step nor a version above', () => {
  expect(() => nextVersion(parseVersion('1.2.3'), { wanted: '1.2.3' })).toThrow(
    '1.2.3 is not above 1.2.3, the version of the package',
  )
  try {
    nextVersion(parseVersion('1.2.3'), { wanted: 'mayor' })
    expect.unreachable()
  } catch (error) {
    expectErrorGolden('VERSION_STEP_INVALID', error)
  }
})

test('what was unreleased gets the version and the day', () => {
  const text = '# Changes\n\n## Unreleased\n\n- A thing\n\n## 1.0.0 (2026-01-01)\n'
  expect(releaseChangelog(text, parseVersion('1.1.0'), '2026-11-22')).toBe(
    '# Changes\n\n## Unreleased\n\n## 1.1.0 (2026-11-22)\n\n- A thing\n\n## 1.0.0 (2026-01-01)\n',
  )
  expect(releaseChangelog('# Changes\n', parseVersion('1.1.0'), '2026-11-22')).toBe('# Changes\n')
})

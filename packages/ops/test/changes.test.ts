import { parseVersion } from '@alkahest/core'
import type { PackageName, Resolution, ResolvedPackage } from '@alkahest/core'
import { expect, it } from 'vitest'
import { changesBetween } from '../src/changes.ts'

/** `a@1.0.0 b@2.0.0` */
function resolutionOf(text: string): Resolution {
  const packages = text
    .split(' ')
    .filter((one) => one !== '')
    .map((one) => {
      const [name = '', version = ''] = one.split('@')
      return { name: name as PackageName, version: parseVersion(version) } as ResolvedPackage
    })
  return { members: [], packages, peerConflicts: [] }
}

it.each([
  ['', 'a@1.0.0', 'added a@1.0.0'],
  ['a@1.0.0', '', 'removed a@1.0.0'],
  ['a@1.0.0 b@1.0.0', 'a@1.0.0 b@1.0.0', ''],
  ['a@1.0.0', 'a@1.1.0', 'changed a@1.0.0>1.1.0'],
  ['a@9.0.0 a@10.0.0', 'a@10.0.0 a@11.0.0', 'changed a@9.0.0>11.0.0'],
  ['a@1.0.0 a@2.0.0', 'a@1.1.0 a@2.2.0', 'changed a@1.0.0>1.1.0 changed a@2.0.0>2.2.0'],
  ['a@1.0.0 a@2.0.0', 'a@3.0.0', 'changed a@1.0.0>3.0.0 removed a@2.0.0'],
  ['a@1.0.0', 'a@1.1.0 a@2.0.0', 'changed a@1.0.0>1.1.0 added a@2.0.0'],
])('from "%s" to "%s": %s', (before, after, expected) => {
  const { added, changed, removed } = changesBetween(resolutionOf(before), resolutionOf(after))
  const words = [
    ...changed.map(({ name, from, to }) => `changed ${name}@${from}>${to}`),
    ...added.map(({ name, version }) => `added ${name}@${version}`),
    ...removed.map(({ name, version }) => `removed ${name}@${version}`),
  ]
  expect(words.join(' ')).toBe(expected)
})

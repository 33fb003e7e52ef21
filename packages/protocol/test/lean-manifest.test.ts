import { parsePackageName, parseVersion } from '@alkahest/core'
import type { JsonObject } from '@alkahest/core'
import { leanManifest, readCandidate } from '@alkahest/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const name = parsePackageName('a')
const version = parseVersion('1.0.0')

/** What documents hold in these fields: the right thing, and every other. */
const values = ['', 'x', true, false, null, 0, [], ['a', 'b'], [''], {}, { b: '^1', c: '' }, { b: { optional: true } }]
const anything = fc.constantFrom(...values)
const fields = [
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bundleDependencies',
  'bundledDependencies',
  'engines',
  'bin',
  'os',
  'cpu',
  'libc',
  'deprecated',
  'hasInstallScript',
  'readme',
]
const dist = fc.record(
  {
    integrity: fc.constantFrom('', 'nonsense', `sha512-${Buffer.alloc(64).toString('base64')}`),
    shasum: fc.constantFrom('', 'nonsense', 'a'.repeat(40)),
    unpackedSize: fc.constantFrom(0, 7, -1, '7'),
    tarball: fc.constant('http://localhost/a.tgz'),
  },
  { requiredKeys: ['tarball'] },
)
const manifest = fc.record(
  {
    ...Object.fromEntries(fields.map((field) => [field, anything])),
    scripts: fc.constantFrom({}, { install: 'x' }, { test: 'x' }),
    dist,
  },
  { requiredKeys: ['dist'] },
)

test('a lean manifest is read as the whole one is, and once lean it stays as it is', () => {
  fc.assert(
    fc.property(manifest, (value) => {
      const whole = value as unknown as JsonObject
      const lean = leanManifest(whole)
      expect(readCandidate(name, version, lean)).toEqual(readCandidate(name, version, whole))
      expect(leanManifest(lean)).toEqual(lean)
    }),
    { numRuns: 2000, seed: 1 },
  )
})

test('it has nothing that nobody reads', () => {
  const whole = { name: 'a', readme: 'long', dependencies: {}, os: [], deprecated: false, dist: { signatures: [] } }
  expect(leanManifest(whole as unknown as JsonObject)).toEqual({ dist: {} })
})

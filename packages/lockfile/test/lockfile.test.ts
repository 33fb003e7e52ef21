import { parseManifest, parsePackageName, parseVersion, UserError } from '@alkahest/core'
import type { PackageId, Resolution, ResolvedPackage } from '@alkahest/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareWithManifests, formatLockfile, lockfileFor, parseLockfile } from '@alkahest/lockfile'

const SAMPLE = `alkahest lockfile 1

setting single react

member .
  name app
  dependency react ^18.0.0 -> 18.3.1
  development tool npm:other@^1 -> other@1.0.0
  optional gone ^1 -> none
  dependency lib workspace:* -> workspace:packages/lib

member packages/lib
  name lib
  peer react >=16

package left 1.0.0
  source file vendor/left pad.tgz
  integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==

package other 1.0.0
  engines ^18.0.0 || >=20.0.0
  os linux darwin
  bin other other-cli
  build
  deprecated use something else
  bundled inner
  dependency react "" -> 18.3.1
  peer jsdom * optional

package react 18.3.1

conflict other@1.0.0
  peer react ^17
  found react@18.3.1
  reason package.json asks for react ^18.0.0, which is react 18.3.1
`

function errorOf(text: string): string {
  try {
    parseLockfile(text, 'alkahest.lock')
  } catch (error) {
    if (error instanceof UserError) return `${error.code} ${error.message}`
    throw error
  }
  throw new Error('it was read')
}

/** The same with members and edges in the order in which they are written. */
const CANONICAL = formatLockfile(parseLockfile(SAMPLE, 'alkahest.lock'))

describe('reading and writing', () => {
  test('writing what was read gives the same text', () => {
    expect(formatLockfile(parseLockfile(CANONICAL, 'alkahest.lock'))).toBe(CANONICAL)
  })

  test('lines that end in CRLF are read and become LF', () => {
    expect(formatLockfile(parseLockfile(CANONICAL.replaceAll('\n', '\r\n'), 'alkahest.lock'))).toBe(CANONICAL)
  })

  test('the order of lists does not show', () => {
    const { resolution, settings } = parseLockfile(CANONICAL, 'alkahest.lock')
    const shuffled: Resolution = {
      members: resolution.members.toReversed().map((one) => ({ ...one, edges: one.edges.toReversed() })),
      packages: resolution.packages.toReversed(),
      peerConflicts: resolution.peerConflicts,
    }
    expect(formatLockfile({ resolution: shuffled, settings })).toBe(CANONICAL)
  })

  test('any text of a specifier survives', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const lockfile = { resolution: resolutionWith(text), settings: {} }
        expect(parseLockfile(formatLockfile(lockfile), 'alkahest.lock').resolution).toEqual(lockfile.resolution)
      }),
      { numRuns: 50, seed: 3 },
    )
  })

  test('no cut and no flipped character is read as something else without an error', () => {
    fc.assert(
      fc.property(fc.nat(CANONICAL.length - 1), fc.string({ unit: 'binary', maxLength: 3 }), (at, inserted) => {
        const damaged = CANONICAL.slice(0, at) + inserted + CANONICAL.slice(at + 1)
        let read: ReturnType<typeof parseLockfile>
        try {
          read = parseLockfile(damaged, 'alkahest.lock')
        } catch (error) {
          expect(error).toBeInstanceOf(UserError)
          return
        }
        // What was read is all of it: writing it again loses no line that was there, or it says that it is not whole.
        if (read.isConflicted === true) return
        const lines = new Set(formatLockfile(read).split('\n'))
        const lost = damaged
          .replaceAll('\r', '')
          .split('\n')
          .filter((line) => line.trim() !== '' && !lines.has(line))
        expect(lost.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 200, seed: 4 },
    )
  })
})

describe('mistakes name the line', () => {
  test.each([
    ['', 'LOCKFILE_INVALID alkahest.lock:1: expected "alkahest lockfile 1"'],
    ['alkahest lockfile 2\n', 'LOCKFILE_TOO_NEW alkahest.lock has format 2, and this alk reads format 1'],
    [
      CANONICAL.replace('member .', 'membre .'),
      'LOCKFILE_INVALID alkahest.lock:5: "membre" is no member, package, conflict or setting',
    ],
    [CANONICAL.replace('sha512-z4', 'sha513-z4'), 'LOCKFILE_INVALID alkahest.lock:18: expected "integrity HASH"'],
  ])('%#', (text, expected) => {
    expect(errorOf(text)).toBe(expected)
  })
})

describe('a merge that stopped halfway', () => {
  test('is both sides at once', () => {
    const merged = parseLockfile(
      `alkahest lockfile 1

member .
<<<<<<< HEAD
  dependency a ^1 -> 1.1.0
=======
  dependency a ^2 -> 2.0.0
>>>>>>> other

<<<<<<< HEAD
package a 1.1.0
=======
package a 2.0.0
>>>>>>> other
`,
      'alkahest.lock',
    )
    expect(merged.resolution.packages.map((one) => one.id).sort()).toEqual(['a@1.1.0', 'a@2.0.0'])
    expect(merged.resolution.members[0]?.edges.map((edge) => `${edge.specifier} ${edge.target}`)).toEqual([
      '^1 a@1.1.0',
      '^2 a@2.0.0',
    ])
    expect(compareWithManifests(merged, { members: [], settings: {} }).isEmpty).toBe(false)
  })

  test('also without markers, when an edge points at a package that the other side removed', () => {
    const merged = parseLockfile(CANONICAL.replace('package react 18.3.1\n', ''), 'alkahest.lock')
    expect(merged.isConflicted).toBe(true)
    expect(merged.resolution.members[0]?.edges.map((edge) => edge.alias)).toEqual(['gone', 'lib', 'tool'])
  })

  test('with markers that do not match names the line', () => {
    expect(errorOf('alkahest lockfile 1\n=======\n<<<<<<< a\n')).toBe(
      'LOCKFILE_INVALID alkahest.lock:2: a conflict marker stands where none belongs',
    )
  })
})

describe('the part that one member needs', () => {
  const workspace = parseLockfile(
    `alkahest lockfile 1

member .
  dependency tool ^1 -> 1.0.0

member packages/a
  dependency b workspace:* -> workspace:packages/b

member packages/b
  dependency x ^1 -> 1.0.0

member packages/c
  dependency y ^1 -> 1.0.0

package tool 1.0.0

package x 1.0.0

package y 1.0.0
`,
    'alkahest.lock',
  )

  test('is the member, what it links, the root, and what they reach', () => {
    const part = lockfileFor(workspace, 'packages/a')
    expect(part.resolution.members.map((member) => member.path)).toEqual(['.', 'packages/a', 'packages/b'])
    expect(part.resolution.packages.map((one) => one.id)).toEqual(['tool@1.0.0', 'x@1.0.0'])
    expect(parseLockfile(formatLockfile(part), 'alkahest.lock')).toEqual(part)
  })

  test('of a member that does not exist is an error that names those that do', () => {
    expect(() => lockfileFor(workspace, 'packages/z')).toThrow('the lockfile has no member packages/z')
  })
})

describe('comparing with what is asked', () => {
  const wanted = {
    path: '.',
    name: 'app',
    requirements: [
      { alias: 'gone', kind: 'optional', specifier: '^1' },
      { alias: 'lib', kind: 'dependency', specifier: 'workspace:*' },
      { alias: 'react', kind: 'dependency', specifier: '^18.0.0' },
      { alias: 'tool', kind: 'development', specifier: 'npm:other@^1' },
    ],
    peers: [],
  } as const
  const lib = {
    path: 'packages/lib',
    name: 'lib',
    requirements: [],
    peers: [{ name: 'react', range: '>=16', optional: false }],
  } as const
  const lockfile = parseLockfile(CANONICAL, 'alkahest.lock')
  const settings = { single: 'react' }

  test('nothing when it answers everything', () => {
    expect(compareWithManifests(lockfile, { members: [wanted, lib], settings })).toEqual({ isEmpty: true, reasons: [] })
  })

  test('every difference is a clause', () => {
    const changed = {
      ...wanted,
      requirements: [
        { alias: 'react', kind: 'development', specifier: '^19' } as const,
        { alias: 'new', kind: 'dependency', specifier: '^1' } as const,
      ],
    }
    expect(compareWithManifests(lockfile, { members: [changed], settings: {} }).reasons).toEqual([
      '"single" changed',
      'packages/lib is no member any more',
      'package.json asks for react ^19, not ^18.0.0',
      'package.json asks for new ^1',
      'package.json does not ask for gone any more',
      'package.json does not ask for lib any more',
      'package.json does not ask for tool any more',
    ])
  })
})

function resolutionWith(specifier: string): Resolution {
  const name = parsePackageName('a')
  const version = parseVersion('1.0.0')
  const one: ResolvedPackage = {
    id: 'a@1.0.0' as PackageId,
    name,
    version,
    source: { kind: 'registry' },
    integrity: undefined,
    tarball: undefined,
    os: [],
    cpu: [],
    libc: [],
    engines: {},
    bin: [],
    hasInstallScript: false,
    deprecated: specifier === '' ? undefined : specifier,
    bundled: [],
    edges: [{ alias: 'a', kind: 'dependency', specifier, target: 'a@1.0.0' as PackageId }],
    peers: [{ name: 'b', range: specifier, optional: specifier.length % 2 === 0 }],
  }
  const { name: member } = parseManifest({ name: 'app' }, 'package.json')
  return {
    members: [{ path: '.', name: member, version: undefined, edges: [], peers: [] }],
    packages: [one],
    peerConflicts: [],
  }
}

/** Properties on generated worlds, judged by a brute-force oracle. Each run says how many worlds were of the interesting kinds. */
import type { Resolution } from '@alkahest/core'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { Resolved, ResolveInput } from '@alkahest/resolver'
import { conflictsOf, judge, TooLarge } from './oracle.ts'
import type { Assignment, OracleVersion, OracleWorld } from './oracle.ts'
import { inputOf, parseWorld, settle, WorldSource } from './world.ts'

/** The everyday suite looks at so many worlds; ALKAHEST_WORLDS asks for more. */
const WORLDS = Number(process.env.ALKAHEST_WORLDS ?? 100)

/** The everyday suite sees the same worlds every day; ALKAHEST_SEED shows others. */
const PARAMETERS = { numRuns: WORLDS, seed: Number(process.env.ALKAHEST_SEED ?? 20261122) }

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const
const VERSIONS = ['1.0.0', '1.1.0', '2.0.0'] as const
const RANGES = ['*', '^1', '^2', '~1.0.0', '1.1.0', '>=1.1'] as const

const range = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...RANGES) },
  { weight: 1, arbitrary: fc.constant('^3') },
)
/** Narrow, and dependencies wide: else most worlds fail before a peer matters. */
const peerRangeArbitrary = fc.constantFrom('^1', '^2', '~1.0.0', '1.1.0', '>=1.1')
const wideRange = fc.oneof({ weight: 2, arbitrary: range }, { weight: 1, arbitrary: fc.constantFrom('*', '>=1') })
const dependencyMap = (maxKeys: number): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(fc.constantFrom(...NAMES), wideRange, { maxKeys })

/** Peers are declared by every version or by none: the guard against sinking below a declaration is tested apart. */
const packageArbitrary: fc.Arbitrary<Record<string, OracleVersion>> = fc
  .record({
    versions: fc.oneof(
      { weight: 2, arbitrary: fc.constant(VERSIONS) },
      { weight: 3, arbitrary: fc.constant(['1.0.0', '2.0.0']) },
      { weight: 1, arbitrary: fc.constant(['1.0.0', '1.1.0']) },
    ),
    peer: fc.option(fc.constantFrom(...NAMES), { nil: undefined, freq: 4 }),
    isOptionalPeer: fc.boolean(),
    perVersion: fc.array(
      fc.record({
        dependencies: dependencyMap(2),
        optionalDependencies: dependencyMap(1),
        peerRange: peerRangeArbitrary,
      }),
      { minLength: 3, maxLength: 3 },
    ),
  })
  .map(({ versions, peer, isOptionalPeer, perVersion }) =>
    Object.fromEntries(
      versions.map((version, index) => {
        const { dependencies, optionalDependencies, peerRange } = perVersion[index]!
        const optional = Object.fromEntries(
          Object.entries(optionalDependencies).filter(([name]) => !(name in dependencies)),
        )
        const hasPeer = peer !== undefined && !(peer in dependencies) && !(peer in optional)
        return [
          version,
          {
            dependencies,
            optionalDependencies: optional,
            peers: hasPeer ? { [peer]: peerRange } : {},
            optionalPeers: hasPeer && isOptionalPeer ? [peer] : [],
          },
        ]
      }),
    ),
  )

const worldArbitrary: fc.Arbitrary<OracleWorld> = fc
  .record({
    packages: fc.record(Object.fromEntries(NAMES.map((name) => [name, packageArbitrary]))),
    root: fc.dictionary(fc.constantFrom(...NAMES), range, { minKeys: 1, maxKeys: 3 }),
  })
  .filter(({ packages }) =>
    Object.entries(packages).every(([name, versions]) => Object.values(versions).every((one) => !(name in one.peers))),
  )

function worldText(world: OracleWorld): string {
  const parts = (one: OracleVersion): string =>
    [
      ...Object.entries(one.dependencies).map(([name, asked]) => `${name} ${asked}`),
      ...Object.entries(one.optionalDependencies).map(([name, asked]) => `optional ${name} ${asked}`),
      ...Object.entries(one.peers).map(
        ([name, asked]) => `${one.optionalPeers.includes(name) ? 'peer?' : 'peer'} ${name} ${asked}`,
      ),
    ].join(', ')
  const lines = Object.entries(world.packages).flatMap(([name, versions]) =>
    Object.entries(versions).map(([version, one]) => `${name} ${version}: ${parts(one)}`),
  )
  return [
    ...lines,
    `root: ${Object.entries(world.root)
      .map(([name, asked]) => `${name} ${asked}`)
      .join(', ')}`,
  ].join('\n')
}

function solve(world: OracleWorld, options: Partial<ResolveInput> = {}): ReturnType<typeof settle> {
  const parsed = parseWorld(worldText(world))
  return settle(inputOf(parsed, { peers: 'warn', ...options }), new WorldSource(parsed))
}

function assignmentOf(resolution: Resolution): Map<string, string | undefined> {
  const assignment = new Map<string, string | undefined>()
  const versionOf = (id: string | undefined): string | undefined => id?.slice(id.lastIndexOf('@') + 1)
  for (const edge of resolution.members[0]!.edges) {
    assignment.set(`${edge.kind === 'peer' ? 'peer' : 'slot'} ${edge.alias}`, versionOf(edge.target))
  }
  for (const one of resolution.packages) {
    for (const edge of one.edges) assignment.set(`${edge.alias} ${edge.specifier}`, versionOf(edge.target))
  }
  return assignment
}

function reportedConflicts(resolution: Resolution): Set<string> {
  return new Set(resolution.peerConflicts.map((one) => `${one.package} wants ${one.peer}`))
}

const seen = { worlds: 0, unsolvable: 0, gaveUp: 0, singleUnsolvable: 0 }
afterAll(() => {
  process.stderr.write(
    `worlds ${seen.worlds}: ${seen.unsolvable} unsolvable, ${seen.gaveUp} gave up a peer, ${seen.singleUnsolvable} unsolvable in single mode\n`,
  )
})

describe('on generated worlds', () => {
  test('resolutions are valid, failures are true, peers are given up only when they must be', () => {
    fc.assert(
      fc.property(
        worldArbitrary,
        judged((world) => {
          const outcome = solve(world)
          const verdict = judge(world)
          fc.pre(!verdict.isCut)
          seen.worlds++
          if (outcome.kind === 'failed') {
            seen.unsolvable++
            expect(
              verdict.conflictSets,
              `${outcome.failure.explanation.lines.join('\n')}\n${worldText(world)}`,
            ).toEqual([])
            return
          }
          const assignment = assignmentOf(outcome.resolution)
          const actual = conflictsOf(world, assignment)
          expect(reportedConflicts(outcome.resolution)).toEqual(
            new Set([...actual].filter((one) => !one.endsWith('left out'))),
          )
          if (actual.size > 0) seen.gaveUp++
          const wishes = wishesOf(actual)
          const smaller = verdict.conflictSets
            .map(wishesOf)
            .find((set) => set.size < wishes.size && [...set].every((one) => wishes.has(one)))
          expect(
            smaller,
            `${[...actual].join(', ')}\n${worldText(world)}\n${outcome.resolution.packages.map((one) => one.id).join(' ')}`,
          ).toBeUndefined()
        }),
      ),
      PARAMETERS,
    )
  })

  // Other seeds come a little above or below.
  test.skipIf('ALKAHEST_SEED' in process.env)(
    'a fifth of the worlds is unsolvable, another fifth gives up a peer',
    () => {
      expect(seen.unsolvable / seen.worlds).toBeGreaterThan(0.2)
      expect(seen.gaveUp / seen.worlds).toBeGreaterThan(0.2)
    },
  )

  test('no copy could be removed alone', () => {
    fc.assert(
      fc.property(
        worldArbitrary,
        judged((world) => {
          const outcome = solve(world)
          if (outcome.kind === 'failed') return
          const assignment = assignmentOf(outcome.resolution)
          const before = conflictsOf(world, assignment, true)
          for (const one of outcome.resolution.packages) {
            const others = outcome.resolution.packages
              .filter((other) => other.name === one.name && other.id !== one.id)
              .map((other) => other.version)
            if (others.length === 0) continue
            for (const moved of repointed(world, assignment, one, others)) {
              const after = conflictsOf(world, moved, true)
              expect(
                [...after].every((conflict) => before.has(conflict)),
                `${one.id} is superfluous in\n${worldText(world)}`,
              ).toBe(false)
            }
          }
        }),
      ),
      PARAMETERS,
    )
  })

  test('single mode: one version of each, and a failure when there cannot be', () => {
    fc.assert(
      fc.property(
        worldArbitrary,
        judged((world) => {
          const outcome = solve(world, { single: true })
          const verdict = judge(world, true)
          fc.pre(!verdict.isCut)
          if (outcome.kind === 'failed') {
            seen.singleUnsolvable++
            // What is left out here stands elsewhere: an optional dependency on a name that is one version is there or not.
            expect(
              verdict.conflictSets.filter((set) => set.size === 0),
              worldText(world),
            ).toEqual([])
            return
          }
          expect(isPeaceful(conflictsOf(world, assignmentOf(outcome.resolution))), worldText(world)).toBe(true)
          const names = outcome.resolution.packages.map((one) => one.name)
          expect(new Set(names).size).toBe(names.length)
        }),
      ),
      PARAMETERS,
    )
  })

  test('the order of everything does not matter, and solving again with the own lockfile changes nothing', () => {
    fc.assert(
      fc.property(
        worldArbitrary,
        judged((world) => {
          const first = solve(world)
          const reversed = solve({
            packages: Object.fromEntries(
              Object.entries(world.packages)
                .toReversed()
                .map(([name, versions]) => [name, Object.fromEntries(Object.entries(versions).toReversed())]),
            ),
            root: Object.fromEntries(Object.entries(world.root).toReversed()),
          })
          expect(strip(reversed)).toEqual(strip(first))
          if (first.kind === 'failed') return
          const again = solve(world, { locked: first.resolution, lockedSettings: first.settings, peers: 'new' })
          expect(again.kind === 'resolved' ? again.resolution : again.failure, worldText(world)).toEqual(
            first.resolution,
          )
        }),
      ),
      PARAMETERS,
    )
  })
})

function strip(outcome: ReturnType<typeof settle>): unknown {
  return outcome.kind === 'resolved' ? (({ counts: _counts, ...rest }: Resolved) => rest)(outcome) : outcome
}

/** Every way to point the requirements of one version at other versions that are there. */
function* repointed(
  world: OracleWorld,
  assignment: Assignment,
  one: { readonly name: string; readonly version: string },
  others: readonly string[],
): Generator<Assignment> {
  const keys = [...assignment]
    .filter(([key, version]) => version === one.version && ownerOf(key) === one.name)
    .map(([key]) => key)
  const rangeOf = (key: string): string =>
    key.startsWith('slot ')
      ? (world.root[one.name] ?? '*')
      : key.startsWith('peer ')
        ? '*'
        : key.slice(key.indexOf(' ') + 1)
  let partial: Assignment[] = [assignment]
  for (const key of keys) {
    const usable = others.filter((version) => allowsRange(rangeOf(key), version))
    partial = partial.flatMap((base) => usable.map((version) => new Map([...base, [key, version]])))
  }
  yield* partial
}

function ownerOf(key: string): string {
  const [first = '', second = ''] = key.split(' ')
  return first === 'slot' || first === 'peer' ? second : first
}

function allowsRange(asked: string, version: string): boolean {
  return (
    judge({
      packages: { x: { [version]: { dependencies: {}, optionalDependencies: {}, peers: {}, optionalPeers: [] } } },
      root: { x: asked },
    }).conflictSets.length > 0
  )
}

/** Conflicts without versions: who wants which peer is one conflict, in whatever version it is met. */
function wishesOf(conflicts: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...conflicts].map((one) => one.replace(/@\S+/, '')))
}

/** No required peer is out of its range. */
function isPeaceful(conflicts: ReadonlySet<string>): boolean {
  return [...conflicts].every((one) => one.endsWith('left out'))
}

/** A world that is too large to be judged counts as none. */
function judged(check: (world: OracleWorld) => void): (world: OracleWorld) => void {
  return (world) => {
    try {
      check(world)
    } catch (error) {
      if (error instanceof TooLarge) fc.pre(false)
      throw error
    }
  }
}

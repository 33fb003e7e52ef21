/** Worlds that were made to be hard end in seconds, with an answer or the named limit. */
import { describe, expect, test } from 'vitest'
import { outcomeOf, resolvedOf } from '../../packages/resolver/test/world.ts'

describe('worlds that are too hard', () => {
  /** Pigeons want a hole each, one hole too few; every proof of that by resolution is long. */
  function pigeons(count: number, asks: (hole: number, pigeon: number) => string): string {
    const holes = Array.from({ length: count - 1 }, (_, index) => index + 1)
    const names = Array.from({ length: count }, (_, index) => index + 1)
    const lines = names.flatMap((pigeon) => [
      ...holes.map((hole) => `p${pigeon} 1.${hole}.0: ${asks(hole, pigeon)}`),
      ...holes.map((hole) => `hole${hole} 1.${pigeon}.0`),
    ])
    return [
      ...lines,
      `root: ${names.map((name) => `p${name} *`).join()}, ${holes.map((hole) => `hole${hole} *`).join()}`,
    ].join('\n')
  }

  test('end with a named limit when there is no way around', () => {
    const world = pigeons(10, (hole, pigeon) => `hole${hole} 1.${pigeon}.0`)
    expect(() => outcomeOf(world, { single: true })).toThrow('no resolution was found within 60,000,000 steps')
  })

  test('end with an answer when peers make them so', () => {
    const peers = (hole: number, pigeon: number): string =>
      Array.from(
        { length: 9 },
        (_, index) => `peer hole${index + 1} ${index + 1 === hole ? `1.${pigeon}.0` : '*'}`,
      ).join()
    const { resolution, counts } = resolvedOf(pigeons(10, peers), { peers: 'warn' })
    expect(resolution.peerConflicts.map(({ reason }) => reason)).toHaveLength(9)
    expect(counts.conflicts).toBeGreaterThan(1000)
  })
})

/** What large resolutions cost, in counts: times are for test/bench. */
import { resolve } from '@alkahest/resolver'
import type { Resolved } from '@alkahest/resolver'
import { expect, test } from 'vitest'
import { generateGraph } from './generated-graph.ts'
import type { GeneratedGraph } from './generated-graph.ts'
import { inputOf } from './world.ts'

function resolvedOf({ members, source }: GeneratedGraph, options: Parameters<typeof inputOf>[1] = {}): Resolved {
  const outcome = resolve(inputOf({ members, packages: new Map(), local: new Set() }, options), source)
  if (outcome.kind !== 'resolved') throw new Error(`it is ${outcome.kind}`)
  return outcome
}

test('1,500 packages: a decision each, hardly a conflict, a document for each version that was tried', () => {
  const graph = generateGraph({ packages: 1500, members: 1 })
  const { resolution, counts } = resolvedOf(graph)
  expect({ packages: resolution.packages.length, ...counts, documents: graph.documentsRead() }).toMatchInlineSnapshot(`
    {
      "conflicts": 0,
      "decisions": 1837,
      "documents": 1779,
      "packages": 1779,
      "peersGivenUp": 0,
    }
  `)
})

test('with its own lockfile nothing is read at all', () => {
  const graph = generateGraph({ packages: 1500, members: 1 })
  const { resolution: locked, settings: lockedSettings } = resolvedOf(graph)
  const before = graph.documentsRead()
  const again = resolvedOf(graph, { locked, lockedSettings })
  expect(again.resolution).toEqual(locked)
  expect(graph.documentsRead()).toBe(before)
})

test('a workspace of 5,000 packages and 50 members: as few decisions as there are requirements, no conflict', () => {
  const graph = generateGraph({ packages: 5000, members: 50 })
  const { resolution, counts } = resolvedOf(graph)
  expect({ packages: resolution.packages.length, ...counts, documents: graph.documentsRead() }).toMatchInlineSnapshot(`
    {
      "conflicts": 0,
      "decisions": 8877,
      "documents": 5854,
      "packages": 5854,
      "peersGivenUp": 0,
    }
  `)
})

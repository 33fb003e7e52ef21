/** What binding peers costs, in looks at the graph: it is done for every complete assignment, so it decides how fast large ones are. */
import type { PeerRequirement } from '@alkahest/core'
import { expect, test } from 'vitest'
import { analysePeers, pathOf } from '../src/peers.ts'
import type { PeerAnalysis } from '../src/peers.ts'

type World = {
  /** Dependent to what it depends on; `.` is the member. */
  readonly edges: Readonly<Record<string, readonly string[]>>
  readonly peers: (node: string) => readonly PeerRequirement[]
}

/** The analysis, and how often members were told from packages while it was made: at each step up, once. */
function analyse({ edges, peers }: World): { readonly analysis: PeerAnalysis<string>; readonly steps: () => number } {
  const nodes = [...new Set(['.', ...Object.keys(edges), ...Object.values(edges).flat()])]
  let steps = 0
  const analysis = analysePeers<string>({
    nodes,
    edges: (node) => (edges[node] ?? []).map((target) => [target, target] as const),
    peers,
    name: (node) => node,
    fallback: () => undefined,
    isMember: (node) => {
      steps++
      return node === '.'
    },
  })
  return { analysis, steps: () => steps }
}

const REACT: PeerRequirement = { name: 'react', range: '^18', optional: false }

/** `.` depends on react and p0, p0 on p1 and so on. */
function chain(length: number): World['edges'] {
  const edges: Record<string, readonly string[]> = { '.': ['react', 'p0'] }
  for (let index = 0; index + 1 < length; index++) edges[`p${index}`] = [`p${index + 1}`]
  return edges
}

const asking = (node: string): readonly PeerRequirement[] => (/^p\d/.test(node) ? [REACT] : [])

test('many who ask the same are one demand: steps grow with the graph and not with its square', () => {
  const few = analyse({ edges: chain(100), peers: asking })
  const many = analyse({ edges: chain(1000), peers: asking })
  expect(many.analysis.meetings).toEqual([{ peer: REACT, at: '.', provider: 'react' }])
  expect(many.steps() / few.steps()).toBeLessThan(11)
})

test('askers are told apart for the meetings that are wanted, each with its way', () => {
  const { analysis } = analyse({ edges: chain(3), peers: asking })
  const bindings = analysis.bindings(() => true)
  expect(bindings.map((binding) => [binding.need.asker, pathOf(binding)])).toEqual([
    ['p0', []],
    ['p1', ['p0']],
    ['p2', ['p0', 'p1']],
  ])
})

test('for meetings that are not wanted nothing is done', () => {
  const { analysis, steps } = analyse({ edges: chain(100), peers: asking })
  const before = steps()
  expect(analysis.bindings(() => false)).toEqual([])
  expect(steps()).toBe(before)
})

test('a subtree without peers needs nothing', () => {
  const { analysis } = analyse({ edges: chain(100), peers: () => [] })
  expect(analysis.needs.size).toBe(0)
})

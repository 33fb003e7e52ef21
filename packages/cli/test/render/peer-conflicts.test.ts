import { expect, test } from 'vitest'
import { renderPeerConflicts } from '../../src/render/peer-conflicts.ts'
import { plain } from '../../src/style.ts'

const conflict = (name: string, found: string | null, suggestions: readonly string[] = []) => ({
  package: `${name}@1.0.0`,
  peer: 'graphql',
  range: '^16',
  found,
  explanation: `Because ${name} wants graphql ^16.`,
  suggestions,
})

test('packages that get one wrong peer are one conflict, explained with what helps', () => {
  const conflicts = [conflict('a', 'graphql@17.0.0'), conflict('b', 'graphql@17.0.0', ['ask for graphql ^16'])]
  expect(renderPeerConflicts(conflicts, plain)).toEqual([
    `Peer conflict:
  Because b wants graphql ^16.
  a@1.0.0 gets graphql@17.0.0 as well, outside of what is wanted.
  hint: ask for graphql ^16
`,
  ])
})

test('of many packages five are named', () => {
  const conflicts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => conflict(name, null))
  expect(renderPeerConflicts(conflicts, plain)).toEqual([
    `Peer conflict:
  Because a wants graphql ^16.
  b@1.0.0, c@1.0.0, d@1.0.0, e@1.0.0, f@1.0.0 and 2 more packages get no graphql either.
`,
  ])
})

import { describe, expect, test } from 'vitest'
import { edge, failureOf, picksOf, picks, resolvedOf } from './world.ts'

describe('choosing', () => {
  test('the newest of the range, transitively', () => {
    expect(
      picksOf(`
      a 1.0.0: b ^1
      a 1.1.0: b ^1
      b 1.0.0
      b 1.5.0
      b 2.0.0
      root: a ^1
    `),
    ).toBe('a@1.1.0 b@1.5.0')
  })

  test('several versions side by side when the ranges exclude each other', () => {
    expect(
      picksOf(`
      a 1.0.0: c ^1
      b 1.0.0: c ^2
      c 1.0.0
      c 2.0.0
      root: a ^1, b ^1
    `),
    ).toBe('a@1.0.0 b@1.0.0 c@1.0.0 c@2.0.0')
  })

  test('one copy where one will do', () => {
    expect(
      picksOf(`
      a 1.0.0: c ^1.0.0
      b 1.0.0: c ~1.2.0
      c 1.2.0
      c 1.2.9
      c 1.5.0
      root: a ^1, b ^1
    `),
    ).toBe('a@1.0.0 b@1.0.0 c@1.2.9')
  })
})

describe('peers', () => {
  test('restrict the slot of their provider', () => {
    expect(
      picksOf(`
      dom 1.0.0: peer react ^17
      react 17.0.0
      react 18.0.0
      root: dom ^1, react >=17
    `),
    ).toBe('dom@1.0.0 react@17.0.0')
  })

  test('are added to the project when nothing provides them', () => {
    const { resolution } = resolvedOf(`
      dom 1.0.0: peer react ^17
      other 1.0.0: peer react >=16
      react 16.0.0
      react 17.1.0
      react 18.0.0
      root: dom ^1, other ^1
    `)
    expect(picks(resolution)).toBe('dom@1.0.0 other@1.0.0 react@17.1.0')
    expect(edge(resolution, '.', 'react')).toBe('react@17.1.0')
  })

  test('are given up rather than failing, with the reason', () => {
    const { resolution, peerConflicts } = resolvedOf(`
      dom 1.0.0: peer react ^17
      react 17.0.0
      react 18.0.0
      root: dom ^1, react ^18
    `)
    expect(picks(resolution)).toBe('dom@1.0.0 react@18.0.0')
    expect(resolution.peerConflicts).toEqual([
      {
        package: 'dom@1.0.0',
        peer: 'react',
        range: '^17',
        found: 'react@18.0.0',
        reason: 'package.json asks for react ^18, which is react 18.0.0',
      },
    ])
    expect(peerConflicts[0]?.explanation.lines).toEqual([
      'Because package.json asks for dom ^1 and react ^18, and dom 1.0.0 wants its peer react to be ^17, dom@1.0.0 gets react@18.0.0.',
    ])
  })
})

describe('failures', () => {
  test('a package that does not exist', () => {
    expect(failureOf(`root: nope ^1`)).toBe(
      'PACKAGE_NOT_FOUND\nBecause package.json asks for nope ^1, which is not in the registry, there is no resolution.',
    )
  })

  test('a range that nothing satisfies', () => {
    expect(
      failureOf(`
      a 1.0.0
      root: a ^2
    `),
    ).toBe(
      'VERSION_NOT_FOUND\nBecause package.json asks for a ^2, which no published version matches (the latest is 1.0.0), there is no resolution.\nTry: in package.json, ask for a ^1.0.0 instead of ^2',
    )
  })

  test('single mode explains', () => {
    expect(
      failureOf(
        `
      a 1.0.0: c ^1
      b 1.0.0: c ^2
      c 1.0.0
      c 2.0.0
      root: a ^1, b ^1
    `,
        { single: true },
      ),
    ).toBe(
      'RESOLUTION_FAILED\nBecause package.json asks for a ^1 and b ^1, a 1.0.0 depends on c ^1, and b 1.0.0 depends on c ^2, there is no resolution.',
    )
  })
})

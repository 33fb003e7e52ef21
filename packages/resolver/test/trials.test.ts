/** What ended is not solved again when something else is still lacking. */
import { expect, test } from 'vitest'
import { resolve, Trials } from '../src/index.ts'
import { inputOf, parseWorld, WorldSource } from './world.ts'

class CountedTrials extends Trials {
  readonly solved: string[] = []

  override once(...[key, work, solve]: Parameters<Trials['once']>): ReturnType<Trials['once']> {
    return super.once(key, work, () => {
      this.solved.push(key)
      return solve()
    })
  }
}

/** A conflict whose suggestion hangs on a chain that nothing else needs. */
const WORLD = `core 1.0.0: one ^1
core 2.0.0
plug 2.0.0: peer core ^1
one 1.0.0: two ^1
two 1.0.0: three ^1
three 1.0.0
root: plug ^2, core ^2`

test('while suggestions are tried and lack packages, neither the resolution nor other trials are repeated', () => {
  const world = parseWorld(WORLD)
  const source = new WorldSource(world)
  const trials = new CountedTrials()
  let outcome = resolve(inputOf(world), source, trials)
  while (outcome.kind === 'needs') {
    source.load(outcome.names)
    outcome = resolve(inputOf(world), source, trials)
  }
  if (outcome.kind !== 'resolved') throw new Error('it failed')
  expect(outcome.peerConflicts.map((one) => one.explanation.suggestions.map(({ text }) => text))).toEqual([
    ['in package.json, ask for core ^1.0.0 instead of ^2'],
  ])
  const lifted = JSON.stringify({ member: '.', alias: 'core', specifier: '*' })
  const firstLift = trials.solved.findIndex((key) => key !== '')
  expect(trials.solved.lastIndexOf('')).toBeLessThan(firstLift)
  expect(trials.solved.filter((key) => key === lifted).length).toBeGreaterThan(1)
  const others = trials.solved.slice(firstLift).filter((key) => key !== lifted)
  expect(others).toEqual([...new Set(others)])
})

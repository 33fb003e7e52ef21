import { expectErrorGolden } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { Engine } from '../src/engine.ts'
import type { Problem } from '../src/engine.ts'
import { isFull, setOf, valuesOf } from '../src/version-set.ts'
import { Work } from '../src/work.ts'

/** More pigeons than holes: impossible, and known to take many conflicts to prove by resolution. */
function pigeons(engine: Engine<string>, count: number, holes: number): Problem<string> {
  const absent = holes
  const ids = Array.from({ length: count }, () => engine.addVariable(holes + 1))
  const fact = (terms: { variable: number; set: ReturnType<typeof setOf> }[]) =>
    ({ terms, cause: { kind: 'fact', fact: 'pigeons' }, assumes: [] }) as const
  for (const [index, variable] of ids.entries()) {
    engine.add(fact([{ variable, set: setOf(holes + 1, [absent]) }]))
    for (const other of ids.slice(0, index)) {
      for (let hole = 0; hole < holes; hole++) {
        engine.add(fact([variable, other].map((id) => ({ variable: id, set: setOf(holes + 1, [hole]) }))))
      }
    }
  }
  return {
    choose: (undecided) => {
      const [variable] = undecided
      if (variable === undefined) return undefined
      return { variable, value: valuesOf(engine.possible(variable))[0] ?? 0 }
    },
    consequences: () => [],
    onConflict: () => true,
  }
}

test('as many holes as pigeons: each gets one', () => {
  const engine = new Engine<string>()
  expect(engine.run(pigeons(engine, 4, 4)).kind).toBe('solved')
})

test('one hole too few: a proof, and every fact in it was told', () => {
  const engine = new Engine<string>()
  const result = engine.run(pigeons(engine, 5, 4))
  expect(result.kind).toBe('failed')
  expect(result.kind === 'failed' && result.root.terms.filter(({ set }) => !isFull(set))).toEqual([])
  expect(engine.conflicts).toBeGreaterThan(3)
})

test('a world that is too hard ends where its work does', () => {
  const work = new Work(100)
  const engine = new Engine<string>(work)
  expect(engine.run(pigeons(engine, 8, 7)).kind).toBe('exhausted')
  expect(engine.conflicts).toBe(1)
  expectErrorGolden('RESOLUTION_LIMIT', work.limitError())
})

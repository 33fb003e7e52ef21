import { expect, test } from 'vitest'
import { jsonMistakeAt } from '../src/json-mistake.ts'

test.each([
  ['{"name": }', 9],
  ['{"a": 1 "b": 2}', 8],
  ['{"a": 1,}', 8],
  ['[1,]', 3],
  ['{"a" 1}', 5],
  ['{a: 1}', 1],
  ["{'a': 1}", 1],
  ['{"a": tru}', 6],
  ['{"a": 01}', 6],
  ['[1}', 2],
  ['{} x', 3],
  ['{"a": "line\nbreak"}', 6],
  ['// comment\n{}', 0],
])('%j goes wrong at %i', (text, offset) => {
  expect(jsonMistakeAt(text)).toBe(offset)
  expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
})

test.each(['{"a": [1, {"b": null}', '[', '{"a"'])('%j only ends too early', (text) => {
  expect(jsonMistakeAt(text)).toBeUndefined()
})

test('JSON has no mistake', () => {
  const text = ' {"a": [1, -2.5e+3, true, null, "\\u00e9\\n"], "b": {}, "c": []}\n'
  expect(jsonMistakeAt(text)).toBeUndefined()
  expect(JSON.parse(text)).toBeDefined()
})

import { expect, test } from 'vitest'
import { withExpectations } from '../../src/doctest/expectation.ts'

const rendered = (text: string): string =>
  withExpectations(text.split('\n').map((line, index) => ({ line: index + 1, text: line })))
    .map(({ text: line }) => line)
    .join('\n')

test.each([
  ['add(1, 2) // => 3', 'expect(await (add(1, 2))).toEqual(3);'],
  ['add(1, 2); // => 3', 'expect(await (add(1, 2))).toEqual(3);'],
  ['  add(1, 2) //=> { a: 1 }', '  expect(await (add(1, 2))).toEqual({ a: 1 });'],
  ['const x: number = 1 // => 1', 'const x: number = 1;expect(await (x)).toEqual(1);'],
  ['map() // => Map(1) { 1 => 2 }', 'expect(inspect(await (map()))).toBe("Map(1) { 1 => 2 }");'],
  ['parse("") // throws it is empty', 'await expect((async () => (parse("")))()).rejects.toThrow("it is empty");'],
  ['parse("") // throws it is ...', 'await expect((async () => (parse("")))()).rejects.toThrow("it is");'],
  ['parse("") // throws', 'await expect((async () => (parse("")))()).rejects.toThrow("");'],
  ['fetch("http://x") // => 1', 'expect(await (fetch("http://x"))).toEqual(1);'],
  ['plain() // a comment', 'plain() // a comment'],
])('%s', (code, expected) => {
  expect(rendered(code)).toBe(expected)
})

test('a statement of several lines keeps them', () => {
  expect(rendered('const list = [1]\nlist\n  .map((x) => x + 1)\n  .join() // => "2"')).toBe(
    'const list = [1]\nexpect(await (list\n  .map((x) => x + 1)\n  .join())).toEqual("2");',
  )
})

test('a promise on its own line speaks of the statement before', () => {
  expect(rendered('add(1, 2)\n// => 3')).toBe('expect(await (add(1, 2))).toEqual(3);\n')
})

test('a value may go on over comment lines', () => {
  expect(rendered('list() // => [\n//   1,\n//   2,\n// ]\nnext()')).toBe(
    'expect(await (list())).toEqual([ 1, 2, ]);\n\n\n\nnext()',
  )
})

test('imports become what may stand in a function', () => {
  expect(rendered('import { a as b, type T } from "x"')).toBe(
    'type T = import("x").T;const { a: b } = await import("x");',
  )
  expect(rendered("import all, { one } from 'x'")).toBe("const { default: all, one } = await import('x');")
  expect(rendered('import * as x from "x";')).toBe('const x = await import("x");')
  expect(rendered('import "x"')).toBe('await import("x");')
})

test('a promise with nothing in front fails when it runs', () => {
  expect(rendered('// => 3')).toBe(';throw new SyntaxError("nothing in front of this comment gives a value");')
})

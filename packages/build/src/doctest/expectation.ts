/**
 * What an example's comments promise, turned into checks on the same lines:
 * `add(1, 2) // => 3` is compared as values, `parse('') // throws empty` must throw a message that holds the text.
 */
import { stripTypeScriptTypes } from 'node:module'
import { Script } from 'node:vm'
import { asDynamicImport } from './dynamic-import.ts'
import type { ExampleLine } from './example.ts'

/** `code // => value` or `code // throws message`; the code may stand on lines before. */
const PROMISE = /^(.*?)\s*\/\/\s*(=>|throws\b)\s?(.*)$/

/** How many lines a statement may have that carries a promise. */
const STATEMENT_LINES_MAX = 200

/** The lines with checks in place of promises; as many as came in, each with the same number. */
export function withExpectations(lines: readonly ExampleLine[]): readonly ExampleLine[] {
  const result = lines.map((line) => ({ ...line, text: asDynamicImport(line.text) }))
  let boundary = 0
  for (let index = 0; index < result.length; index++) {
    const found = PROMISE.exec(result[index]?.text ?? '')
    if (found === null) continue
    const [, code = '', arrow = '', promise = ''] = found
    const { value, last } = arrow === '=>' ? wholeValue(promise, result, index) : { value: promise, last: index }
    for (let line = index + 1; line <= last; line++) blank(result, line)
    set(result, index, code)
    placeCheck(result, { from: boundary, to: index, isThrow: arrow === 'throws', value })
    boundary = last + 1
  }
  return result
}

type Check = { readonly from: number; readonly to: number; readonly isThrow: boolean; readonly value: string }

/** Finds the statement that ends at `to`: the fewest lines before it that parse as one expression or declaration. */
function placeCheck(lines: ExampleLine[], { from, to, isThrow, value }: Check): void {
  const end = to - blankLinesBefore(lines, to)
  for (let start = end; start >= Math.max(from, end - STATEMENT_LINES_MAX); start--) {
    const code = lines
      .slice(start, end + 1)
      .map(({ text }) => text)
      .join('\n')
    const declared = /^\s*(?:const|let|var)\s+([\w$]+)\s*(?::[^=]+)?=/.exec(code)?.[1]
    if (!isThrow && declared !== undefined && isCode(code)) {
      set(lines, end, `${lines[end]?.text ?? ''};${equality(declared, value)}`)
      return
    }
    const expression = code.replace(/;\s*$/, '')
    if (expression.trim() === '' || !isExpression(expression)) continue
    const [open, close] = isThrow
      ? [
          'await expect((async () => (',
          `))()).rejects.toThrow(${JSON.stringify(value.replace(/\.\.\.\s*$/, '').trim())});`,
        ]
      : [
          isExpression(value) ? 'expect(await (' : 'expect(inspect(await (',
          isExpression(value) ? `)).toEqual(${value});` : `))).toBe(${JSON.stringify(value.trim())});`,
        ]
    set(lines, end, `${(lines[end]?.text ?? '').replace(/;\s*$/, '')}${close}`)
    const first = lines[start]?.text ?? ''
    const indent = /^\s*/.exec(first)?.[0] ?? ''
    set(lines, start, indent + open + first.slice(indent.length))
    return
  }
  // Nothing before the promise is an expression: the example itself is wrong, which running it must show.
  set(
    lines,
    to,
    `${lines[to]?.text ?? ''};throw new SyntaxError(${JSON.stringify('nothing in front of this comment gives a value')});`,
  )
}

/** A promise may go on over comment lines that follow, until it is a whole value. */
function wholeValue(first: string, lines: readonly ExampleLine[], index: number): { value: string; last: number } {
  let value = first
  for (let last = index; ; last++) {
    if (isExpression(value)) return { value, last }
    const next = /^\s*\/\/(?!\s*(?:=>|throws\b)) ?(.*)$/.exec(lines[last + 1]?.text ?? '')?.[1]
    if (next === undefined) return { value: first, last: index }
    value = `${value} ${next.trim()}`
  }
}

function equality(name: string, value: string): string {
  return isExpression(value)
    ? `expect(await (${name})).toEqual(${value});`
    : `expect(inspect(await (${name}))).toBe(${JSON.stringify(value.trim())});`
}

function blankLinesBefore(lines: readonly ExampleLine[], to: number): number {
  let count = 0
  while (to - count > 0 && (lines[to - count]?.text ?? '').trim() === '') count++
  return count
}

function isExpression(code: string): boolean {
  return code.trim() !== '' && isCode(`(${code}\n)`)
}

/** Whether a text is TypeScript as the body of an async function. */
function isCode(code: string): boolean {
  try {
    return new Script(`(${stripTypeScriptTypes(`async () => {${code}\n}`)})`) instanceof Script
  } catch {
    return false // it does not parse: the answer, not a failure
  }
}

function set(lines: ExampleLine[], index: number, text: string): void {
  const line = lines[index]
  if (line !== undefined) lines[index] = { ...line, text }
}

function blank(lines: ExampleLine[], index: number): void {
  set(lines, index, '')
}

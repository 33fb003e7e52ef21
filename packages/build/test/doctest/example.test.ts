import { describe, expect, test } from 'vitest'
import { examplesOfMarkdown, examplesOfSource } from '../../src/doctest/example.ts'

const shown = (examples: ReturnType<typeof examplesOfSource>): string[] =>
  examples.map(
    ({ name, openLine, lines }) => `${openLine} ${name}: ${lines.map(({ line, text }) => `${line}|${text}`).join(' ')}`,
  )

describe('in TypeScript', () => {
  test('every example of an export, with its lines and columns', () => {
    const source = `/**
 * Adds.
 * @param a - one
 * @example
 * \`\`\`ts
 * add(1, 2) // => 3
 * \`\`\`
 * @example with nothing
 *   add(0, 0)
 */
export function add(a: number, b: number): number { return a + b }
`
    expect(shown(examplesOfSource(source))).toEqual([
      '5 add: 6|   add(1, 2) // => 3',
      '8 add: with nothing: 9|     add(0, 0)',
    ])
  })

  test('members of an exported class and of an object, and not the private ones', () => {
    const source = `export class Stack {
  /** @example
   * new Stack().size // => 0
   */
  get size() { return 0 }
  /** @example
   * 1 // => 1
   */
  private hidden() {}
}
`
    expect(shown(examplesOfSource(source))).toEqual(['2 Stack.size: 3|     new Stack().size // => 0'])
  })

  test('what nobody outside can reach, other languages and blocks marked otherwise are left alone', () => {
    const source = `/** @example
 * hidden() // => 1
 */
function hidden() {}
/**
 * @example
 * \`\`\`sh
 * npm test
 * \`\`\`
 * @example
 * \`\`\`ts no-test
 * boom()
 * \`\`\`
 */
export const shown = 1
`
    expect(shown(examplesOfSource(source))).toEqual([])
  })

  test('a comment inside a text is no comment', () => {
    const source =
      'export const template = `/**\n * @example\n * boom()\n */\nexport function x() {}\n`\nexport const s = "/** @example"\n'
    expect(examplesOfSource(source)).toEqual([])
  })

  test('the comment of the whole file may hold what the others build on', () => {
    const source = '/**\n * All.\n * @example\n * ```ts setup\n * const x = 1\n * ```\n */\nimport "node:fs"\n'
    expect(examplesOfSource(source)).toMatchObject([{ name: 'module', isSetUp: true, openLine: 4, closeLine: 6 }])
  })
})

describe('in Markdown', () => {
  test('marked blocks only, named by their heading', () => {
    const text =
      '# Title\n\n```ts\nno()\n```\n\n## Use\n\n```ts doctest\n1 + 1 // => 2\n```\n\n````md\n```ts doctest\nno()\n```\n````\n'
    expect(shown(examplesOfMarkdown(text))).toEqual(['9 Use: 10|1 + 1 // => 2'])
  })

  test('Windows line ends', () => {
    expect(shown(examplesOfMarkdown('```ts doctest\r\n1 // => 1\r\n```\r\n'))).toEqual(['1 start: 2|1 // => 1'])
  })
})

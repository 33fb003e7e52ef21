import { expect, test } from 'vitest'
import { linesOf } from '../src/lines-of.ts'

async function linesIn(chunks: readonly string[]): Promise<readonly string[]> {
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  const lines: string[] = []
  for await (const line of linesOf(body())) {
    let text = ''
    for await (const part of line) text += Buffer.from(part).toString('utf8')
    lines.push(text)
  }
  return lines
}

test.each<[readonly string[], readonly string[]]>([
  [['one\ntwo\n'], ['one', 'two']],
  [
    ['on', 'e\n', 'tw', 'o'],
    ['one', 'two'],
  ],
  [
    ['', '\n\none', '', '\n', '\n', '\ntwo\n\n'],
    ['one', 'two'],
  ],
  [[], []],
  [['\n'], []],
])('%j has the lines %j', async (chunks, lines) => {
  expect(await linesIn(chunks)).toEqual(lines)
})

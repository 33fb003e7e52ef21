import { userError } from '@alkahest/core'
import type { CommandDefinition } from '../command.ts'

export const doCommand: CommandDefinition = {
  operands: [{ notation: '[lines...]', meaning: 'command lines without alk, with + between them' }],
  manual: [
    'Runs one command line after another and stops at the first that fails. A task runs once, however many of them ask for it.',
    'Under --json every command prints its own document, and this one the last.',
  ],
  options: [],
  examples: [
    { line: 'alk do format --check + lint + test', meaning: 'three commands' },
    { line: 'alk do compile + task db.seed --rows 3', meaning: 'a command and a task' },
  ],
  runsProgram: true,
  run: async ({ operands, json, runLine }) => {
    const lines = splitAt(operands, '+')
    if (lines.some((line) => line.length === 0)) {
      throw userError('USAGE', 'a command line is missing beside +', { hint: 'write alk do compile + test' })
    }
    for (const line of lines) {
      const exitCode = await runLine(json ? ['--json', ...line] : line)
      if (exitCode !== 0) return { exitCode }
    }
    return { document: { lines: lines.map((line) => line.join(' ')) } }
  },
}

function splitAt(words: readonly string[], separator: string): readonly (readonly string[])[] {
  const lines: string[][] = [[]]
  for (const word of words) {
    if (word === separator) lines.push([])
    else lines.at(-1)?.push(word)
  }
  return lines
}

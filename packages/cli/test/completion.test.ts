import { expect, it } from 'vitest'
import { commandTable } from '../src/command-table.ts'
import { completions } from '../src/completion.ts'
import { alk } from './test-world.ts'

const words = {
  tasks: ['db.migrate', 'db.seed'],
  aliases: ['check'],
  scripts: ['start', 'build'],
  members: ['@acme/a', '@acme/b'],
}

it.each([
  ['compi', ['compile']],
  ['che', ['check']],
  ['help compi', ['compile']],
  ['task db.', ['db.migrate', 'db.seed']],
  ['run s', ['start']],
  ['run start --p', []],
  ['test --partition 1/2 --sta', ['--stale']],
  ['test --filter ', ['@acme/a', '@acme/b']],
  ['-C elsewhere new --template w', ['web', 'workspace']],
  ['new --template lib --js', ['--json']],
  ['nothing x', []],
])('alk %s', async (line, expected) => {
  expect(await completions(line.split(' '), { commands: commandTable, project: async () => words })).toEqual(expected)
})

it('a script for each shell, and words for both', async () => {
  expect((await alk(['completion', 'bash'])).stdout).toContain('complete -o default -F _alk alk\n')
  expect((await alk(['completion', 'zsh'])).stdout).toContain('compdef _alk alk\n')
  const operations = { completionWords: async () => words }
  expect((await alk(['completion', 'words', '--', 'task', 'db.m'], { operations })).stdout).toBe('db.migrate\n')
  expect(await alk(['completion', 'fish'])).toMatchObject({
    exitCode: 2,
    stderr: 'error USAGE there is no completion for "fish"\n\nhint: say bash or zsh\n',
  })
})

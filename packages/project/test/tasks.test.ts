import { expect, test } from 'vitest'
import { expandAliases, loadConfig, openTasks } from '../src/index.ts'
import type { Alias } from '../src/index.ts'
import { splitCommandLine } from '../src/alias.ts'
import { failure, folder } from './folder.ts'

test('tasks come from the configuration and from files, which are named by the way to them', async () => {
  const directory = await folder({
    'package.json': { type: 'module' },
    'alkahest.config.ts': 'export default { tasks: { hello: { description: "Says hello", run: () => "config" } } }',
    'tasks/hello.ts': 'throw new Error("never imported")',
    'tasks/db/migrate.ts':
      '/**\n * Moves the tables on.\n *\n * More.\n */\nexport default { run: () => "migrated" }\n',
    'tasks/seed.ts': 'export default { description: "Fills them", run: () => 1 }',
    'tasks/broken.ts': 'export default { run: 1 }',
    'tasks/seed.test.ts': '',
  })
  const tasks = openTasks(directory, await loadConfig(directory))
  expect(await tasks.list()).toEqual([
    { name: 'broken', source: 'tasks/broken.ts', summary: '' },
    { name: 'db.migrate', source: 'tasks/db/migrate.ts', summary: 'Moves the tables on.' },
    { name: 'hello', source: 'alkahest.config.ts', summary: 'Says hello' },
    { name: 'seed', source: 'tasks/seed.ts', summary: 'Fills them' },
  ])
  expect(await tasks.find('db.migrate')).toMatchObject({ description: 'Moves the tables on.\n\nMore.' })
  expect((await tasks.find('hello'))!.run({} as never)).toBe('config')
  expect(await tasks.find('absent')).toBeUndefined()
  expect(await failure(tasks.find('broken'))).toBe(
    'CONFIG_INVALID: alkahest.config.ts: the default export of tasks/broken.ts.run is not a function',
  )
})

const check: Record<string, Alias> = {
  check: ['format --check', 'lint', 'test'],
  test: ['compile', 'test --stale'],
  both: ['check', 'deep'],
  code: (args) => args,
  a: ['b'],
  b: ['a'],
}

test.each<[string[], string[]]>([
  [['lint'], ['lint']],
  [
    ['check', '--watch'],
    ['format --check', 'lint', 'compile', 'test --stale --watch'],
  ],
  [
    ['test', 'x'],
    ['compile', 'test --stale x'],
  ],
  [['toString'], ['toString']],
])('%j means %j', (argv, expected) => {
  const steps = expandAliases(check, argv)
  expect(steps.map((step) => (step.kind === 'command' ? step.argv.join(' ') : step.name))).toEqual(expected)
})

test('an alias may be code, and may not go round in a circle', () => {
  expect(expandAliases(check, ['code', '1'])).toMatchObject([{ kind: 'call', name: 'code', args: ['1'] }])
  expect(() => expandAliases(check, ['a'])).toThrow('the aliases a -> b -> a go round in a circle')
})

test('words are split as a shell does', () => {
  expect(splitCommandLine(`run "src/my file.ts" --name='a "b"' \\"x "say \\"hi\\""`)).toEqual([
    'run',
    'src/my file.ts',
    '--name=a "b"',
    '"x',
    'say "hi"',
  ])
})

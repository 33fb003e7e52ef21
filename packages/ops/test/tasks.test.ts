/** Tasks and aliases of a project and of its workspace, as a person calls them. */
import { expect, test, vi } from 'vitest'
import { completionWords, expandCommandLine, task, tasks } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

// Workers of the test runner cannot change their folder; the command can.
vi.spyOn(process, 'chdir').mockReturnValue()

const files = {
  'alkahest.config.ts': `
    import { writeFileSync } from 'node:fs'
    export default {
      envs: { test: { WHO: 'tests' } },
      aliases: { check: ['lint', 'task write'], lint: 'lint --fix', code: (args: readonly string[]) => { throw new Error('no ' + args) } },
      tasks: {
        write: {
          description: 'Writes who asks',
          environment: 'test',
          run: ({ directory, args, environment }: { directory: string; args: string[]; environment: string }) =>
            writeFileSync(directory + '/written', [environment, process.env.WHO, ...args].join(' ')),
        },
      },
    }`,
  'packages/a/package.json': { json: { name: 'a', version: '1.0.0', scripts: { start: 'true' } } },
  'packages/a/tasks/own.ts': '/** Only here. */\nexport default { run: () => undefined }\n',
}

async function project(): Promise<World> {
  return openWorld({ manifest: { type: 'module', workspaces: ['packages/*'] }, files })
}

test('a member has its own tasks and those of its workspace', async () => {
  await using world = await project()
  expect(await tasks(world.at('packages/a'))).toEqual({
    tasks: [
      { name: 'own', source: 'tasks/own.ts', summary: 'Only here.' },
      { name: 'write', source: 'alkahest.config.ts', summary: 'Writes who asks' },
    ],
    aliases: [
      { name: 'check', meaning: 'lint + task write' },
      { name: 'lint', meaning: 'lint --fix' },
      { name: 'code', meaning: 'code of alkahest.config.ts' },
    ],
  })
  expect(await completionWords(world.at('packages/a'))).toEqual({
    tasks: ['own', 'write'],
    aliases: ['check', 'lint', 'code'],
    scripts: ['start'],
    members: ['app', 'a'],
  })
})

test('a task runs where it stands, in the environment that it prefers, and its types reach the editor', async () => {
  await using world = await project()
  expect(await task(world.at('packages/a'), { name: 'write', args: ['now'] })).toEqual({ exitCode: 0 })
  expect(await world.read('written')).toBe('test tests now')
  expect(await world.read('alkahest-env.d.ts')).toContain('type AlkahestConfig = {')
  const { help } = await task(world.at(), { name: 'write', args: ['--help'] })
  expect(help).toContain('Usage: alk task write')
})

test('a task runs once in an invocation', async () => {
  await using world = await project()
  const taskRuns = new Map<string, Promise<unknown>>()
  await task(world.at('.', { taskRuns }), { name: 'write', args: ['first'] })
  await task(world.at('.', { taskRuns }), { name: 'write', args: ['second'] })
  expect(await world.read('written')).toBe('test tests first')
})

test('a task that is not there is told with those that are', async () => {
  await using world = await project()
  expect(await wordsOf(task(world.at(), { name: 'wriet', args: [] }))).toBe(
    'TASK_NOT_FOUND there is no task "wriet"\nhint: did you mean write? tasks: write',
  )
})

test('an alias means its lines; inside of itself its name means the command', async () => {
  await using world = await project()
  expect(await expandCommandLine(world.at('packages/a'), { argv: ['check', 'x'] })).toEqual([
    { kind: 'command', argv: ['lint', '--fix'] },
    { kind: 'command', argv: ['task', 'write', 'x'] },
  ])
  expect(await expandCommandLine(world.at(), { argv: ['test', 'x'] })).toEqual([
    { kind: 'command', argv: ['test', 'x'] },
  ])
  const [step] = await expandCommandLine(world.at(), { argv: ['code', 'paper'] })
  expect(await wordsOf(step?.kind === 'call' ? step.call() : Promise.resolve())).toBe(
    'TASK_FAILED the alias code failed: no paper',
  )
})

import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { loadConfig, openTasks } from '@alkahest/project'
import { runTask } from '../src/index.ts'
import { world } from './world.ts'

// Workers of the test runner cannot change their folder; the command can.
vi.spyOn(process, 'chdir').mockReturnValue()

const files = {
  'package.json': '{"type": "module"}',
  'alkahest.config.ts': `
    export const told: unknown[] = []
    const tell = (text: string) => ({ options, args, environment }: any) => { told.push([text, options, args, environment]) }
    export default { tasks: {
      first: tell('first'),
      second: { needs: ['first'], run: tell('second') },
      last: {
        description: 'Does the rest.\\n\\nAll of it.',
        needs: ['second', 'first'],
        options: {
          level: { type: 'string', short: 'l', choices: ['low', 'high'], default: 'low', description: 'How much' },
          times: { type: 'number', default: 1 },
          dry: { type: 'boolean', description: 'Only says' },
        },
        run: async (context: any) => { await context.task('first'); tell('last')(context) },
      },
      a: { needs: ['b'], run() {} },
      b: { needs: ['a'], run() {} },
      throws: () => { throw new Error('out of paper') },
      execs: (context: any) => context.exec('make', ['all']),
      reads: () => { if (process.env.npm_package_name !== 'x') throw new Error('no environment') },
    } }
  `,
}

async function project(exitCodes: number[] = []) {
  const there = await world({ name: 'x' }, { files, exitCodes })
  const config = await loadConfig(there.directory)
  const tasks = openTasks(there.directory, config)
  const { told } = (await import(join(there.directory, 'alkahest.config.ts'))) as { told: unknown[] }
  return {
    ...there,
    told,
    run: (name: string, ...args: string[]) => runTask(there.build, { tasks, name, args, environment: 'dev' }),
  }
}

test('what a task needs runs before it, each once', async () => {
  const { run, told } = await project()
  expect(await run('last', '-l', 'high', '--times', '3', '--dry', 'more')).toEqual({ exitCode: 0, help: undefined })
  expect(told).toEqual([
    ['first', {}, [], 'dev'],
    ['second', {}, [], 'dev'],
    ['last', { level: 'high', times: 3, dry: true }, ['more'], 'dev'],
  ])
})

test('help comes out of its own docs', async () => {
  const { run, told } = await project()
  expect((await run('last', '--help')).help).toBe(`Usage: alk task last [options] [args...]

Does the rest.

All of it.

  -l, --level <string>       How much (one of low, high) (default: low)
      --times <number>        (default: 1)
      --dry                  Only says

Runs before: second, first
`)
  expect(told).toEqual([])
})

test.each([
  [['lost'], 'TASK_NOT_FOUND', 'there is no task "lost"'],
  [['a'], 'TASK_CYCLE', 'the tasks a -> b -> a need each other'],
  [['throws'], 'TASK_FAILED', 'the task throws failed: out of paper'],
  [['execs'], 'TASK_FAILED', 'the task execs failed: make ended with 2'],
  [['last', '--speed'], 'TASK_USAGE_INVALID', "the task last was called wrongly: Unknown option '--speed'"],
  [
    ['last', '--times', 'x'],
    'TASK_USAGE_INVALID',
    'the task last was called wrongly: --times is "x", which is no number',
  ],
  [
    ['last', '--level', 'x'],
    'TASK_USAGE_INVALID',
    'the task last was called wrongly: --level is "x", which is not one of low, high',
  ],
])('%j', async ([name = '', ...args], code, message) => {
  const { run } = await project([2])
  await expect(run(name, ...args)).rejects.toMatchObject({ code, message })
})

test('a task sees the environment of scripts, and it is gone afterwards', async () => {
  const { run } = await project()
  expect(await run('reads')).toMatchObject({ exitCode: 0 })
  expect(process.env.npm_package_name).not.toBe('x')
})

/** Aliases and `alk do`: one line that means several. */
import { expect, it, vi } from 'vitest'
import { userError } from '@alkahest/core'
import type { Operations } from '../src/operations.ts'
import { alk } from './test-world.ts'

const ended = { exitCode: 0, skipped: false, diagnostics: [] }

it('alk do runs one line after another and stops at the first that fails', async () => {
  const compile = vi.fn<Operations['compile']>(async () => ended)
  const lint = vi.fn<Operations['lint']>(async () => ({ exitCode: 3 }))
  const run = await alk(['do', 'compile', '--force', '+', 'lint', '--fix', 'src', '+', 'compile'], {
    operations: { compile, lint },
  })
  expect(run.exitCode).toBe(3)
  expect(compile).toHaveBeenCalledExactlyOnceWith(expect.anything(), { force: true })
  expect(lint).toHaveBeenCalledExactlyOnceWith(expect.anything(), { fix: true, files: ['src'] })
})

it('alk do under --json prints a document for each line, and its own', async () => {
  const { stdout, exitCode } = await alk(['--json', 'do', 'compile', '+', 'compile'], {
    operations: { compile: async () => ended },
  })
  expect(exitCode).toBe(0)
  const documents = stdout.trim().split('\n')
  expect(documents).toHaveLength(3)
  expect(JSON.parse(documents[2]!)).toEqual({ ok: true, lines: ['compile', 'compile'] })
})

it('alk do refuses a line that is missing', async () => {
  const run = await alk(['do', 'compile', '+'])
  expect(run).toMatchObject({
    exitCode: 2,
    stderr: 'error USAGE a command line is missing beside +\n\nhint: write alk do compile + test\n',
  })
})

it('a task is told which tasks ran in this invocation', async () => {
  const runs: unknown[] = []
  const task: Operations['task'] = async (context) => {
    runs.push(context.taskRuns)
    return { exitCode: 0 }
  }
  await alk(['do', 'task', 'a', '+', 'task', 'b'], { operations: { task } })
  expect(runs).toEqual([new Map(), new Map()])
  expect(runs[0]).toBe(runs[1])
})

it('an alias stands for its lines, with the options before it', async () => {
  const expandCommandLine = vi.fn<Operations['expandCommandLine']>(async () => [
    { kind: 'command', argv: ['compile'] },
    { kind: 'command', argv: ['lint', '--fix'] },
  ])
  const compile = vi.fn<Operations['compile']>(async () => ended)
  const lint = vi.fn<Operations['lint']>(async () => ({ exitCode: 0 }))
  const run = await alk(['-C', '/elsewhere', '--json', 'check', '--fix'], {
    operations: { expandCommandLine, compile, lint },
  })
  expect(expandCommandLine.mock.calls[0]).toMatchObject([{ cwd: '/elsewhere' }, { argv: ['check', '--fix'] }])
  expect(lint.mock.calls[0]).toMatchObject([{ cwd: '/elsewhere' }, { fix: true }])
  expect(run.directories).toEqual(['/elsewhere'])
  expect(run.stdout.trim().split('\n')).toHaveLength(2)
})

it('an alias that is code runs, and what it throws is told', async () => {
  const failing = { kind: 'call', name: 'x', call: async () => Promise.reject(userError('TASK_FAILED', 'no')) } as const
  const run = await alk(['x'], { operations: { expandCommandLine: async () => [failing] } })
  expect(run).toMatchObject({ exitCode: 1, stderr: 'error TASK_FAILED no\n' })
})

it('a command keeps its meaning while the configuration cannot be loaded', async () => {
  const expandCommandLine = async () => Promise.reject(userError('CONFIG_INVALID', 'zod is not there'))
  const compile = vi.fn<Operations['compile']>(async () => ended)
  const run = await alk(['compile'], { operations: { expandCommandLine, compile } })
  expect(run).toMatchObject({ exitCode: 0, stderr: 'aliases are not looked at: zod is not there\n' })
  const unknown = await alk(['check'], { operations: { expandCommandLine } })
  expect(unknown).toMatchObject({ exitCode: 1, stderr: 'error CONFIG_INVALID zod is not there\n' })
})

it('alk help ends with what the project has of its own', async () => {
  const tasks = async () => ({
    tasks: [{ name: 'db.seed', source: 'tasks/db/seed.ts', summary: 'Fills the tables' }],
    aliases: [{ name: 'check', meaning: 'lint + test' }],
  })
  const { stdout } = await alk(['help'], { operations: { tasks } })
  expect(stdout).toContain(
    'Tasks of this project (alk task NAME):\n  db.seed  Fills the tables\n\nAliases of this project (alk NAME):\n  check  lint + test\n',
  )
  const missing = async () => Promise.reject(userError('PROJECT_NOT_FOUND', 'no package.json'))
  expect((await alk(['--help'], { operations: { tasks: missing } })).stdout).not.toContain('this project')
})

import { expect, it, vi } from 'vitest'
import { expectErrorGolden } from '@alkahest/test-support'
import type { Operations } from '../src/operations.ts'
import { alk } from './test-world.ts'

const plan = {
  directory: '/project',
  name: 'app',
  files: ['tsconfig.json'],
  kept: ['README.md'],
  fields: ['scripts.test'],
  written: false,
}

const initOf = () => vi.fn<Operations['init']>(async (_context, { dryRun = false }) => ({ ...plan, written: !dryRun }))

it('shows what it would add, asks, and adds it', async () => {
  const init = initOf()
  const run = await alk(['init'], { operations: { init }, isTerminal: true, answers: ['yes'], env: { NO_COLOR: '1' } })
  expect(run.questions).toEqual(['Add these?'])
  expect(run.stderr).toBe('Would add 1 file:\n  tsconfig.json\n\nWould add to package.json:\n  scripts.test\n')
  expect(run.stdout).toBe(
    'Added 1 file:\n  tsconfig.json\n\nAdded to package.json:\n  scripts.test\n\nNext: alk install\n',
  )
  expect(init.mock.calls.map(([, options]) => options)).toEqual([
    { template: 'lib', dryRun: true },
    { template: 'lib' },
  ])
})

it('writes nothing after a no, and without a terminal only after --yes', async () => {
  const init = initOf()
  const no = await alk(['init'], { operations: { init }, isTerminal: true, answers: ['no'] })
  expect(no).toMatchObject({ exitCode: 0, stdout: 'nothing was written\n' })
  const alone = await alk(['init'], { operations: { init } })
  expect(alone.exitCode).toBe(1)
  expectErrorGolden('CONFIRMATION_NEEDED', alone.stderr)
  expect(init.mock.calls.every(([, options]) => options.dryRun === true)).toBe(true)
  await alk(['init', '--yes', '--template', 'app'], { operations: { init } })
  expect(init.mock.lastCall?.[1]).toEqual({ template: 'app' })
})

it('has nothing to add twice', async () => {
  const init: Operations['init'] = async () => ({ ...plan, files: [], fields: [] })
  expect((await alk(['init'], { operations: { init } })).stdout).toBe('app has everything that a new project has\n')
})

const choices = { templates: [{ name: 'lib', summary: 'a library' }], name: '@acme/shop' }
const newProjectOf = () =>
  vi.fn<Operations['newProject']>(async (_context, { directory, name = directory }) => ({ directory, name, files: [] }))

it('new asks for what is not said when no folder is, and nothing else', async () => {
  const newProject = newProjectOf()
  const operations = { newProject, newProjectChoices: async () => choices }
  const run = await alk(['new'], { operations, isTerminal: true, answers: ['shop', 'app', '@acme/shop'] })
  expect(run.questions).toEqual(['Which folder shall it be in?', 'What shall it be?', "What is the package's name?"])
  expect(run.stdout).toContain('Next:\n  cd shop\n')
  const some = await alk(['new', '-t', './mine', '--name', 'x'], { operations, isTerminal: true, answers: ['there'] })
  expect(some.questions).toEqual(['Which folder shall it be in?'])
  expect((await alk(['new', 'dir'], { operations, isTerminal: true })).questions).toEqual([])
  expect(newProject.mock.calls.map(([, options]) => options)).toEqual([
    { directory: 'shop', template: 'app', name: '@acme/shop' },
    { directory: 'there', template: './mine', name: 'x' },
    { directory: 'dir', template: 'lib' },
  ])
})

it('new without a folder is wrong usage where nobody can be asked, and an answer that is refused ends it', async () => {
  for (const options of [{}, { isTerminal: true, env: { CI: 'true', NO_COLOR: '1' } }]) {
    const run = await alk(['new'], options)
    expect(run).toMatchObject({ exitCode: 2, stderr: 'error USAGE which folder?\n\nhint: write alk new DIR\n' })
  }
  expect(await alk(['new'], { isTerminal: true, answers: [], env: { NO_COLOR: '1' } })).toMatchObject({
    exitCode: 130,
    stderr: expect.stringContaining('error INTERRUPTED'),
  })
})

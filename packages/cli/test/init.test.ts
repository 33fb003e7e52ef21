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

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadWorkspace } from '@alkahest/project'
import { openBuild, planRun, planTurbo, runMembers, usesTurbo } from '../src/index.ts'
import type { RunProgram } from '../src/index.ts'
import { commands, world } from './world.ts'

const files = {
  'package.json': '{"name": "root", "workspaces": ["*"]}',
  'a/package.json': '{"name": "a", "version": "1.0.0", "scripts": {"build": "a"}}',
  'b/package.json': '{"name": "b", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}, "scripts": {"build": "b"}}',
  'c/package.json': '{"name": "c", "version": "1.0.0", "scripts": {"build": "c"}}',
  'd/package.json': '{"name": "d", "version": "1.0.0", "dependencies": {"b": "^1.0.0"}, "scripts": {"build": "d"}}',
  'e/package.json': '{"name": "e", "version": "1.0.0"}',
}

/** Every script prints its name when it starts; `ends` says when and how, by name. */
async function run(options: { fails?: string; ordered?: boolean; concurrency?: number } = {}) {
  const { directory, build } = await world({}, { files })
  const workspace = await loadWorkspace(directory)
  const started: string[] = []
  let most = 0
  let now = 0
  const runProgram: RunProgram = async (plan, { onOutput }) => {
    const name = plan.args.at(-1)!
    started.push(name)
    most = Math.max(most, ++now)
    onOutput?.(Buffer.from(`${name}!`))
    await new Promise((resolve) => setImmediate(resolve))
    now--
    return name === options.fails ? 3 : 0
  }
  const report = await runMembers({
    workspace,
    members: workspace.members,
    buildOf: (member) => openBuild({ ...build, directory: member.directory, manifest: member.manifest, runProgram }),
    plansOf: (of) => ('build' in of.manifest.scripts ? planRun(of, { target: 'build', args: [] }) : []),
    ...options,
  })
  return { report, started, most }
}

test('members run behind what they need, others beside them, each with its output in one piece', async () => {
  const { report, started } = await run({ concurrency: 2 })
  expect(started.indexOf('a')).toBeLessThan(started.indexOf('b'))
  expect(started.indexOf('b')).toBeLessThan(started.indexOf('d'))
  expect(report.exitCode).toBe(0)
  expect(report.outcomes.map(({ path, output }) => `${path} ${output}`).sort()).toEqual([
    'a a!',
    'b b!',
    'c c!',
    'd d!',
  ])
})

test('never more at once than asked', async () => {
  expect((await run({ concurrency: 1 })).most).toBe(1)
  expect((await run({ concurrency: 4, ordered: false })).most).toBe(4)
})

test('what needs a member that failed is not started; others are', async () => {
  const { report, started } = await run({ fails: 'a', concurrency: 1 })
  expect(started).toEqual(['a', 'c'])
  expect(report.exitCode).toBe(3)
  expect(report.outcomes.map(({ path, exitCode }) => [path, exitCode])).toEqual([
    ['a', 3],
    ['b', undefined],
    ['c', 0],
    ['d', undefined],
  ])
})

test('it ends also when nothing is left but what cannot start', async () => {
  const { report } = await run({ fails: 'c', concurrency: 4 })
  expect(report.exitCode).toBe(3)
  const { report: chain } = await run({ fails: 'b', concurrency: 1 })
  expect(chain.outcomes.at(-1)).toEqual({ path: 'd', exitCode: undefined, output: '' })
})

test('a program that cannot be started is thrown once the others have ended', async () => {
  const { directory, build } = await world({}, { files })
  const workspace = await loadWorkspace(directory)
  const broken = runMembers({
    workspace,
    members: workspace.members,
    buildOf: (member) =>
      openBuild({
        ...build,
        directory: member.directory,
        manifest: member.manifest,
        runProgram: () => Promise.reject(new Error('no sh')),
      }),
    plansOf: (of) => ('build' in of.manifest.scripts ? planRun(of, { target: 'build', args: [] }) : []),
  })
  await expect(broken).rejects.toThrow('no sh')
})

test('a turbo.json means turbo', async () => {
  const there = await world({ name: 'x' }, { tools: ['turbo'], files: { 'turbo.json': '{}' } })
  expect(usesTurbo(there.build)).toBe(true)
  expect(usesTurbo((await world({})).build)).toBe(false)
  const plan = planTurbo(there.build, { script: 'build', args: ['--x'], filters: ['web...', '[main]'] })
  there.ran.push(plan)
  expect(commands(there)).toEqual(['./node_modules/.bin/turbo run build --filter=web... --filter=[main] -- --x'])
  expect(plan.env.TURBO_TELEMETRY_DISABLED).toBe('1')
  expect(plan.cwd).toBe(join(there.directory))
})

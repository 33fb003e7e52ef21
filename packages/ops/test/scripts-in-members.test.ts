/** `--filter`: scripts and programs in members of a workspace, in the order in which they need each other. */
import { expect, test } from 'vitest'
import { exec, run } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const member = (name: string, fields: object = {}) => ({
  json: { name, version: '1.0.0', scripts: { build: `echo built ${name}` }, ...fields },
})

async function workspace(changes: Readonly<Record<string, object>> = {}): Promise<World> {
  return openWorld({
    manifest: { workspaces: ['packages/*'], private: true },
    files: {
      'packages/a/package.json': member('@acme/a', { dependencies: { '@acme/b': '^1.0.0' }, ...changes.a }),
      'packages/b/package.json': member('@acme/b', changes.b),
      'packages/c/package.json': member('@acme/c', { scripts: {} }),
    },
  })
}

const outputs = ({ events }: World) => events.filter(({ kind }) => kind === 'output')

test('a script runs in what a member needs first, and each output comes in one piece', async () => {
  await using world = await workspace()
  const report = await run(world.at('packages/c'), { target: 'build', args: ['now'], filters: ['a...'] })
  expect(report).toEqual({
    exitCode: 0,
    members: [
      { path: 'packages/b', exitCode: 0 },
      { path: 'packages/a', exitCode: 0 },
    ],
  })
  expect(outputs(world)).toEqual([
    { kind: 'output', of: 'packages/b', exitCode: 0, text: 'built @acme/b now\n' },
    { kind: 'output', of: 'packages/a', exitCode: 0, text: 'built @acme/a now\n' },
  ])
})

test('what needs a member that failed is not started, and the exit code is that of the failure', async () => {
  await using world = await workspace({ b: { scripts: { build: 'exit 3' } } })
  const report = await run(world.at(), { target: 'build', args: [], filters: ['./packages/*'] })
  expect(report).toEqual({
    exitCode: 3,
    members: [
      { path: 'packages/b', exitCode: 3 },
      { path: 'packages/a', exitCode: null },
    ],
  })
})

test('a program runs in the folder of each member, with the environment of each', async () => {
  await using world = await workspace()
  await world.tree.write({ 'project/packages/b/.env': 'WHO=b\n' })
  await exec(world.at(), { command: 'sh', args: ['-c', 'echo ${PWD##*/} $WHO $ALK_ENV'], filters: ['@acme/*', '!a'] })
  const texts = new Set(outputs(world).map((event) => event.kind === 'output' && event.text))
  expect(texts).toEqual(new Set(['b b dev\n', 'c dev\n']))
})

test('a filter that chooses nobody, or nobody with the script, is a mistake', async () => {
  await using world = await workspace()
  expect(await wordsOf(run(world.at(), { target: 'build', args: [], filters: ['x'] }))).toBe(
    'FILTER_MATCHES_NOTHING --filter x matches no member of the workspace\nhint: members: app, @acme/a, @acme/b, @acme/c',
  )
  expect(await wordsOf(run(world.at(), { target: 'build', args: [], filters: ['c'] }))).toBe(
    'SCRIPT_NOT_FOUND no member that --filter chose has a script "build"\nhint: a member takes part when its package.json has the script',
  )
})

test('turbo runs scripts where there is a turbo.json', async () => {
  await using world = await workspace()
  await world.tree.write({
    'project/turbo.json': '{}',
    'project/node_modules/.bin/turbo': { executable: '#!/bin/sh\necho "$@" > asked\n' },
  })
  expect(await run(world.at('packages/a'), { target: 'build', args: ['x'], filters: ['a...'] })).toEqual({
    exitCode: 0,
  })
  expect(await world.read('asked')).toBe('run build --filter=@acme/a --filter=@acme/b -- x\n')
})

/** What the operations that run tools add to `build`: the project they mean and the environment they pass on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { exec, install, run } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: 'tool 1.0.0: bin:tool' })
})
afterAll(() => registry.close())

describe('run', () => {
  it('runs a script of the nearest package, with the tools of member and root, and returns its code', async () => {
    await using world = await openWorld({
      registry,
      manifest: { workspaces: ['lib'], devDependencies: { tool: '*' } },
      files: {
        'lib/package.json': {
          json: { name: 'lib', scripts: { which: 'tool > out.txt && pwd >> out.txt', fail: 'exit 7' } },
        },
        'lib/src/x.ts': '',
      },
    })
    await install(world.at(), {})
    expect(await run(world.at('lib/src'), { target: 'which', args: [] })).toEqual({ exitCode: 0 })
    expect(await world.read('lib/out.txt')).toMatch(/^tool@1\.0\.0 tool\n.*\/project\/lib\n$/)
    expect(await run(world.at('lib'), { target: 'fail', args: [] })).toEqual({ exitCode: 7 })
  })

  it('tells scripts what npm would tell them', async () => {
    const scripts = { show: 'echo "$npm_package_name $npm_lifecycle_event $npm_config_user_agent" > out.txt' }
    await using world = await openWorld({ registry, manifest: { scripts } })
    await run(world.at(), { target: 'show', args: [] })
    expect(await world.read('out.txt')).toMatch(/^app show alkahest\/\d+\.\d+\.\d+ /)
  })

  it('needs a project', async () => {
    await using world = await openWorld({ registry })
    expect(await wordsOf(run(world.at('..'), { target: 'x', args: [] }))).toMatch(/^PROJECT_NOT_FOUND /)
  })
})

it('exec runs a program and returns its code', async () => {
  await using world = await openWorld({ registry })
  expect(await exec(world.at(), { command: 'node', args: ['-e', 'process.exit(5)'] })).toEqual({ exitCode: 5 })
  expect(await wordsOf(exec(world.at(), { command: 'nod', args: [] }))).toMatch(/^PROGRAM_NOT_STARTED nod /)
})

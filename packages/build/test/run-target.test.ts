import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planRun, runLifecycle, runTarget, scriptEnvironment } from '../src/index.ts'
import { commands, failureOf, world } from './world.ts'

test('a script runs between its pre and post, and only it gets the arguments', async () => {
  const there = await world({ scripts: { prebuild: 'a', build: 'b', postbuild: 'c' } })
  expect(await runTarget(there.build, { target: 'build', args: ['x', "it's", '$HOME', '--a=b'] })).toEqual({
    exitCode: 0,
  })
  expect(commands(there)).toEqual([`/bin/sh -c a`, `/bin/sh -c b x 'it'\\''s' '$HOME' --a=b`, '/bin/sh -c c'])
  expect(there.ran.map((plan) => [plan.env.npm_lifecycle_event, plan.env.npm_lifecycle_script])).toEqual([
    ['prebuild', 'a'],
    ['build', 'b'],
    ['postbuild', 'c'],
  ])
})

test('what fails stops what follows', async () => {
  const there = await world({ scripts: { prebuild: 'a', build: 'b', postbuild: 'c' } }, { exitCodes: [0, 7] })
  expect(await runTarget(there.build, { target: 'build', args: [] })).toEqual({ exitCode: 7 })
  expect(there.ran).toHaveLength(2)
})

test('a file runs by Node, found from where the command was typed, in the package folder', async () => {
  const there = await world({ scripts: { other: 'x' } }, { files: { 'src/main.ts': '' } })
  const build = { ...there.build, invokedFrom: join(there.directory, 'src') }
  await runTarget(build, { target: 'main.ts', args: ['--port', '1'] })
  expect(commands(there)).toEqual(['node ./src/main.ts --port 1'])
  expect(there.ran[0]!.cwd).toBe(there.directory)
  expect(there.ran[0]!.env.npm_lifecycle_event).toBeUndefined()
})

test('neither a script nor a file', async () => {
  const there = await world({ scripts: { build: 'b', test: 't' } })
  expect(failureOf(() => planRun(there.build, { target: 'biuld', args: [] }))).toBe(
    'SCRIPT_NOT_FOUND: "biuld" is neither a script of package.json nor a file (did you mean build? scripts: build, test)',
  )
  expect(failureOf(() => planRun(there.build, { target: 'src', args: [] }))).toBe(
    'SCRIPT_NOT_FOUND: "src" is neither a script of package.json nor a file (scripts: build, test)',
  )
  expect(failureOf(() => planRun(there.build, { target: 'toString', args: [] }))).toContain('SCRIPT_NOT_FOUND')
  const bare = await world({})
  expect(failureOf(() => planRun(bare.build, { target: 'x', args: [] }))).toContain('(package.json has no scripts)')
})

test('a script of the life cycle that is not there is nothing to do', async () => {
  const there = await world({ scripts: { prepack: 'tsc -b' } })
  expect(await runLifecycle(there.build, 'prepack')).toEqual({ exitCode: 0 })
  expect(await runLifecycle(there.build, 'postpack')).toEqual({ exitCode: 0 })
  expect(commands(there)).toEqual(['/bin/sh -c tsc -b'])
})

test("npm's environment", async () => {
  const there = await world(
    {
      name: '@s/x',
      version: '1.2.3',
      config: { port: 8080, deep: { 'a-b': 'c' } },
      bin: { x: 'cli.js' },
      engines: { node: '>=24' },
    },
    { build: { entry: '/alk.js', userAgent: 'alkahest/1', invokedFrom: '/typed/here' } },
  )
  const env = scriptEnvironment(there.build, { name: 'test', script: 'vitest' })
  expect(env).toMatchObject({
    HOME: '/home/someone',
    INIT_CWD: '/typed/here',
    NODE: process.execPath,
    npm_command: 'run-script',
    npm_config_user_agent: 'alkahest/1',
    npm_execpath: '/alk.js',
    npm_lifecycle_event: 'test',
    npm_lifecycle_script: 'vitest',
    npm_node_execpath: process.execPath,
    npm_package_bin_x: 'cli.js',
    npm_package_config_deep_a_b: 'c',
    npm_package_config_port: '8080',
    npm_package_engines_node: '>=24',
    npm_package_json: join(there.directory, 'package.json'),
    npm_package_name: '@s/x',
    npm_package_version: '1.2.3',
  })
  const path = env.PATH!.split(':')
  expect(path[0]).toBe(join(there.directory, 'node_modules/.bin'))
  expect(path.slice(-3)).toEqual([join(process.execPath, '..'), '/usr/bin', '/bin'])
})

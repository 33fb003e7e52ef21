/** What the operations that run tools add to `build`: the project they mean and the environment they pass on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectErrorGolden, startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { exec, install, run } from '../src/index.ts'
import { errorOf, openWorld, wordsOf } from './world.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: 'tool 1.0.0: bin:tool below ^1.0.0\nbelow 1.0.0' })
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

describe('an import that package.json does not name', () => {
  const files = {
    'src/main.mjs':
      "// import 'in-a-comment'\nimport { join } from 'node:path'\nimport tool from 'tool'\nimport './other.mjs'\nconsole.log(tool, join)\n",
    'src/other.mjs': "import theirs from 'below/file.js'\n",
    'test/main.test.mjs': "import more from '@scope/more'\n",
  }
  const scripts = { start: 'node src/main.mjs', fine: 'true', break: 'exit 9' }
  const manifest = { scripts, dependencies: { tool: '*' } }

  it('is told after the program failed over it, with the command that adds it and the exit code of the program', async () => {
    await using world = await openWorld({ registry, manifest, files })
    await install(world.at(), {})
    const error = await errorOf(run(world.at(), { target: 'start', args: [] }))
    expectErrorGolden('IMPORT_UNDECLARED', error)
    expect(error.details).toEqual({
      exitCode: 1,
      imports: [
        { name: 'below', file: 'src/other.mjs', line: 1 },
        { name: '@scope/more', file: 'test/main.test.mjs', line: 1 },
      ],
    })
    expect((await errorOf(run(world.at(), { target: 'break', args: [] }))).details).toMatchObject({ exitCode: 9 })
    expect(await run(world.at(), { target: 'fine', args: [] })).toEqual({ exitCode: 0 })
  })

  it('in tests alone is to be added for development; in a member its own package.json counts', async () => {
    await using world = await openWorld({
      registry,
      manifest: { workspaces: ['lib'], devDependencies: { tool: '*' } },
      files: {
        'lib/package.json': { json: { name: 'lib', scripts: { start: 'exit 4' } } },
        'lib/test/x.test.ts': "import 'tool'\nexport * from 'below'\n",
      },
    })
    await install(world.at(), {})
    expect(await wordsOf(run(world.at(), { target: 'start', args: [], filters: ['lib'] }))).toBe(
      'IMPORT_UNDECLARED test/x.test.ts:2 imports below, which the package.json of lib does not name\nhint: `alk add -D below`',
    )
  })
})

/** A person's session: the commands one after another as processes, and the mistakes that people make with them. */
import { expectErrorGolden } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonDocuments } from '../../packages/cli/src/json-shapes.ts'
import { shapeMistakes } from '../../packages/cli/test/reference/shape-mistakes.ts'
import { openCliWorld } from './cli-world.ts'
import type { CliWorld, Ended } from './cli-world.ts'

let world: CliWorld

beforeAll(async () => {
  world = await openCliWorld()
  await world.publish('base', '1.0.0', { bin: { base: './index.js' } })
  await world.publish('base', '1.1.0', { bin: { base: './index.js' } })
  await world.publish('tool', '1.0.0', { dependencies: { base: '^1.0.0' } })
})
afterAll(async () => world.close())

describe('--json', () => {
  /** What each command prints is of the shape that json-shapes.ts and docs/reference/json.md promise. */
  function mistakes(title: string, { stdout }: Ended): readonly string[] {
    const { shape } = jsonDocuments.find((document) => document.title === title)!
    return shapeMistakes(JSON.parse(stdout), shape)
  }

  it('is of the promised shape for every command', async () => {
    const folder = world.newProject('shapes', {
      name: 'shapes',
      version: '1.0.0',
      scripts: { hi: 'echo hi' },
      dependencies: { tool: '^1.0.0', base: '1.0.0' },
    })
    const at = { cwd: folder }
    const runs: readonly (readonly [title: string, args: readonly string[]])[] = [
      ['Install', ['install']],
      ['Install', ['install']],
      ['Install', ['add', 'base@1.1.0']],
      ['Install', ['update', '--dry-run']],
      ['Install', ['remove', 'base']],
      ['Tree', ['tree']],
      ['Why', ['why', 'base']],
      ['Why not', ['why', '--not', 'base@1.0.0']],
      ['Outdated', ['outdated']],
      ['Install', ['dedupe']],
      ['Peers', ['peers']],
      ['Lock', ['lock', '--for', '.']],
      ['Failure', ['import']],
      ['Program', ['exec', 'node', '--version']],
      ['Pack', ['pack']],
      ['New project', ['new', 'made', '--template', 'lib']],
      ['Identity', ['login', '--username', 'shaper', '--password-stdin']],
      ['Identity', ['whoami']],
      ['Publish', ['publish', '--dry-run']],
      ['Identity', ['logout']],
      ['Version', ['--version']],
      ['Help', ['help', 'install']],
      ['Failure', ['why', 'nothing-of-that-name']],
      ['Failure', ['instal']],
    ]
    for (const [title, args] of runs) {
      const ended = await world.alk(['--json', ...args], { ...at, input: 'a long password\n' })
      expect({ args, mistakes: mistakes(title, ended), exitCode: ended.exitCode }).toEqual({
        args,
        mistakes: [],
        exitCode: title === 'Failure' ? (args[0] === 'instal' ? 2 : 1) : 0,
      })
    }
  })

  it('is two lines for run, and what the script prints is on stderr', async () => {
    const folder = world.newProject('running', {
      name: 'running',
      version: '1.0.0',
      scripts: { hi: 'echo hi && exit 3' },
    })
    const { exitCode, stdout, stderr } = await world.alk(['run', '--json', 'hi'], { cwd: folder })
    const [first, last] = stdout.trim().split('\n')
    expect(JSON.parse(first!)).toEqual({ ok: true, event: 'started', target: 'hi' })
    expect(JSON.parse(last!)).toMatchObject({ ok: false, error: { code: 'PROGRAM_FAILED', details: { exitCode: 3 } } })
    expect({ exitCode, hi: stderr.includes('hi') }).toEqual({ exitCode: 3, hi: true })
  })
})

describe('mistakes', () => {
  it.each([
    ['install without a project', ['install'], 'PROJECT_NOT_FOUND', 1],
    ['tree without a project', ['tree'], 'PROJECT_NOT_FOUND', 1],
    ['run without a project', ['run', 'build'], 'PROJECT_NOT_FOUND', 1],
    ['publish without a project', ['publish'], 'PROJECT_NOT_FOUND', 1],
    ['a date that is none', ['install', '--before', 'yesterday'], 'DATE_INVALID', 2],
    ['a folder that does not exist', ['-C', 'nowhere', 'install'], 'USAGE', 2],
  ] as const)('%s', async (...[name, args, code, exitCode]) => {
    const folder = name.includes('without') ? world.newProject('empty', {}) : world.newProject('full', { name: 'full' })
    const cwd = name.includes('without') ? emptied(folder) : folder
    const ended = await world.alk(args, { cwd })
    expect(ended).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(new RegExp(`^error ${code} `)) })
  })

  function emptied(folder: string): string {
    world.remove('empty/package.json')
    return folder
  }

  it.each([
    ['a script that does not exist', ['run', 'biuld'], 'SCRIPT_NOT_FOUND', 'build'],
    ['--frozen without a lockfile', ['install', '--frozen'], 'LOCKFILE_MISSING', ''],
    ['a package that was never asked for', ['remove', 'zod'], 'DEPENDENCY_NOT_FOUND', ''],
    ['publishing without a login', ['publish'], 'NOT_LOGGED_IN', 'alk login'],
    ['offline without the package', ['add', 'base', '--offline'], 'OFFLINE_MISSING', ''],
  ] as const)('%s', async (...[, args, code, mentioned]) => {
    const cwd = world.newProject('mistaken', { name: 'mistaken', version: '1.0.0', scripts: { build: 'true' } })
    const ended = await world.alk(args, { cwd, env: { ALKAHEST_HOME: `${world.directory}/fresh-home` } })
    expect(ended).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`^error ${code} `)),
    })
    expect(ended.stderr).toContain(mentioned)
  })

  it('a release of what does not compile', async () => {
    const cwd = world.newProject('broken', { name: 'broken', version: '1.0.0', main: 'dist/main.js' })
    expect(await world.alk(['install'], { cwd })).toMatchObject({ exitCode: 0 })
    world.write('broken/tsconfig.json', '{}')
    world.write(
      'broken/node_modules/.bin/tsc',
      '#!/bin/sh\necho "src/main.ts(1,7): error TS2322: Type no is not yes."\nexit 2\n',
      { executable: true },
    )
    const ended = await world.alk(['release', '--json'], { cwd })
    const { error } = JSON.parse(ended.stdout) as {
      readonly error: { readonly code: string; readonly message: string }
    }
    expectErrorGolden('COMPILE_FAILED', `error ${error.code} ${error.message}\n`)
    expect({ exitCode: ended.exitCode, isSaid: ended.stderr.includes('TS2322') }).toEqual({ exitCode: 1, isSaid: true })
  })

  it('a folder that holds something is not made into a project', async () => {
    world.newProject('taken', { name: 'taken' })
    const before = world.read('taken/package.json')
    const ended = await world.alk(['new', 'taken'], { cwd: world.directory })
    expect(ended).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^error DIRECTORY_NOT_EMPTY /) })
    expect(world.read('taken/package.json')).toBe(before)
  })
})

describe('in CI', () => {
  it('a lockfile that is present is not changed, and --no-frozen undoes that', async () => {
    const cwd = world.newProject('ci', { name: 'ci', version: '1.0.0', dependencies: { base: '1.0.0' } })
    expect(await world.alk(['install'], { cwd, env: { CI: 'true' } })).toMatchObject({ exitCode: 0 })
    world.write('ci/package.json', '{ "name": "ci", "version": "1.0.0", "dependencies": { "base": "1.1.0" } }\n')
    const refused = await world.alk(['install'], { cwd, env: { CI: 'true' } })
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^error LOCKFILE_OUTDATED /) })
    expect(await world.alk(['install', '--no-frozen'], { cwd, env: { CI: 'true' } })).toMatchObject({ exitCode: 0 })
  })
})

describe('Ctrl-C', () => {
  it('ends an install with 130, and the next install works', async () => {
    const cwd = world.newProject('interrupted', {
      name: 'interrupted',
      version: '1.0.0',
      dependencies: { tool: '1.0.0' },
    })
    world.proxy.setFault(/\.tgz$/, { kind: 'hang' })
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    world.proxy.onRequest(({ url }) => {
      if (url?.endsWith('.tgz') === true) resolve()
    })
    const { child, ended } = world.start(['install'], {
      cwd,
      env: { npm_config_fetch_timeout: '60000', ALKAHEST_HOME: `${world.directory}/interrupted-home` },
    })
    await Promise.race([asked, ended])
    child.kill('SIGINT')
    expect(await ended).toMatchObject({
      exitCode: 130,
      stdout: '',
      stderr: 'error INTERRUPTED interrupted before it was done\n',
    })
    world.proxy.setFault(/\.tgz$/, undefined)
    world.proxy.onRequest(undefined)
    expect(world.exists('interrupted/alkahest.lock')).toBe(false)
    expect(await world.alk(['install'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('reaches the program that run started, whose exit code is ours', async () => {
    const cwd = world.newProject('patient', { name: 'patient', version: '1.0.0' })
    world.write(
      'patient/wait.mjs',
      "process.on('SIGINT', () => process.exit(7))\nconsole.log('waiting')\nsetInterval(() => {}, 1000)\n",
    )
    const { child, ended } = world.start(['run', 'wait.mjs'], { cwd })
    const { promise: waiting, resolve } = Promise.withResolvers<void>()
    child.stdout?.on('data', () => resolve())
    await Promise.race([waiting, ended])
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ exitCode: 7 })
  })
})

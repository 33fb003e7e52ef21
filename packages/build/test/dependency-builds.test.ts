/** Builds of dependencies: which scripts, in which order, what is kept and what a failure says. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { expectErrorGolden } from '@alkahest/test-support'
import { runDependencyBuilds } from '../src/index.ts'
import type { DependencyBuild, DependencyBuildOutcome, ProgramPlan } from '../src/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'alkahest-builds-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Scripts = Readonly<Record<string, string>>

/** A package's folder as an install leaves it. */
function packageWith(name: string, scripts: Scripts, more: Partial<DependencyBuild> & { gyp?: true } = {}) {
  const { gyp, ...build } = more
  const directory = path.join(folder, name)
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ name, version: '1.0.0', scripts }))
  if (gyp === true) writeFileSync(path.join(directory, 'binding.gyp'), '{}')
  return { name, version: '1.0.0', optional: false, hash: 'seen', directory, ...build }
}

function run(...builds: readonly DependencyBuild[]): Promise<readonly DependencyBuildOutcome[]> {
  const options = { root: folder, environment: { PATH: process.env.PATH }, userAgent: 'alk-test' }
  return runDependencyBuilds(builds, { ...options, cacheDirectory: path.join(folder, 'cache') })
}

const outcomes = (list: readonly DependencyBuildOutcome[]): readonly string[] =>
  list.map(({ name, outcome }) => `${name} ${outcome}`)

test('the three scripts run in their order and their folder, and what they print is kept', async () => {
  const line = 'echo $npm_lifecycle_event of $npm_package_name >> out; echo said; pwd >> out; echo $INIT_CWD >> out'
  const build = packageWith('native', { postinstall: line, install: line, preinstall: line, prepare: line })
  const [outcome] = await run(build)
  const each = (event: string): string => `${event} of native\n${build.directory}\n${folder}\n`
  expect(readFileSync(path.join(build.directory, 'out'), 'utf8')).toBe(
    ['preinstall', 'install', 'postinstall'].map(each).join(''),
  )
  expect(outcome?.outcome).toBe('built')
  expect(readFileSync(outcome?.log ?? '', 'utf8')).toBe('said\nsaid\nsaid\n')
})

test('what a build made is used again for the same package that sees the same, and for no other', async () => {
  const scripts = { install: 'echo run >> ../count; echo made > made' }
  expect(outcomes(await run(packageWith('native', scripts)))).toEqual(['native built'])
  const again = packageWith('native', scripts)
  expect(outcomes(await run(again))).toEqual(['native kept'])
  expect(readFileSync(path.join(again.directory, 'made'), 'utf8')).toBe('made\n')
  expect(outcomes(await run(packageWith('native', scripts, { hash: 'another' })))).toEqual(['native built'])
  expect(readFileSync(path.join(folder, 'count'), 'utf8')).toBe('run\nrun\n')
})

test('a failure ends it there, says what was printed last, and keeps nothing', async () => {
  const broken = packageWith('broken', { install: 'echo compiling; echo no compiler >&2; exit 3' })
  const never = packageWith('never', { install: 'touch ran' })
  const error: unknown = await run(broken, never).catch((cause: unknown) => cause)
  const { log } = (error as { details: { log: string } }).details
  expectErrorGolden('BUILD_FAILED', error, { replace: { '<log>': log } })
  expect(readFileSync(log, 'utf8')).toContain('no compiler')
  expect(existsSync(path.join(never.directory, 'ran'))).toBe(false)
  expect(existsSync(log.replace(/\.log$/, ''))).toBe(false)
})

test('a failure of an optional package is told, and the others are built', async () => {
  const broken = packageWith('broken', { install: 'exit 1' }, { optional: true })
  expect(outcomes(await run(broken, packageWith('fine', { install: 'true' })))).toEqual(['broken failed', 'fine built'])
})

test('a package with binding.gyp and no script of its own is built by node-gyp, as npm has it', async () => {
  const plans: ProgramPlan[] = []
  const runProgram = async (plan: ProgramPlan): Promise<number> => {
    plans.push(plan)
    return 0
  }
  const options = { root: folder, environment: {}, userAgent: 'x', cacheDirectory: path.join(folder, 'cache') }
  const builds = [
    packageWith('implicit', { postinstall: 'after' }, { gyp: true }),
    packageWith('explicit', { install: 'mine' }, { gyp: true }),
  ]
  await runDependencyBuilds(builds, { ...options, runProgram })
  expect(plans.map(({ args }) => args.at(-1))).toEqual(['node-gyp rebuild', 'after', 'mine'])
})

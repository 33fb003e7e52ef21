/**
 * The build side where only real packages will do: coverage with a threshold and over merged partitions, watching, and what a workspace remembers
 * of its last run and its last build. Everything is installed by alk itself from the configured registry.
 */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const command = path.resolve(import.meta.dirname, '../../packages/cli/src/main.ts')
const home = realpathSync(mkdtempSync(path.join(tmpdir(), 'alkahest-build-side-')))
const project = path.join(home, 'greeting')
const workspace = path.join(home, 'shop')
const env = { ...process.env, ALKAHEST_HOME: path.join(home, 'alkahest'), NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1' }

beforeAll(async () => {
  await passes(alk(home, 'new', 'greeting'))
  await passes(alk(project, 'add', '--dev', '--exact', '@vitest/coverage-v8@5.1.1'))
  write(
    'src/other.ts',
    'export function other(isOdd: boolean): string {\n  if (isOdd) return "odd";\n  return "even";\n}\n',
  )
  const tests = (value: boolean) =>
    `import { expect, test } from "vitest";\nimport { other } from "../src/other.ts";\n\ntest("${value}", () => expect(other(${value})).toBeTypeOf("string"));\n`
  write('test/odd.test.ts', tests(true))
  write('test/even.test.ts', tests(false))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('coverage below the threshold fails, and tells how much it is', async () => {
  const whole = await alk(project, 'test', '--cover', '--cover-threshold', '100')
  expect(whole.output).toMatch(/other\.ts +\| +100/)
  expect(whole.code).toBe(0)
  const part = await alk(project, 'test', '--cover', '--cover-threshold', '100', 'test/odd.test.ts')
  expect(part.output).toMatch(/Coverage for lines .* does not meet global threshold \(100%\)/)
  expect(part.code).not.toBe(0)
})

test('partitions run each a part, and merged they cover all of it', async () => {
  const parts = [
    await alk(project, 'test', '--partition', '1/2', '--cover'),
    await alk(project, 'test', '--partition', '2/2', '--cover'),
  ]
  const ran = parts.map(({ output }) => Number(/Tests {2}(\d+) passed/.exec(output)?.[1]))
  expect(parts.map(({ code }) => code)).toEqual([0, 0])
  expect(Math.min(...ran)).toBeGreaterThan(0)
  const merged = await alk(project, 'test', '--merge', '--cover', '--cover-threshold', '100')
  expect(merged.output).toMatch(new RegExp(`Tests {2}${(ran[0] ?? 0) + (ran[1] ?? 0)} passed`))
  expect(merged.output).toMatch(/other\.ts +\| +100/)
  expect(merged.code).toBe(0)
})

test('--watch runs again what a change concerns, and ends when it is told to', async () => {
  const child = spawn(process.execPath, [command, 'test', '--watch'], {
    cwd: project,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  let wake = (): void => undefined
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    wake()
  })
  const said = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(output)) await new Promise<void>((resolve) => (wake = resolve))
  }
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await said(/Waiting for file changes/)
  output = ''
  write('src/other.ts', read('src/other.ts').replace('"odd"', 'isOdd ? "odd" : ""'))
  await said(/RERUN[^]*src\/other\.ts[^]*Waiting for file changes/)
  child.kill('SIGINT')
  await ended
  expect(output).toMatch(/Test Files {2}2 passed/)
})

/** util-linux's `script` gives the prompt a terminal. */
const hasTerminal = spawnSync('script', ['--version']).status === 0

test.skipIf(!hasTerminal)('the console completes at Tab what the project exports, and h() tells its docs', async () => {
  const line = `${process.execPath} ${command} console`
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd: project,
    env: { ...env, TERM: 'xterm' },
    stdio: 'pipe',
  })
  let output = ''
  const steps: readonly (readonly [seen: RegExp, typed: string])[] = [
    [/greeting> $/, 'gree\t'],
    [/gree[^]*t/, '("Ada")\r'],
    [/Hello, Ada![^]*greeting> /, 'h(greet)\r'],
    [/Greets someone by name[^]*src\/index\.ts:\d+[^]*greeting> /, '.exit\r'],
  ]
  let next = 0
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    const step = steps[next]
    if (step?.[0].test(output) !== true) return
    child.stdin.write(step[1])
    next++
    output = ''
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  expect({ next, code }).toEqual({ next: steps.length, code: 0 })
})

test('a workspace tests again what changed, and its second build is all from the cache', async () => {
  await passes(alk(home, 'new', 'shop', '--template', 'workspace'))
  await passes(alk(workspace, 'install'))
  const built = [await passes(alk(workspace, 'run', 'build')), await passes(alk(workspace, 'run', 'build'))]
  expect(built[0]?.output).toMatch(/0 cached, 2 total/)
  expect(built[1]?.output).toMatch(/2 cached, 2 total[^]*FULL TURBO/)
  const stale = () => passes(alk(workspace, 'test', '--stale', '--filter', './packages/*', '--filter', './apps/*'))
  expect((await stale()).output).toMatch(/packages\/greeting[^]*apps\/service|apps\/service[^]*packages\/greeting/)
  expect((await stale()).output).not.toMatch(/Tests {2}/)
  writeFileSync(
    path.join(workspace, 'packages/greeting/src/index.ts'),
    `${readFileSync(path.join(workspace, 'packages/greeting/src/index.ts'), 'utf8')}\n// changed\n`,
  )
  const third = (await stale()).output
  expect(third).toMatch(/packages\/greeting/)
})

type Ran = { readonly code: number; readonly output: string }

function alk(cwd: string, ...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, ...args],
      { cwd, env, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` })
      },
    )
  })
}

async function passes(running: Promise<Ran>): Promise<Ran> {
  const ran = await running
  expect(ran).toMatchObject({ code: 0 })
  return ran
}

function read(file: string): string {
  return readFileSync(path.join(project, file), 'utf8')
}

function write(file: string, text: string): void {
  writeFileSync(path.join(project, file), text)
}

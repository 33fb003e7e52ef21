/**
 * The build side over a real scaffold with the real tools: what a person sees who writes a library with examples in its
 * docs. The tools are the repository's own; nothing is fetched.
 */
import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const repository = path.resolve(import.meta.dirname, '../..')
const command = path.join(repository, 'packages/cli/src/main.ts')
let home = ''
let project = ''

beforeAll(async () => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'alkahest-build-tools-')))
  project = path.join(home, 'greeting')
  const made = await alk('new', 'greeting', '--name', '@acme/greeting')
  if (made.code !== 0) throw new Error(made.stderr)
  for (const name of ['@types/node', 'oxfmt', 'oxlint', 'typescript', 'vite', 'vitest', '.bin']) {
    mkdirSync(path.dirname(path.join(project, 'node_modules', name)), { recursive: true })
    symlinkSync(path.join(repository, 'node_modules', name), path.join(project, 'node_modules', name))
  }
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

test('compiles, formats and lints', async () => {
  expect(await alk('compile')).toMatchObject({ code: 0, stdout: '' })
  expect(read('dist/index.js')).toContain('export function greet')
  expect(await alk('format', '--check')).toMatchObject({ code: 0 })
  expect(await alk('lint')).toMatchObject({ code: 0 })
})

test('examples in the docs are tests', async () => {
  const { code, stdout } = await alk('test')
  expect(stdout).toMatch(/Tests {2}4 passed/)
  expect(code).toBe(0)
})

test('an example that does not hold is told at its own line, with what to paste', async () => {
  const source = read('src/index.ts')
  write('src/index.ts', source.replace('// => "Hello, Ada!"', '// => "Hi, Ada!"'))
  write(
    'README.md',
    `${read('README.md')}\n\`\`\`ts doctest\nimport { greet } from "@acme/greeting";\nconst size: string = greet("x").length;\nsize; // => 9\n\`\`\`\n`,
  )
  const { code, stdout, stderr } = await alk('test')
  expect(code).toBe(1)
  const line = source.split('\n').findIndex((text) => text.includes('// => "Hello, Ada!"')) + 1
  expect(stderr).toContain(`src/index.ts:${line}:`)
  expect(stdout).toContain(`  alk test src/index.ts:${line}\n`)
  const typed =
    read('README.md')
      .split('\n')
      .findIndex((text) => text.startsWith('const size')) + 1
  expect(stderr).toContain(`README.md(${typed},7): error TS2322: Type 'number' is not assignable to type 'string'.`)
  const again = await alk('test', `src/index.ts:${line}`)
  expect(again.stdout).toMatch(/Tests {2}1 failed \(1\)/)
})

test('a failed test runs again by any of its lines, alone by --failed, and what nothing changed does not run', async () => {
  const original = read('test/index.test.ts')
  write('src/index.ts', read('src/index.ts').replace('// => "Hi, Ada!"', '// => "Hello, Ada!"'))
  rmSync(path.join(project, 'README.md'))
  write('test/index.test.ts', original.replace('"Hello, Ada!"', '"Hi, Ada!"'))
  const failed = await alk('test')
  expect(failed.code).toBe(1)
  expect(failed.stdout).toContain('To run it again:\n  alk test test/index.test.ts:4\n')
  expect((await alk('test', 'test/index.test.ts:5')).stdout).toMatch(/Tests {2}1 failed \| 1 skipped/)
  expect((await alk('test', '--failed')).stdout).toMatch(/Tests {2}1 failed \| 1 skipped/)
  write('test/index.test.ts', original)
  expect(await alk('test', '--stale')).toMatchObject({ code: 0, stdout: expect.stringMatching(/Tests {2}4 passed/) })
  expect(await alk('test', '--stale')).toEqual({
    code: 0,
    stdout: 'nothing changed since the tests passed\n',
    stderr: '',
  })
})

test('two partitions run every test file once, and are merged', async () => {
  const counts = [await alk('test', '--partition', '1/2'), await alk('test', '--partition', '2/2')]
  for (const { code, stdout } of counts) {
    expect(code).toBe(0)
    expect(stdout).toMatch(/Test Files {2}1 passed \(1\)/)
  }
  const { code, stdout } = await alk('test', '--merge')
  expect(code).toBe(0)
  expect(stdout).toMatch(/Test Files {2}2 passed \(2\)/)
})

function alk(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    ALKAHEST_HOME: path.join(home, '.alkahest'),
    NO_COLOR: '1',
    CI: '1',
  }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, ...args],
      { cwd: existsSync(project) ? project : home, env },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
      },
    )
  })
}

function read(file: string): string {
  return readFileSync(path.join(project, file), 'utf8')
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(project, file)), { recursive: true })
  writeFileSync(path.join(project, file), text)
}

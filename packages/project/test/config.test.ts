import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { loadConfig, writeConfigTypes } from '../src/index.ts'
import { parseConfig } from '../src/config.ts'
import { failure, folder } from './folder.ts'

const sample = `const port: number = 3000
export default {
  tasks: {
    hello: { description: 'Says hello', options: { loud: { type: 'boolean', short: 'l' } }, needs: ['prepare'], run: ({ options }) => options.loud },
    prepare: () => port,
  },
  aliases: { check: ['format --check', 'lint', 'test'], serve: 'run src/main.ts', compile: (args) => args.length },
  releases: { web: { instances: 2, health: '/health', env: { A: 'b' } } },
  envs: { test: { PORT: '0' } },
} satisfies AlkahestConfig
`

test('a configuration in TypeScript is loaded and checked', async () => {
  const config = await loadConfig(await folder({ 'package.json': { type: 'module' }, 'alkahest.config.ts': sample }))
  expect(Object.keys(config!.tasks)).toEqual(['hello', 'prepare'])
  expect(config!.tasks.hello!.needs).toEqual(['prepare'])
  expect(config!.tasks.prepare!.run({} as never)).toBe(3000)
  expect(config!.aliases.serve).toEqual(['run src/main.ts'])
  expect(config!.envs).toEqual({ test: { PORT: '0' } })
  expect(config!.releases).toEqual({ web: { instances: 2, health: '/health', env: { A: 'b' } } })
})

test('no configuration is undefined', async () => {
  expect(await loadConfig(await folder({ 'package.json': {} }))).toBeUndefined()
})

test('what the file throws is told with its place', async () => {
  const thrown = await folder({
    'package.json': { type: 'module' },
    'alkahest.config.ts': '\nthrow new Error("no luck")\n',
  })
  expect(await failure(loadConfig(thrown))).toBe(
    'CONFIG_INVALID: alkahest.config.ts cannot be loaded: no luck (alkahest.config.ts:2)',
  )
})

test.each([
  [undefined, 'CONFIG_INVALID: alkahest.config.ts: its default export is not an object'],
  [
    { task: {} },
    'CONFIG_INVALID: alkahest.config.ts: it has no field "task": there are tasks, aliases, releases, envs',
  ],
  [{ tasks: { a: 1 } }, 'CONFIG_INVALID: alkahest.config.ts: tasks.a is neither a function nor an object with "run"'],
  [{ tasks: { a: { run: 1 } } }, 'CONFIG_INVALID: alkahest.config.ts: tasks.a.run is not a function'],
  [
    { tasks: { a: { run() {}, options: { b: { type: 'date' } } } } },
    'CONFIG_INVALID: alkahest.config.ts: tasks.a.options.b.type is not "string", "boolean" or "number"',
  ],
  [
    { aliases: { a: 1 } },
    'CONFIG_INVALID: alkahest.config.ts: aliases.a is not a command line, a list of them or a function',
  ],
  [{ envs: { test: { A: 1 } } }, 'CONFIG_INVALID: alkahest.config.ts: envs.test is not an object of texts'],
])('%j', async (value, expected) => {
  expect(await failure(Promise.resolve().then(() => parseConfig(value, 'x')))).toBe(expected)
})

test('the written types fit the configuration that loads', async () => {
  const root = await folder({
    'package.json': { type: 'module' },
    'alkahest.config.ts': sample,
    'tsconfig.json': {
      compilerOptions: { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', types: [] },
      include: ['*.ts'],
    },
  })
  expect(await writeConfigTypes(root)).toBe(true)
  expect(await writeConfigTypes(root)).toBe(false)
  const tsc = join(fileURLToPath(new URL('../../..', import.meta.url)), 'node_modules/.bin/tsc')
  const { stdout } = await promisify(execFile)(tsc, ['-p', root])
  expect(stdout).toBe('')
  expect(await readFile(join(root, 'alkahest-env.d.ts'), 'utf8')).toContain('type AlkahestConfig')
})

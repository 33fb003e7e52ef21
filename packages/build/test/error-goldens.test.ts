/** The exact text of errors that no command causes yet; those of commands are in test/e2e. */
import { expect, test } from 'vitest'
import type { ErrorCode } from '@alkahest/core'
import { loadConfig, openTasks } from '@alkahest/project'
import { expectErrorGolden } from '@alkahest/test-support'
import { docs, runProgram, runTask } from '../src/index.ts'
import type { Build } from '../src/index.ts'
import { world } from './world.ts'

const manifest = {
  name: 'greeting',
  scripts: { build: 'tsc -b', test: 'vitest run' },
  devDependencies: { oxlint: '1.94.0' },
}

const config = `export default { tasks: {
  throws: () => { throw new Error('out of paper') },
  a: { needs: ['b'], run() {} },
  b: { needs: ['a'], run() {} },
} }
`

async function task(build: Build, name: string, ...args: string[]): Promise<unknown> {
  const tasks = openTasks(build.directory, await loadConfig(build.directory))
  return runTask(build, { tasks, name, args, environment: 'dev' })
}

const cases: readonly (readonly [ErrorCode, (build: Build) => unknown])[] = [
  ['DOCS_NOTHING_TO_DOCUMENT', (build) => docs(build, { toolDirectory: `${build.directory}/tools` })],
  ['TASK_CYCLE', (build) => task(build, 'a')],
  ['TASK_FAILED', (build) => task(build, 'throws')],
  ['TASK_NOT_FOUND', (build) => task(build, 'throw')],
  ['TASK_USAGE_INVALID', (build) => task(build, 'throws', '--loud')],
]

test.each(cases)('%s', async (code, cause) => {
  const files = {
    'package.json': '{"type": "module"}',
    'alkahest.config.ts': config,
    'tools/node_modules/typedoc/bin/typedoc': '',
  }
  const there = await world(manifest, { files, build: { runProgram } })
  // A worker of the test runner cannot change its folder, which is where a task would begin.
  process.chdir = () => undefined
  const thrown = await Promise.resolve()
    .then(() => cause(there.build))
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  expect(thrown).toMatchObject({ code })
  expectErrorGolden(code, thrown, { replace: { '<project>': there.directory } })
})

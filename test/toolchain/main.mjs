/**
 * Prepares the checkout (Node 24, pnpm, dependencies: whatever is missing) and runs one task with that toolchain.
 * Node built-ins only: nothing is installed yet when this starts.
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { installDependencies } from './dependencies.mjs'
import { runInherited } from './process.mjs'
import { formatCounts, runSuite } from './suite.mjs'
import { installRuntime } from './runtime.mjs'
import { SetupError } from './setup-error.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

/** What a task runs under the toolchain's Node; `suites` are reported in one line of counts. */
const tasks = {
  demo: { program: 'test/demo/main.ts' },
  bench: { program: 'test/bench/main.ts' },
  'bench:registry': { program: 'test/bench/registry.ts' },
  'bench:build': { program: 'test/bench/build.ts' },
  'bench:release': { program: 'test/bench/release.ts' },
  generate: {
    program: 'node_modules/vitest/vitest.mjs',
    args: ['run', '--update=all', 'test/house/generated-files.test.ts', 'packages/cli/test/reference.test.ts'],
  },
  pack: { program: 'test/pack/main.ts' },
  test: { suite: 'vitest.config.ts', checks: true },
  'test:clients': { suite: 'vitest.clients.config.ts', checks: false },
  'test:soak': { suite: 'vitest.soak.config.ts', checks: false },
}

/** @param {readonly string[]} argv the task's name, then what is passed on to it */
export async function main(argv) {
  const [name = '', ...args] = argv
  const task = Object.entries(tasks).find(([key]) => key === name)?.[1]
  if (task === undefined) {
    console.error(`usage: node test/toolchain/run.mjs ${Object.keys(tasks).join('|')} [arguments]`)
    process.exitCode = 2
    return
  }
  try {
    const toolchain = await installRuntime(root)
    const environment = await installDependencies(root, toolchain)
    process.exitCode =
      'program' in task
        ? await runInherited(
            toolchain.node,
            [path.join(root, task.program), ...('args' in task ? task.args : []), ...args],
            { cwd: root, env: environment },
          )
        : await runSuite({
            root,
            node: toolchain.node,
            env: environment,
            config: task.suite,
            checks: task.checks,
            args,
          })
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(`set-up: ${error.message}`)
    if ('suite' in task) console.log(`\n${formatCounts({ passed: 0, failed: 1, skipped: 0 })}`)
    process.exitCode = 1
  }
}

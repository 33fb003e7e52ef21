/** The everyday suite: what `npm test` runs. Hermetic: no test in it reaches beyond this machine. */
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'test/{e2e,house,pack,toolchain,worlds}/**/*.test.ts',
    ],
    // No test may leave anything behind in its process, so one process can go on to the next file; and many tests
    // wait for programs they started, so one more process than there are cores keeps the cores busy.
    isolate: false,
    maxWorkers: availableParallelism() + 1,
    // Hundreds of commands are started from the sources: without it each would strip the same types again.
    env: { NODE_COMPILE_CACHE: path.join(import.meta.dirname, 'node_modules', '.cache', 'compiled') },
    // What hangs ends; no machine is so busy that anything else does.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})

export default config

/** The everyday suite: what `npm test` runs. Hermetic: no test in it reaches beyond this machine. */
import { availableParallelism } from 'node:os'
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
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

export default config

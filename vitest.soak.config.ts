/** `npm run test:soak`: kills, fuzz and long runs. One file at a time: each is allowed the whole machine. */
import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/soak/**/*.test.ts', 'test/toolchain/runtime.soak.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
})

export default config

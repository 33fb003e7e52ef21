/** Every test file belongs to exactly one suite: a test that no command runs is worse than none. */
import path from 'node:path'
import type { ViteUserConfig } from 'vitest/config'
import { expect, test } from 'vitest'
import clients from '../../vitest.clients.config.ts'
import everyday from '../../vitest.config.ts'
import soak from '../../vitest.soak.config.ts'
import { listFiles } from './workspace.ts'

const suites: Readonly<Record<string, ViteUserConfig>> = { everyday, clients, soak }

test('every test file is matched by exactly one suite', () => {
  const lost = listFiles('**/*.{test,spec}.{ts,mts,cts,js,mjs,cjs,tsx,jsx}')
    .filter((file) => !/\/(fixtures|goldens|templates\/src)\//.test(file))
    .map((file) => ({ file, suites: suitesOf(file) }))
    .filter(({ suites }) => suites.length !== 1)
  expect(
    lost.map(({ file, suites }) =>
      suites.length === 0
        ? `${file} is run by no suite; see vitest*.config.ts`
        : `${file} is run by ${suites.join(' and ')}`,
    ),
  ).toEqual([])
})

test('the means of this check: a test in a place that no suite names is lost', () => {
  expect(suitesOf('packages/core/test/version.test.ts')).toEqual(['everyday'])
  expect(suitesOf('packages/core/src/version.test.ts')).toEqual([])
  expect(suitesOf('packages/core/test/version.spec.ts')).toEqual([])
})

function suitesOf(file: string): readonly string[] {
  return Object.entries(suites)
    .filter(([, config]) => (config.test?.include ?? []).some((pattern) => path.posix.matchesGlob(file, pattern)))
    .map(([name]) => name)
}

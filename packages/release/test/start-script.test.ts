import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { startScript } from '../src/start-script.ts'

const script = startScript('my-app')

function has(program: string): boolean {
  return spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined
}

test.skipIf(!has('shellcheck'))('shellcheck has nothing to say', () => {
  const { stdout, status } = spawnSync('shellcheck', ['--shell=sh', '-'], { input: script, encoding: 'utf8' })
  expect([stdout, status]).toEqual(['', 0])
})

test.each([
  ['sh', []],
  ['dash', []],
  ['busybox', ['sh']],
] as const)('%s reads it', (shell, flags) => {
  const { stderr, status, error } = spawnSync(shell, [...flags, '-n'], { input: script, encoding: 'utf8' })
  // A shell that this machine does not have cannot object.
  expect(error === undefined ? [stderr, status] : ['', 0]).toEqual(['', 0])
})

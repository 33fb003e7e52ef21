import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { startScript } from '../src/start-script.ts'

const script = startScript('my-app')

function has(program: string): boolean {
  return spawnSync(program, ['-c', ''], { stdio: 'ignore' }).error === undefined
}

test.skipIf(!has('shellcheck'))('shellcheck has nothing to say', () => {
  const { stdout, status } = spawnSync('shellcheck', ['--shell=sh', '-'], { input: script, encoding: 'utf8' })
  expect([stdout, status]).toEqual(['', 0])
})

for (const [shell, ...flags] of [['sh'], ['dash'], ['busybox', 'sh']] as const) {
  test.skipIf(!has(shell))(`${shell} reads it`, () => {
    const { stderr, status } = spawnSync(shell, [...flags, '-n'], { input: script, encoding: 'utf8' })
    expect([stderr, status]).toEqual(['', 0])
  })
}

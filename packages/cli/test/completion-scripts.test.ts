/** The scripts for shells in the shells themselves, with the command as a process. zsh is not everywhere: without it its tests are skipped, and counted as that. */
import { execFile, spawnSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { tempTree } from '@alkahest/test-support'
import { describe, expect, test } from 'vitest'
import { alk } from './test-world.ts'

const command = path.resolve(import.meta.dirname, '../src/main.ts')

type Line = { readonly words: readonly string[]; readonly expected: readonly string[] }

/** A project with a script whose name has a colon, at which bash cuts words. */
const manifest = { json: { name: 'shop', version: '1.0.0', scripts: { 'db:migrate': 'true', 'db:seed': 'true' } } }

const lines: readonly Line[] = [
  { words: ['new', '--template', 'w'], expected: ['web', 'workspace'] },
  { words: ['run', 'db:m'], expected: ['db:migrate'] },
  { words: ['dist'], expected: ['dist-tag'] },
  { words: ['nothing', 'x'], expected: [] },
]

const shells = {
  bash: ({ words }: Line): string => {
    const line = ['alk', ...words].join(' ')
    // What bash has in COMP_WORDS is cut at colons, and it puts the rest back together by itself.
    const cut = ['alk', ...words].flatMap((word) => word.split(/(:)/)).map((word) => `'${word}'`)
    return `source ./script
COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${cut.join(' ')}) COMP_CWORD=${cut.length - 1}
_alk; printf '%s\\n' "\${COMPREPLY[@]}"`
  },
  zsh: ({ words }: Line): string => `compdef() { }
compadd() { shift; print -l -- "$@" }
_files() { }
source ./script
words=(alk ${words.map((word) => `'${word}'`).join(' ')}) CURRENT=${words.length + 1}
_alk`,
}

describe.each(Object.keys(shells) as (keyof typeof shells)[])('%s', (shell) => {
  const isHere = spawnSync(shell, ['--version']).status === 0
  test.skipIf(!isHere)('completes commands, options and what only the project knows', async () => {
    await using tree = await tempTree({ 'package.json': manifest, script: (await alk(['completion', shell])).stdout })
    await writeFile(tree.resolve('alk'), `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`)
    await chmod(tree.resolve('alk'), 0o755)
    const found = await Promise.all(lines.map((line) => run(shell, shells[shell](line), tree.path)))
    const cut = shell === 'bash' ? (word: string): string => word.replace(/^db:/, '') : (word: string): string => word
    expect(found).toEqual(lines.map(({ expected }) => expected.map(cut)))
  })
})

async function run(shell: string, script: string, cwd: string): Promise<readonly string[]> {
  const env = {
    ...process.env,
    PATH: `${cwd}:${process.env.PATH ?? ''}`,
    HOME: cwd,
    ALKAHEST_HOME: path.join(cwd, 'home'),
  }
  const { stdout } = await promisify(execFile)(shell, ['-c', script], { cwd, env })
  return stdout.split('\n').filter((word) => word !== '')
}

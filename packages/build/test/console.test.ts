import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { openConsole, planConsole, planRun } from '../src/index.ts'
import { world } from './world.ts'

const files = {
  'package.json': '{"type": "module"}',
  'src/index.ts':
    '/**\n * Adds two numbers.\n *\n * @example\n * add(1, 2)\n */\nexport function add(a: number, b: number): number {\n  return a + b\n}\n',
  '.alk_console.ts': 'export const mine: string = "from my start file"\n',
}

/** What the prompt answers to lines that are typed into it. */
async function typed(
  lines: readonly string[],
  tree: Readonly<Record<string, string>> = files,
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const there = await world({ name: 'sums', version: '1.0.0' }, { files: tree })
  const plan = planConsole({ ...there.build, environment: { ...process.env, ALK_ENV: 'test' } })
  const child = spawn(plan.program, plan.args, { cwd: plan.cwd, env: { ...plan.env, NO_COLOR: '1' } })
  const output = { stdout: '', stderr: '' }
  const rest = [...lines]
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString()
    // As a person does: the next line when the prompt is back.
    if (/(?:sums> |\.\.\. |\| )$/.test(output.stdout) && rest.length > 0) child.stdin.write(`${rest.shift()}\n`)
  })
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { ...output, stdout: output.stdout.replaceAll('sums> ', ''), code }
}

test('the exports are at hand, in TypeScript, with await, imports and statements of several lines', async () => {
  const { stdout, stderr, code } = await typed([
    'add(1, 2)',
    'const five: number = await Promise.resolve(add(2, 3))',
    'five',
    'import { basename } from "node:path"',
    'basename("/a/b.txt")',
    'function twice(n: number) {',
    '  return n * 2',
    '}',
    'twice(five)',
    'mine',
    '({ a: 1, b: 2 }).b',
    '.exit',
  ])
  expect(stderr).toBe('')
  expect(stdout.replaceAll('... ', '').replaceAll('| ', '')).toBe(
    `sums 1.0.0 (test), Node ${process.versions.node}. h() shows help.\n3\n5\n'b.txt'\n10\n'from my start file'\n2\n`,
  )
  expect(code).toBe(0)
})

test('h tells the docs of a thing or a name, and where they stand', async () => {
  const { stdout } = await typed(['h(add)', 'h("nothing")', '.exit'])
  expect(stdout).toContain('add\n\nAdds two numbers.\n\n@example\nadd(1, 2)\n\nsrc/index.ts:1\n')
  expect(stdout).toContain('nothing has no docs in src')
})

test('recompile starts the program again; anything else ends', async () => {
  const { code } = await typed(['recompile()'])
  expect(code).toBe(75)
  const there = await world({ name: 'x' }, { exitCodes: [75, 75, 4] })
  expect(await openConsole(there.build)).toEqual({ exitCode: 4 })
  expect(there.ran).toHaveLength(3)
})

test('a project that does not load is told, and the prompt comes all the same', async () => {
  const { stdout, stderr } = await typed(['1 + 1', '.exit'], {
    ...files,
    'src/index.ts': 'throw new Error("no luck")\n',
  })
  expect(stderr).toContain('src/index.ts could not be loaded: Error: no luck')
  expect(stdout).toContain('2\n')
})

test('a file can run again after every change', async () => {
  const there = await world({ scripts: { 'src/main.ts': 'never' } }, { files: { 'src/main.ts': '' } })
  const [plan] = planRun(there.build, { target: 'src/main.ts', args: ['x'], watch: true })
  expect(plan!.args).toEqual(['--watch', `${there.directory}/src/main.ts`, 'x'])
})

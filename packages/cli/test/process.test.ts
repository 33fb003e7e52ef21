/** The command as a process: what only a process has. */
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expectErrorGolden } from '@alkahest/test-support'
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

/** Not the developer's own. */
const compileCache = path.join(tmpdir(), 'alk-e2e-compile-cache')

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }

async function alk(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; closeStdout?: true } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  if (options.closeStdout === true) child.stdout.destroy()
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const { promise, resolve } = Promise.withResolvers<number | null>()
  child.on('close', resolve)
  return { exitCode: await promise, stdout, stderr }
}

/** Prints the files that were loaded, on stderr, when the process ends. */
const loadedFiles = `--import=data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module'
   const files = []
   registerHooks({ load: (url, context, next) => { if (url.startsWith('file:')) files.push(url.replace(/.*[/]/, '')); return next(url, context) } })
   process.on('exit', () => process.stderr.write(files.join(' ')))`,
)}`

/** Makes the process believe that it is Node 20: main.ts asks nothing else. */
const oldNode = `--import=data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })",
)}`

describe('alk as a process', () => {
  it('loads three files to say its version', async () => {
    const ended = await alk(['--version'], { env: { NODE_OPTIONS: loadedFiles } })
    expect(ended).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: 'main.ts version.ts package.json' })
  })

  it('loads neither operations nor other commands to show the help of one', async () => {
    const { exitCode, stderr } = await alk(['add', '--help'], { env: { NODE_OPTIONS: loadedFiles } })
    const files = stderr.split(' ')
    expect(exitCode).toBe(0)
    expect(files).toContain('add.ts')
    expect(
      files.filter((file) => ['remove.ts', 'publish.ts', 'tree.ts', 'json-shapes.ts', 'prompts.ts'].includes(file)),
    ).toEqual([])
  })

  it('ends with 2 on wrong usage', async () => {
    const ended = await alk(['instal'], { env: { FORCE_COLOR: '0' } })
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' })
    expectErrorGolden('USAGE', ended.stderr)
  })

  it('says in one sentence that Node is too old, also as JSON', async () => {
    const ended = await alk(['install'], { env: { NODE_OPTIONS: oldNode } })
    expect(ended).toMatchObject({ exitCode: 1, stdout: '' })
    expectErrorGolden('NODE_TOO_OLD', ended.stderr)
    const { stdout } = await alk(['install', '--json'], { env: { NODE_OPTIONS: oldNode } })
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'NODE_TOO_OLD' } })
  })

  it('colours for those who force it', async () => {
    const { stderr } = await alk(['instal'], { env: { FORCE_COLOR: '1' } })
    expect(stderr.slice(0, 14)).toBe('\u001B[31m\u001B[1merror')
  })

  it('does not mind that nobody reads its output', async () => {
    expect(await alk(['--help'], { closeStdout: true })).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })
})

/** The command as a process: what only a process has. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }

async function alk(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; closeStdout?: true } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...options.env },
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
    expect(await alk(['instal'], { env: { FORCE_COLOR: '0' } })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: "error USAGE unknown command 'instal'\n\nhint: did you mean install?\n",
    })
  })

  it('colours for those who force it', async () => {
    expect((await alk(['instal'], { env: { FORCE_COLOR: '1' } })).stderr).toMatch(/^\u001B\[31m\u001B\[1merror/)
  })

  it('does not mind that nobody reads its output', async () => {
    expect(await alk(['--help'], { closeStdout: true })).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })
})

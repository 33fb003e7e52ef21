/** A rendered template on disk, with the repository's own tools in its node_modules: what an install would give it. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { FileTree } from '../src/index.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const ownModules = fileURLToPath(new URL('../node_modules', import.meta.url))

const packages: Readonly<Record<string, string>> = {
  '@types/node': repository,
  fastify: ownModules,
  oxfmt: repository,
  oxlint: repository,
  typescript: repository,
  vite: repository,
  vitest: repository,
}

export type Ran = { readonly code: number; readonly output: string }

export type RenderedProject = {
  readonly directory: string
  /** Runs one of its tools to the end. */
  run(tool: string, ...args: string[]): Promise<Ran>
}

export async function renderedProject(tree: FileTree): Promise<RenderedProject> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'alkahest-template-')))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  const directory = join(home, 'project')
  for (const [path, text] of Object.entries(tree)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
  for (const [name, from] of Object.entries(packages)) {
    await mkdir(dirname(join(directory, 'node_modules', name)), { recursive: true })
    await symlink(
      from === repository ? join(repository, 'node_modules', name) : join(from, name),
      join(directory, 'node_modules', name),
    )
  }
  await symlink(join(repository, 'node_modules/.bin'), join(directory, 'node_modules/.bin'))
  return { directory, run: (tool, ...args) => runTool(directory, tool, args) }
}

function runTool(directory: string, tool: string, args: readonly string[]): Promise<Ran> {
  // Without the variables of the test run that this is: a vitest inside would take itself for one of its workers.
  const env = { PATH: process.env.PATH, HOME: dirname(directory), NO_COLOR: '1', CI: '1' }
  return new Promise((resolve) => {
    execFile(join(directory, 'node_modules/.bin', tool), args, { cwd: directory, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr })
    })
  })
}

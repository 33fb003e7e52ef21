/** A rendered template on disk, with the repository's own tools in its node_modules: what an install would give it. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FileTree } from '../src/index.ts'

const repositoryModules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
const ownModules = fileURLToPath(new URL('../node_modules', import.meta.url))

const packages: Readonly<Record<string, string>> = {
  '@fastify/static': ownModules,
  '@types/node': repositoryModules,
  fastify: ownModules,
  oxfmt: repositoryModules,
  oxlint: repositoryModules,
  turbo: repositoryModules,
  typescript: repositoryModules,
  vite: repositoryModules,
  vitest: repositoryModules,
}

export type Ran = { readonly code: number; readonly output: string }

export type RenderedProject = {
  readonly directory: string
  /** Runs a script of a package.json, its own or that of a folder in it, by the shell, as `npm run` does. */
  script(name: string, folder?: string): Promise<Ran>
  /** Runs one of its tools. */
  run(tool: string, ...args: string[]): Promise<Ran>
  readonly remove: () => Promise<void>
}

/** `links` are packages of the workspace: name to folder. */
export async function renderedProject(
  tree: FileTree,
  links: Readonly<Record<string, string>> = {},
): Promise<RenderedProject> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'alkahest-template-')))
  const directory = join(home, 'project')
  for (const [path, text] of Object.entries(tree)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
  const targets = {
    ...Object.fromEntries(Object.entries(packages).map(([name, from]) => [name, join(from, name)])),
    ...Object.fromEntries(Object.entries(links).map(([name, folder]) => [name, join(directory, folder)])),
    '.bin': join(repositoryModules, '.bin'),
  }
  for (const [name, target] of Object.entries(targets)) {
    await mkdir(dirname(join(directory, 'node_modules', name)), { recursive: true })
    await symlink(target, join(directory, 'node_modules', name))
  }
  const run = (cwd: string, program: string, args: readonly string[]): Promise<Ran> =>
    runProgram({ cwd, program, args, home, bin: join(directory, 'node_modules/.bin') })
  return {
    directory,
    remove: () => rm(home, { recursive: true, force: true }),
    run: (tool, ...args) => run(directory, join(directory, 'node_modules/.bin', tool), args),
    async script(name, folder = '.') {
      const text = await readFile(join(directory, folder, 'package.json'), 'utf8')
      const { scripts } = JSON.parse(text) as { scripts: Record<string, string> }
      return run(join(directory, folder), '/bin/sh', ['-c', scripts[name] ?? 'exit 99'])
    },
  }
}

type Program = {
  readonly cwd: string
  readonly program: string
  readonly args: readonly string[]
  readonly home: string
  readonly bin: string
}

function runProgram({ cwd, program, args, home, bin }: Program): Promise<Ran> {
  // Without the variables of the test run that this is: a vitest inside would take itself for one of its workers.
  const env = {
    PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: home,
    NO_COLOR: '1',
    CI: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    npm_config_update_notifier: 'false',
  }
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr })
    })
  })
}

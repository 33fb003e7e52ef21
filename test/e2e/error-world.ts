/**
 * The command in this process, in folders of its own: what a person reads on stderr, without the cost of a process. Operations,
 * files and registry are the real ones.
 */
import path from 'node:path'
import { run } from '@alkahest/cli'
import * as operations from '@alkahest/ops'
import { tempTree } from '@alkahest/test-support'
import type { TreeEntry } from '@alkahest/test-support'

export type ErrorWorld = {
  readonly project: string
  readonly home: string
  readonly alk: (args: readonly string[], options?: AlkOptions) => Promise<Ended>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

export type AlkOptions = {
  /** Relative to the project. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export type Ended = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

export type ErrorWorldOptions = {
  /** Under `project/`. */
  readonly files: Readonly<Record<string, TreeEntry>>
  /** What `.npmrc` of the home names; without one nothing can be fetched. */
  readonly registry?: string
}

export async function openErrorWorld({ files, registry }: ErrorWorldOptions): Promise<ErrorWorld> {
  const npmrc = `registry=${registry ?? 'http://127.0.0.1:1/'}\nfetch-retries=0\n`
  const placed = Object.entries(files).map(([name, entry]) => [`project/${name}`, entry] as const)
  const tree = await tempTree({ project: null, 'home/.npmrc': npmrc, ...Object.fromEntries(placed) })
  const project = path.join(tree.path, 'project')
  return {
    project,
    home: path.join(tree.path, 'home'),
    alk: async (args, options = {}) =>
      runHere(args, { tree: tree.path, cwd: path.join(project, options.cwd ?? ''), env: options.env ?? {} }),
    [Symbol.asyncDispose]: async () => tree[Symbol.asyncDispose](),
  }
}

type Place = { readonly tree: string; readonly cwd: string; readonly env: Readonly<Record<string, string>> }

async function runHere(argv: readonly string[], place: Place): Promise<Ended> {
  const home = path.join(place.tree, 'home')
  const written = { stdout: '', stderr: '' }
  let cwd = place.cwd
  const exitCode = await run({
    argv,
    env: { PATH: process.env.PATH, HOME: home, ALKAHEST_HOME: path.join(home, '.alkahest'), ...place.env },
    stdin: (async function* nothing() {})(),
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    userHome: home,
    now: Date.now,
    cwd: () => cwd,
    changeDirectory: (directory) => {
      cwd = path.resolve(cwd, directory)
    },
    onStopSignal: () => () => {},
    loadOperations: () => Promise.resolve(operations),
    loadPrompts: () => Promise.reject(new Error('nobody is there to ask')),
  })
  return { exitCode, ...written }
}

/**
 * A world for an operation: a registry with a universe, a home with its `.npmrc`, and a project, each in a temporary
 * folder. Operations are called as `cli` calls them, with a context whose clock stands still.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '@alkahest/core'
import { digestTree, startRegistry, tempTree } from '@alkahest/test-support'
import type { StartRegistryOptions, TempTree, TestRegistry, TreeEntry } from '@alkahest/test-support'
import type { OperationContext, ProgressEvent } from '../src/index.ts'

/** What every context's clock says. */
export const NOW: number = Date.parse('2026-11-22T12:00:00Z')

export type WorldOptions = Pick<StartRegistryOptions, 'packages' | 'upstream' | 'flags'> & {
  /** One that several worlds share, because none of them publishes to it; it outlives the world. */
  readonly registry?: TestRegistry
  /** The project's package.json; its name is `app` unless it says another. */
  readonly manifest?: object
  /** More files of the project. */
  readonly files?: Readonly<Record<string, TreeEntry>>
  /** The address that the home's `.npmrc` names; the registry's own when absent. */
  readonly registryUrl?: string
}

export interface World extends AsyncDisposable {
  readonly registry: TestRegistry
  /** `project`, `home` (HOME) and `alkahest` (ALKAHEST_HOME) lie in it. */
  readonly tree: TempTree
  /** Absolute. */
  readonly project: string
  /** A context in the project, or in a folder of it. */
  at(folder?: string, changes?: Partial<OperationContext>): OperationContext
  /** What contexts were told so far. */
  readonly events: readonly ProgressEvent[]
  /** The text of a file of the project. */
  read(file: string): Promise<string>
  /** The project's package.json, or that of a member. */
  manifest(folder?: string): Promise<Readonly<Record<string, unknown>>>
  /** What a package of the project's node_modules says it is: `name@version`. */
  installed(name: string, folder?: string): Promise<string>
  /** What was asked since this was last called: `a` for a document, `a-1.0.0.tgz` for a tarball; sorted. */
  asked(): Promise<readonly string[]>
  /** One hash of the project and one of everything in ALKAHEST_HOME. */
  digests(): Promise<{ readonly project: string; readonly home: string }>
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { manifest = {}, files = {}, registryUrl, ...registryOptions } = options
  const registry = options.registry ?? (await startRegistry(registryOptions))
  const tree = await tempTree({
    'home/.npmrc': `registry=${registryUrl ?? registry.url}\nfetch-retries=0\n`,
    'project/package.json': { json: { name: 'app', version: '1.0.0', ...manifest } },
    alkahest: null,
  })
  const project = tree.resolve('project')
  await tree.write(Object.fromEntries(Object.entries(files).map(([file, entry]) => [`project/${file}`, entry])))
  const events: ProgressEvent[] = []
  let counted = (await registry.requests()).length
  const read = (file: string): Promise<string> => readFile(path.join(project, file), 'utf8')
  return {
    registry,
    tree,
    project,
    events,
    read,
    at: (folder = '.', changes = {}) => ({
      cwd: path.join(project, folder),
      // Of the developer's environment nothing but what scripts need to find `node` and `sh`.
      env: { HOME: tree.resolve('home'), PATH: process.env.PATH },
      home: tree.resolve('alkahest'),
      now: () => NOW,
      progress: (event) => events.push(event),
      childOutput: 'stderr',
      ...changes,
    }),
    manifest: async (folder = '.') => JSON.parse(await read(path.join(folder, 'package.json'))),
    installed: async (name, folder = '.') => {
      const found = JSON.parse(await read(path.join(folder, 'node_modules', name, 'package.json')))
      return `${found.name}@${found.version}`
    },
    asked: async () => {
      const requests = await registry.requests()
      const latest = requests.slice(counted)
      counted = requests.length
      return latest.map(({ path: asked }) => decodeURIComponent(asked).replace(/^\/(?:.*\/-\/)?/, '')).toSorted()
    },
    digests: async () => ({ project: await digestTree(project), home: await digestTree(tree.resolve('alkahest')) }),
    [Symbol.asyncDispose]: async () => {
      if (options.registry === undefined) await registry.close()
      await tree[Symbol.asyncDispose]()
    },
  }
}

/** The error that an operation ends with; a test that expects one and gets none fails here. */
export async function errorOf(operation: Promise<unknown>): Promise<UserError> {
  const error = await operation.then(
    () => new Error('the operation succeeded'),
    (cause: unknown) => cause,
  )
  if (error instanceof UserError) return error
  throw error
}

/** `CODE message`, then the hint: everything that a person reads. */
export async function wordsOf(operation: Promise<unknown>): Promise<string> {
  const { code, message, hint } = await errorOf(operation)
  return hint === undefined ? `${code} ${message}` : `${code} ${message}\nhint: ${hint}`
}

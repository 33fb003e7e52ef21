/** What is installed: the manifests of a project, as files. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseJson } from '@alkahest/core'

/** Path below the project to its text. */
export type ProjectTree = Readonly<Record<string, string>>

/** As many members as the generated workspace has. */
const MEMBERS = 30

/** Of the dependencies of both trees, so many for each member, beginning at another one each time. */
const SHARE = 6

/** What breaks outside a project would take the shared layout from all members. */
const NOT_SHARED: ReadonlySet<string> = new Set(['next'])

/** Small packages that no tree has: one is added in each run, and another in the next, so that no cache knows it. */
export const ADDED_PACKAGES: readonly (readonly [name: string, range: string])[] = [
  ['is-odd', '^3.0.1'],
  ['pad-left', '^2.1.0'],
  ['array-unique', '^0.3.2'],
  ['arr-flatten', '^1.1.0'],
  ['is-even', '^1.0.0'],
]

type Dependencies = Readonly<Record<string, string>>
type TreeManifest = { readonly dependencies?: Dependencies; readonly devDependencies?: Dependencies }

/**
 * `workspace` (30 members that share the dependencies of `service` and `app`), a folder below `trees`, or a folder anywhere.
 * @param policy what stands under `alkahest` in package.json
 * @param added what the first manifest asks for besides
 */
export function readProjectTree(
  name: string,
  { policy = {}, added = [] }: { readonly policy?: object | undefined; readonly added?: typeof ADDED_PACKAGES } = {},
): ProjectTree {
  const extra = Object.fromEntries(added)
  // No waiting for age: pnpm and the others are told the same, and npm never waits.
  const alkahest = { minimumReleaseAge: 0, ...policy }
  if (name === 'workspace')
    return workspaceOf(
      ['service', 'app'].map((tree) => readManifest(tree)),
      { alkahest, extra },
    )
  const manifest = readManifest(name)
  const dependencies = { ...manifest.dependencies, ...extra }
  return { 'package.json': textOf({ ...manifest, dependencies, alkahest }) }
}

type WorkspaceParts = { readonly alkahest: object; readonly extra: Dependencies }

/** Development dependencies stay with their trees: deno and yarn stop where a mirror lacks one of a bundler's thirty platforms. */
function workspaceOf(trees: readonly TreeManifest[], { alkahest, extra }: WorkspaceParts): ProjectTree {
  const all = trees
    .flatMap(({ dependencies = {} }) => Object.entries(dependencies))
    .filter(([name]) => !NOT_SHARED.has(name))
  const members = Array.from({ length: MEMBERS }, (_, member): [string, string] => {
    const chosen = Array.from({ length: SHARE }, (__, index) => all[(member * SHARE + index) % all.length] ?? ['', ''])
    const own = { ...Object.fromEntries(chosen), ...(member === 0 ? extra : {}) }
    const manifest = { name: `member-${member}`, version: '1.0.0', private: true, dependencies: own }
    return [`packages/member-${member}/package.json`, textOf(manifest)]
  })
  const root = { name: 'bench-workspace', version: '1.0.0', private: true, workspaces: ['packages/*'], alkahest }
  return {
    'package.json': textOf(root),
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    ...Object.fromEntries(members),
  }
}

function readManifest(name: string): TreeManifest {
  const known = path.join(import.meta.dirname, 'trees', name)
  const file = path.join(existsSync(known) ? known : path.resolve(name), 'package.json')
  return parseJson(readFileSync(file, 'utf8'), file) as TreeManifest
}

function textOf(manifest: object): string {
  return `${JSON.stringify(manifest, null, 2)}\n`
}

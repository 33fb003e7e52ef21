/** Folders that tests write and throw away: a tree as a value, on disk until the test ends. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

/** `null` is an empty folder, an object with `link` a symbolic link, with `executable` a file that may run. */
export type TreeEntry =
  | string
  | Uint8Array
  | null
  | { readonly link: string }
  | { readonly executable: string }
  /** Written as indented JSON. */
  | { readonly json: unknown }

export interface TempTree extends AsyncDisposable {
  readonly path: string
  /** The absolute path of one inside it. */
  resolve(...segments: readonly string[]): string
  /** Adds to it or replaces. */
  write(tree: Readonly<Record<string, TreeEntry>>): Promise<void>
}

/** `await using tree = await tempTree({ 'package.json': { json: { name: 'app' } }, 'src/index.ts': 'export {}' })` */
export async function tempTree(tree: Readonly<Record<string, TreeEntry>> = {}): Promise<TempTree> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'alkahest-tree-'))
  await writeTree(root, tree)
  return {
    path: root,
    resolve: (...segments) => path.join(root, ...segments),
    write: (more) => writeTree(root, more),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

async function writeTree(root: string, tree: Readonly<Record<string, TreeEntry>>): Promise<void> {
  for (const [relative, entry] of Object.entries(tree)) {
    const file = path.join(root, relative)
    await mkdir(entry === null ? file : path.dirname(file), { recursive: true })
    if (entry !== null) await writeEntry(file, entry)
  }
}

async function writeEntry(file: string, entry: Exclude<TreeEntry, null>): Promise<void> {
  if (typeof entry === 'string' || entry instanceof Uint8Array) return writeFile(file, entry)
  if ('link' in entry) return symlink(entry.link, file)
  if ('json' in entry) return writeFile(file, `${JSON.stringify(entry.json, null, 2)}\n`)
  await writeFile(file, entry.executable)
  await chmod(file, 0o755)
}

/**
 * "Is there anything to do?", answered from one small file and some stats. The file's own modification time is the reference: an input
 * whose change time lies before it is the one that was installed. Rules: docs/internals/linker.md, "Nothing to do"
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, statSync, writeSync } from 'node:fs'
import { join, posix } from 'node:path'
import process from 'node:process'
import { readTree } from './installed-state.ts'
import { ALK_FOLDER, memberModules, SHARED_LINK, statePaths } from './paths.ts'
import type { Links, Tree } from './tree.ts'
import { writeWhole } from './write-whole.ts'

/** What an install was computed from. */
export type InstallInputs = {
  /** Everything besides files that decides the result, as one text that is equal when the settings are. */
  readonly settings: string
  /** POSIX, relative to the root: the bytes that were used, undefined when the file did not exist. */
  readonly files: ReadonlyMap<string, Uint8Array | undefined>
  /** POSIX, relative to the root: folders whose listing mattered (where members are looked for). */
  readonly folders: readonly string[]
}

type StateDocument = {
  readonly format: number
  readonly settings: string
  /** Path to sha256, or null for a file that did not exist. */
  readonly files: Readonly<Record<string, string | null>>
  readonly folders: readonly string[]
  /** Folders that hold our links. */
  readonly modules: readonly string[]
  /** Whether links lead into the machine's store. */
  readonly shared: boolean
}

const FORMAT = 3

/** Whether an install with these settings would change nothing. Never throws for a damaged or missing state: then the answer is no. */
export function isInstallCurrent(root: string, settings: string): boolean {
  const path = join(root, statePaths.state)
  const state = readState(path)
  if (state === undefined || state.settings !== settings) return false
  const installedAt = changedAt(path, 'mtimeMs') ?? 0
  const isOlder = (name: string): boolean => (changedAt(join(root, name), 'ctimeMs') ?? Infinity) < installedAt
  if (!state.folders.every(isOlder)) return false
  // The machine's store may have been deleted, which nothing in the project shows.
  if (state.shared && !existsSync(join(root, ALK_FOLDER, SHARED_LINK))) return false
  const doubtful = Object.entries(state.files).filter(([name, hash]) => hash === null || !isOlder(name))
  if (doubtful.some(([name, hash]) => hasChanged(join(root, name), hash))) return false
  if (state.modules.every(isOlder) && doubtful.every(([, hash]) => hash === null)) return true
  if (!linksStand(root)) return false
  restamp(path)
  return true
}

/** A file that cannot be read has changed: whoever reads it next says what is wrong with it. */
function hasChanged(path: string, hash: string | null): boolean {
  try {
    return hashOf(readIfExists(path)) !== hash
  } catch {
    return true
  }
}

/** The text of `state.json`, or undefined when an input has changed while the install was at work: then no state may be kept. */
export function formatState(root: string, tree: Tree, inputs: InstallInputs): string | undefined {
  const files = [...inputs.files].sort(([left], [right]) => (left < right ? -1 : 1))
  const hashes = files.map(([name, bytes]): [string, string | null] => [name, hashOf(bytes)])
  if (hashes.some(([name, hash]) => hashOf(readIfExists(join(root, name))) !== hash)) return undefined
  const document: StateDocument = {
    format: FORMAT,
    settings: inputs.settings,
    files: Object.fromEntries(hashes),
    folders: [...inputs.folders].sort(),
    modules: listModules(tree),
    shared: Object.keys(tree.shared).length > 0,
  }
  return `${JSON.stringify(document)}\n`
}

/** By rename; then once more in place, so that the file is not older than the folder in which it lies. */
export function writeState(root: string, text: string): void {
  const path = join(root, statePaths.state)
  writeWhole(path, text)
  restamp(path)
}

function listModules(tree: Tree): readonly string[] {
  const folders = new Set<string>([ALK_FOLDER])
  for (const folder of Object.keys(tree.instances)) folders.add(posix.dirname(`${ALK_FOLDER}/${folder}`))
  for (const [path, { links, bins }] of Object.entries(tree.members)) {
    if (path === ALK_FOLDER) continue // nobody works in the fallback folder
    const modules = memberModules(path)
    const names = Object.keys(links)
    if (names.length > 0) folders.add(modules)
    if (Object.keys(bins).length > 0) folders.add(`${modules}/.bin`)
    for (const name of names) if (name.startsWith('@')) folders.add(`${modules}/${name.slice(0, name.indexOf('/'))}`)
  }
  return [...folders].sort()
}

/** Tools write into node_modules (`.cache`, `.vite`), so a changed folder alone proves nothing. */
function linksStand(root: string): boolean {
  const tree = readTree(join(root, statePaths.tree))
  if (tree === undefined) return false
  for (const folder of [...Object.keys(tree.instances), ...Object.keys(tree.shared)]) {
    if (changedAt(join(root, ALK_FOLDER, folder), 'ctimeMs') === undefined) return false
  }
  return Object.entries(tree.members).every(([path, { links, bins }]) => {
    const modules = join(root, memberModules(path))
    return pointRight(modules, links) && pointRight(join(modules, '.bin'), bins)
  })
}

function pointRight(folder: string, links: Links): boolean {
  return Object.entries(links).every(([name, target]) => {
    try {
      return readlinkSync(join(folder, name)) === target
    } catch {
      return false // missing, or no link: the answer
    }
  })
}

/** The same bytes again: only the modification time changes, and no reader ever sees another content. */
function restamp(path: string): void {
  const text = readFileSync(path)
  const descriptor = openSync(path, 'r+')
  try {
    writeSync(descriptor, text, 0, text.length, 0)
  } finally {
    closeSync(descriptor)
  }
}

function readState(path: string): StateDocument | undefined {
  const text = readIfExists(path)
  if (text === undefined) return undefined
  try {
    const document = JSON.parse(text.toString('utf8')) as StateDocument
    return document.format === FORMAT ? document : undefined
  } catch {
    return undefined // damaged: as good as missing
  }
}

function changedAt(path: string, field: 'mtimeMs' | 'ctimeMs'): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.[field]
}

/** Null for a file that does not exist. */
export function hashOf(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : sha256(bytes)
}

/** One hash of the names in a folder; the same for a folder that does not exist as for an empty one. */
export function listingOf(folder: string): string {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name !== 'node_modules') : []
  return sha256(names.sort().join('\n'))
}

/** The module is loaded at the first doubt: it takes longer than every stat of an install with nothing to do. */
function sha256(content: string | Uint8Array): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(content).digest('hex')
}

/** The bytes of a file, or undefined when there is nothing to read at the path. */
export function readIfExists(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw cause
  }
}

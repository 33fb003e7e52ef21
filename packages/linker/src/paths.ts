/** Where things lie below a project's root: POSIX texts, relative to it. Layout: docs/internals/linker.md */
import { createHash } from 'node:crypto'
import type { InstanceId } from '@alkahest/core'

/** Longer folder names are cut and get a hash: some file systems end at 255 bytes, and short links are cheap links. */
const FOLDER_LENGTH_MAX = 100

/** Of the hash that keeps two ids apart which would otherwise look alike: 40 bits among a few thousand ids. */
const HASH_LENGTH = 10

export const ALK_FOLDER = 'node_modules/.alk'

export const statePaths = {
  lock: 'node_modules/.alk/lock',
  tree: 'node_modules/.alk/tree.json',
  pending: 'node_modules/.alk/pending.json',
  state: 'node_modules/.alk/state.json',
  trash: 'node_modules/.alk/trash',
  next: 'node_modules/.alk/next',
} as const

/** In `.alk`, above all instances: the fallback folder. */
export const FALLBACK_MODULES = 'node_modules'

/** The link in `.alk` to the instances of the machine's store, in the shared layout. */
export const SHARED_LINK = 'store'

/** What in `.alk` is not an instance. */
export const reservedNames: ReadonlySet<string> = new Set([
  FALLBACK_MODULES,
  SHARED_LINK,
  ...Object.values(statePaths).map((path) => path.slice(ALK_FOLDER.length + 1)),
])

/** What an instance is called in the machine's store. */
export function sharedName(folder: string): string {
  return folder.slice(SHARED_LINK.length + 1)
}

/** Whether an instance's folder lies in the machine's store. */
export function isSharedFolder(folder: string): boolean {
  return folder.startsWith(`${SHARED_LINK}/`)
}

/**
 * The folder of an instance under `node_modules/.alk`: its id with `+` for `/`. What some file system would change or confuse
 * (upper case, `:`, a trailing dot) makes a hash of the id part of the name.
 */
export function instanceFolder(id: InstanceId): string {
  const readable = id.replaceAll('/', '+')
  if (
    /^[a-z0-9@+_~-][a-z0-9@+._~-]*$/.test(readable) &&
    readable.length <= FOLDER_LENGTH_MAX &&
    !readable.endsWith('.') &&
    readable.includes('@', 1)
  ) {
    return readable
  }
  const hash = createHash('sha256').update(id).digest('hex').slice(0, HASH_LENGTH)
  const safe = readable
    .toLowerCase()
    .replaceAll(/[^a-z0-9@+._~-]/g, '_')
    .replace(/^\.+/, '_')
  return `${safe.slice(0, FOLDER_LENGTH_MAX - HASH_LENGTH - 1)}_${hash}`
}

/** The place in the fallback folder of a package that stands there itself. */
export function fallbackFolder(name: string): string {
  return `${FALLBACK_MODULES}/${name}`
}

/** Whether an instance's folder lies in the fallback folder: then it is the package's own, and nothing lies beside it. */
export function isFallbackFolder(folder: string): boolean {
  return folder.startsWith(`${FALLBACK_MODULES}/`)
}

/** The folder in which an instance's own files, and its dependencies, lie; not of one in the fallback folder. */
export function instanceModules(folder: string): string {
  return `${ALK_FOLDER}/${folder}/node_modules`
}

/** The package's own folder: here lies its package.json. */
export function instanceHome(folder: string, name: string): string {
  return isFallbackFolder(folder) ? `${ALK_FOLDER}/${folder}` : `${instanceModules(folder)}/${name}`
}

export function memberModules(path: string): string {
  return path === '.' ? 'node_modules' : `${path}/node_modules`
}

/** Where the link of a dependency lies; under the package's own name there is no place beside it, so it goes inside. */
export function instanceLink(folder: string, name: string, alias: string): string {
  return alias === name
    ? `${instanceModules(folder)}/${name}/node_modules/${alias}`
    : `${instanceModules(folder)}/${alias}`
}

/** Below which folder (relative to the root) emptied folders are removed: an instance and a member keep their own. */
export function emptyFloor(path: string): string {
  const instance = /^node_modules\/\.alk\/[^/]+\/node_modules/.exec(path)
  if (instance !== null) return instance[0]
  const modules = path.lastIndexOf('node_modules/')
  return modules === 0 ? 'node_modules' : path.slice(0, modules - 1)
}

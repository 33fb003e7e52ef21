/**
 * What stands on the disk, as far as it is known for certain. Read under the project's lock. An interrupted install left the tree it
 * started from and the one it was making: where they differ, nothing is certain.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { foreignManager } from './foreign-modules.ts'
import { ALK_FOLDER, FALLBACK_MODULES, fallbackFolder, memberModules, reservedNames, statePaths } from './paths.ts'
import { parseTree } from './tree.ts'
import type { InstanceUnit, Links, Tree } from './tree.ts'

/** Name to what the link points at; undefined when it is not there, or is something else. */
export type FoundLinks = ReadonlyMap<string, string | undefined>

export type InstalledState = {
  /** The last tree that was whole; undefined when there was none. */
  readonly tree: Tree | undefined
  /** By folder: what lies in `.alk`. `unsure` is to be replaced whatever it is. */
  readonly instances: ReadonlyMap<string, InstanceUnit | 'unsure'>
  /** By path, the links that are ours. */
  readonly members: ReadonlyMap<string, { readonly links: FoundLinks; readonly bins: FoundLinks }>
}

/** Undefined when nothing was ever installed here. */
export function readInstalledState(root: string): InstalledState | undefined {
  if (!existsSync(join(root, ALK_FOLDER))) return undefined
  const tree = readTree(join(root, statePaths.tree))
  const pending = readTree(join(root, statePaths.pending))
  return { tree, instances: readInstances(root, tree, pending), members: readMembers(root, tree, pending) }
}

export function readTree(path: string): Tree | undefined {
  try {
    return parseTree(readFileSync(path, 'utf8'))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}

function readInstances(root: string, tree: Tree | undefined, pending: Tree | undefined): InstalledState['instances'] {
  const own = readdirSync(join(root, ALK_FOLDER)).filter((name) => !reservedNames.has(name))
  const links = [tree, pending].flatMap((known) => Object.keys(known?.members[ALK_FOLDER]?.links ?? {}))
  const found = [...own, ...listFallbacks(join(root, ALK_FOLDER, FALLBACK_MODULES), new Set(links)).map(fallbackFolder)]
  return new Map(
    found.sort().map((folder): [string, InstanceUnit | 'unsure'] => {
      const unit = tree?.instances[folder]
      const isCertain =
        unit !== undefined && (pending === undefined || isDeepStrictEqual(unit, pending.instances[folder]))
      return [folder, isCertain ? unit : 'unsure']
    }),
  )
}

/** What stands in the fallback folder, scope by scope: packages, and whatever is not one of the links that are known. */
function listFallbacks(modules: string, links: ReadonlySet<string>): readonly string[] {
  const listed = (folder: string): readonly Dirent[] =>
    existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []
  const entries = listed(modules).flatMap((entry) => {
    const isScope = entry.name.startsWith('@') && entry.isDirectory()
    if (!isScope) return [{ name: entry.name, entry }]
    return listed(join(modules, entry.name)).map((inner) => ({ name: `${entry.name}/${inner.name}`, entry: inner }))
  })
  return entries.filter(({ name, entry }) => !entry.isSymbolicLink() || !links.has(name)).map(({ name }) => name)
}

/** Members' links are few, so they are looked at instead of believed: people remove folders from node_modules by hand. */
function readMembers(root: string, tree: Tree | undefined, pending: Tree | undefined): InstalledState['members'] {
  const paths = new Set([...Object.keys(tree?.members ?? {}), ...Object.keys(pending?.members ?? {})])
  return new Map(
    [...paths].sort().map((path) => {
      const modules = join(root, memberModules(path))
      const isForeign = foreignManager(modules) !== undefined
      const look = (folder: string, ...known: (Links | undefined)[]): FoundLinks => {
        const names = known.flatMap((links) => Object.keys(links ?? {}))
        return new Map(names.map((name) => [name, isForeign ? undefined : readLink(join(folder, name))]))
      }
      const [old, next] = [tree?.members[path], pending?.members[path]]
      return [
        path,
        { links: look(modules, old?.links, next?.links), bins: look(join(modules, '.bin'), old?.bins, next?.bins) },
      ]
    }),
  )
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EINVAL' || code === 'ENOTDIR') return undefined
    throw cause
  }
}

/** What an installer left in node_modules, counted the same way for each: real folders that hold a package, links not followed. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

export type Installed = {
  /** Different names and versions. */
  readonly packages: number
  /** Folders: a package that lies there twice counts twice. */
  readonly copies: number
}

export function countInstalled(project: string): Installed {
  const folders = packageFolders(path.join(project, 'node_modules'))
  const ids = new Set(
    folders.map((folder) => {
      const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
      return `${String(manifest.name)}@${String(manifest.version)}`
    }),
  )
  return { packages: ids.size, copies: folders.length }
}

/** @param nodeModules a folder `node_modules`, or one of the installers' own folders inside it */
function packageFolders(nodeModules: string): readonly string[] {
  return subfolders(nodeModules).flatMap((folder) => {
    const name = path.basename(folder)
    if (name.startsWith('.')) return subfolders(folder).flatMap((instance) => nested(instance))
    if (name.startsWith('@')) return subfolders(folder).flatMap(packageAndNested)
    return packageAndNested(folder)
  })
}

function packageAndNested(folder: string): readonly string[] {
  return [...(existsSync(path.join(folder, 'package.json')) ? [folder] : []), ...nested(folder)]
}

function nested(folder: string): readonly string[] {
  const inner = path.join(folder, 'node_modules')
  return existsSync(inner) ? packageFolders(inner) : []
}

function subfolders(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name))
}

/**
 * The floor of a warm install on this machine and in this run: a Node that starts and makes the folders, hard links and
 * links of a tree that was just installed, and nothing else. As a program: `node floor.ts LIST TARGET`.
 */
import { linkSync, mkdirSync, readFileSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs'
import path from 'node:path'

/** Folders from the outside in, each with what lies in it. */
export type FloorList = {
  /** Absolute: the tree whose files are linked. */
  readonly source: string
  readonly folders: readonly {
    /** Below the tree: empty, or with a slash before it. */
    readonly path: string
    readonly files: readonly string[]
    readonly links: readonly (readonly [name: string, target: string])[]
  }[]
}

export type FloorCounts = { readonly folders: number; readonly files: number; readonly links: number }

export function listFloor(source: string): FloorList {
  const folders: FloorList['folders'][number][] = []
  const visit = (folder: string): void => {
    const entries = readdirSync(path.join(source, folder), { withFileTypes: true })
    const links = entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name)
    folders.push({
      path: folder,
      files: entries.filter((entry) => entry.isFile()).map(({ name }) => name),
      links: links.map((name) => [name, readlinkSync(path.join(source, folder, name))]),
    })
    for (const entry of entries) if (entry.isDirectory()) visit(`${folder}/${entry.name}`)
  }
  visit('')
  return { source, folders }
}

export function countFloor({ folders }: FloorList): FloorCounts {
  const sum = (count: (folder: FloorList['folders'][number]) => number): number =>
    folders.reduce((total, folder) => total + count(folder), 0)
  return { folders: folders.length, files: sum(({ files }) => files.length), links: sum(({ links }) => links.length) }
}

export function makeFloor({ source, folders }: FloorList, target: string): void {
  for (const folder of folders) {
    const place = `${target}${folder.path}`
    mkdirSync(place)
    for (const name of folder.files) linkSync(`${source}${folder.path}/${name}`, `${place}/${name}`)
    for (const [name, text] of folder.links) symlinkSync(text, `${place}/${name}`)
  }
}

if (import.meta.main) {
  const [list = '', target = ''] = process.argv.slice(2)
  makeFloor(JSON.parse(readFileSync(list, 'utf8')) as FloorList, target)
}

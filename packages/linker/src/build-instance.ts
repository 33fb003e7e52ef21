/** One instance on disk: the package's files, and beside them links to what it does not find further up. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { storedName } from '@alkahest/store'
import { hasOwnFiles } from './content.ts'
import type { FilePlacer } from './file-placer.ts'
import { isFallbackFolder } from './paths.ts'
import type { InstanceBuild } from './plan-links.ts'
import type { Links } from './tree.ts'

export type BuildCounts = { folders: number; symlinks: number }

/** Makes `folder` (absolute), which must not exist. Paths are joined as text: this is the innermost loop of every install. */
export function buildInstance(folder: string, build: InstanceBuild, placer: FilePlacer): BuildCounts {
  const { unit } = build
  const counts: BuildCounts = { folders: 0, symlinks: 0 }
  const folders = new FolderMaker(counts)
  folders.make(folder)
  if (isFallbackFolder(build.folder)) {
    placeFiles(folder, build, { placer, folders })
    return counts
  }
  const modules = `${folder}/node_modules`
  folders.make(modules)
  const home = `${modules}/${unit.name}`
  folders.makeBelow(modules, unit.name)
  placeFiles(home, build, { placer, folders })
  const { [unit.name]: own, ...others } = unit.links
  placeLinks(modules, others, folders)
  if (own !== undefined) {
    folders.makeBelow(home, 'node_modules')
    placeLinks(`${home}/node_modules`, { [unit.name]: own }, folders)
  }
  if (Object.keys(unit.bins).length > 0) {
    folders.makeBelow(modules, '.bin')
    placeLinks(`${modules}/.bin`, unit.bins, folders)
  }
  return counts
}

type Tools = { readonly placer: FilePlacer; readonly folders: FolderMaker }

function placeFiles(home: string, { unit, files }: InstanceBuild, { placer, folders }: Tools): void {
  const mended = new Set(files.crlfBins)
  const isOwn = hasOwnFiles(unit.content)
  for (const { path } of files.files) {
    const slash = path.lastIndexOf('/')
    if (slash !== -1) folders.makeBelow(home, path.slice(0, slash))
    const from = `${files.directory}/${storedName(path)}`
    if (mended.has(path)) placer.placeMended(from, `${home}/${path}`)
    else if (isOwn) placer.copy(from, `${home}/${path}`)
    else placer.place(from, `${home}/${path}`)
  }
}

function placeLinks(folder: string, links: Links, folders: FolderMaker): void {
  for (const [name, target] of Object.entries(links)) {
    const slash = name.indexOf('/')
    if (slash !== -1) folders.makeBelow(folder, name.slice(0, slash))
    symlinkSync(target, `${folder}/${name}`)
    folders.counts.symlinks++
  }
}

/** Makes each folder once; asking the disk again costs more than remembering. */
class FolderMaker {
  readonly counts: BuildCounts
  readonly #made = new Set<string>()

  constructor(counts: BuildCounts) {
    this.counts = counts
  }

  make(path: string): void {
    mkdirSync(path)
    this.#made.add(path)
    this.counts.folders++
  }

  /** The folder and those between, below one that was made. */
  makeBelow(base: string, relative: string): void {
    const path = `${base}/${relative}`
    if (this.#made.has(path)) return
    const slash = relative.lastIndexOf('/')
    if (slash !== -1) this.makeBelow(base, relative.slice(0, slash))
    this.make(path)
  }
}

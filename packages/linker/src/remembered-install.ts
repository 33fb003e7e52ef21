/**
 * A finished install, written down so that the same one can be repeated without resolving, or even reading the lockfile's meaning: a fresh clone,
 * a deleted node_modules, a second checkout. Found by the bytes of the lockfile and the settings; used only when every other input is the same, too,
 * and every package is still in the store. Rules: docs/internals/linker.md, "The same install again"
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Integrity, Json, ResolvedPackage } from '@alkahest/core'
import type { Store, StoredPackage } from '@alkahest/store'
import { contentOf, hasOwnFiles } from './content.ts'
import { hostPlatform } from './host-platform.ts'
import { hashOf, listingOf, readIfExists } from './install-inputs.ts'
import type { InstallInputs } from './install-inputs.ts'
import { sharedName, statePaths } from './paths.ts'
import { planTree } from './plan-links.ts'
import type { LinkPlan, PackageFiles } from './plan-links.ts'
import type { Selection } from './select-instances.ts'
import type { Tree } from './tree.ts'
import { writeWhole } from './write-whole.ts'

/** Belongs to the file's format and to that of everything in it. */
const FORMAT = 3

/** How many are kept, the newest: each is some hundred kilobytes. */
const COUNT_MAX = 64

export type RememberOptions = {
  /** Absolute: where remembered installs lie. */
  readonly directory: string
  /** The lockfile, POSIX, relative to the root; one of the inputs' files. */
  readonly lockfile: string
  /** Of Alkahest: another one may lay out the same lockfile differently. */
  readonly version: string
}

export type RecalledInstall = {
  /** To be applied to a project without an installed tree. */
  readonly plan: LinkPlan
  readonly inputs: InstallInputs
  /** What the caller wrote down beside it. */
  readonly memo: Json
}

type Document = {
  readonly format: number
  readonly files: Readonly<Record<string, string | null>>
  readonly listings: Readonly<Record<string, string>>
  readonly memo: Json
  readonly skipped: LinkPlan['skipped']
  readonly binConflicts: LinkPlan['binConflicts']
  readonly tree: Tree
  /** Per instance, in the order of the tree: integrity, paths, commands to mend. */
  readonly packages: readonly (readonly [integrity: Integrity, paths: string, crlfBins: readonly string[]])[]
}

export type FinishedInstall = RecalledInstall & {
  readonly root: string
  readonly selection: Selection
  readonly storedOf: (pkg: ResolvedPackage) => StoredPackage | undefined
}

/**
 * Writes an install down. Nothing happens when there was no lockfile, when a package is not in the store any more, or when
 * one was built: a build is more than files from the store.
 */
export function rememberInstall(install: FinishedInstall, options: RememberOptions): void {
  const { plan, inputs, memo, root } = install
  const packages = listPackages(install)
  const lockfile = inputs.files.get(options.lockfile)
  if (lockfile === undefined || packages === undefined) return
  if (Object.values(plan.tree.instances).some(({ content }) => hasOwnFiles(content))) return
  const document: Document = {
    format: FORMAT,
    files: Object.fromEntries([...inputs.files].map(([path, bytes]) => [path, hashOf(bytes)])),
    listings: Object.fromEntries(inputs.folders.map((folder) => [folder, listingOf(join(root, folder))])),
    memo,
    skipped: plan.skipped,
    binConflicts: plan.binConflicts,
    tree: plan.tree,
    packages,
  }
  mkdirSync(options.directory, { recursive: true })
  removeOldest(options.directory)
  writeWhole(
    join(options.directory, keyOf(lockfile, { ...options, settings: inputs.settings })),
    JSON.stringify(document),
  )
}

/** The same install, when there was one and everything it depended on is as it was; else undefined. */
export function recallInstall(
  project: { readonly root: string; readonly settings: string; readonly store: Store },
  options: RememberOptions,
): RecalledInstall | undefined {
  const { root, settings, store } = project
  if (existsSync(join(root, statePaths.tree)) || existsSync(join(root, statePaths.pending))) return undefined
  const lockfile = readIfExists(join(root, options.lockfile))
  const text = lockfile && readIfExists(join(options.directory, keyOf(lockfile, { ...options, settings })))
  const document = text === undefined ? undefined : parseDocument(text.toString('utf8'))
  const files = document === undefined ? undefined : sameFiles(root, document)
  if (document === undefined || files === undefined) return undefined
  const folders = Object.keys(document.tree.instances)
  const packages = new Map<string, PackageFiles>()
  for (const [position, [integrity, paths, crlfBins]] of document.packages.entries()) {
    if (!store.has(integrity)) return undefined
    const listed = paths.split('\n').map((path) => ({ path }))
    packages.set(folders[position] ?? '', { directory: store.directoryOf(integrity), files: listed, crlfBins })
  }
  const { skipped, binConflicts } = document
  const isShared = (folder: string): boolean => store.hasInstance(sharedName(folder))
  if (!Object.keys(document.tree.shared).every(isShared)) return undefined
  const plan = planTree(document.tree, {
    installed: undefined,
    shares: [],
    filesOf: (folder) => packages.get(folder) as PackageFiles,
  })
  return {
    plan: { ...plan, builds: [], skipped, binConflicts },
    inputs: { settings, files, folders: Object.keys(document.listings) },
    memo: document.memo,
  }
}

function listPackages({ plan, selection, storedOf }: FinishedInstall): Document['packages'] | undefined {
  const keyOfFiles = (name: string, version: string, content: string): string => `${name}@${version} ${content}`
  const packages = new Map(
    [...selection.instances.values()].map(({ package: pkg }) => [
      keyOfFiles(pkg.name, pkg.version, contentOf(pkg)),
      pkg,
    ]),
  )
  const rows: Document['packages'][number][] = []
  for (const { name, version, content } of Object.values(plan.tree.instances)) {
    const pkg = packages.get(keyOfFiles(name, version, content))
    const stored = pkg === undefined ? undefined : storedOf(pkg)
    if (stored === undefined) return undefined
    rows.push([stored.integrity, stored.files.map((file) => file.path).join('\n'), stored.crlfBins])
  }
  return rows
}

function keyOf(lockfile: Uint8Array, options: RememberOptions & { readonly settings: string }): string {
  const rest = JSON.stringify([FORMAT, options.version, options.settings, hostPlatform()])
  return createHash('sha256').update(`${rest}\n`).update(lockfile).digest('hex')
}

/** The files' bytes, or undefined when one of them, or a listing, is another than it was. */
function sameFiles(root: string, document: Document): InstallInputs['files'] | undefined {
  const files = new Map<string, Uint8Array | undefined>()
  for (const [path, hash] of Object.entries(document.files)) {
    const bytes = readIfExists(join(root, path))
    if (hashOf(bytes) !== hash) return undefined
    files.set(path, bytes)
  }
  const isSame = Object.entries(document.listings).every(
    ([folder, listing]) => listingOf(join(root, folder)) === listing,
  )
  return isSame ? files : undefined
}

function parseDocument(text: string): Document | undefined {
  try {
    const document = JSON.parse(text) as Document
    return document.format === FORMAT ? document : undefined
  } catch {
    return undefined // damaged: as good as forgotten
  }
}

function removeOldest(directory: string): void {
  const names = readdirSync(directory)
  if (names.length < COUNT_MAX) return
  const aged = names.map((name) => ({ name, time: statSync(join(directory, name)).mtimeMs }))
  aged.sort((left, right) => left.time - right.time)
  for (const { name } of aged.slice(0, names.length - COUNT_MAX + 1)) rmSync(join(directory, name), { force: true })
}

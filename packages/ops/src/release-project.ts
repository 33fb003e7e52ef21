/** What every `alk release ...` starts from: the plans of the release, one for each target, and what they need from outside. */
import { join, resolve } from 'node:path'
import { compile } from '@alkahest/build'
import type { RunProgram } from '@alkahest/build'
import { invariant, userError } from '@alkahest/core'
import type { Instance } from '@alkahest/core'
import { listPackFiles, loadWorkspace, memberAt, projectConfiguration } from '@alkahest/project'
import { chooseRelease, hostTarget, planRelease, readSigningKey, releaseTargets } from '@alkahest/release'
import type { ChosenRelease, PackageFolder, Release, ReleaseHost, ReleasePlace, ReleaseTarget } from '@alkahest/release'
import { computeInstances } from '@alkahest/resolver'
import { openStore, storedName } from '@alkahest/store'
import type { OperationContext } from './context.ts'
import { fetchPackage } from './download.ts'
import type { DownloadsOptions } from './download.ts'
import { openLocked } from './locked-project.ts'
import type { LockedProject } from './locked-project.ts'
import { lazyNetwork } from './network.ts'
import { programPath } from './programs.ts'
import { describeRuntime, fetchRuntime, pinRuntimes } from './release-runtime.ts'
import type { RuntimeDescription, RuntimeOptions } from './release-runtime.ts'
import { openBuild } from './open-build.ts'
import { storeDirectory } from './store-directory.ts'

export type ReleaseOptions = {
  readonly name?: string
  /** Empty: this machine's. */
  readonly targets: readonly string[]
  /** A version or range of Node, or the path of a Node program. */
  readonly runtime?: string
  /** Relative to the context's folder. */
  readonly destination?: string
  readonly overwrite?: boolean
  /** Instead of the package's own. */
  readonly version?: string
  /** The file of a minisign secret key, relative to the context's folder. */
  readonly key?: string
  /** For trials: nothing is signed, and no key is asked for. */
  readonly unsigned?: boolean
  /** How the programs that compile are run, when it is to be otherwise. */
  readonly runProgram?: RunProgram
}

export type ReleaseProject = {
  /** The configuration's folder, absolute: what it names is relative to it. */
  readonly directory: string
  /** One for each target. */
  readonly plans: readonly Release[]
  readonly host: ReleaseHost
  /** The runtime that a target's release would take along; nothing is downloaded but what the registry knows of it. */
  readonly describeRuntime: (target: ReleaseTarget) => Promise<RuntimeDescription>
  /** Adds the runtimes that were taken along to release.lock, where it does not know them yet. */
  readonly pinRuntimes: () => Promise<void>
} & AsyncDisposable

export async function openReleaseProject(context: OperationContext, options: ReleaseOptions): Promise<ReleaseProject> {
  const locked = await openLocked(context)
  const { root } = locked.project
  const { place, name } = await chosenRelease(locked, options.name)
  const { member } = place
  const graph = computeInstances(locked.lockfile.resolution)
  const { overwrite, destination, version } = options
  const plan = (target: string): Release =>
    planRelease({
      projectFolder: root,
      member: member.path,
      manifest: member.manifest,
      workspace: locked.workspace.members,
      configuration: place.configuration,
      graph,
      target,
      sourceDateEpoch: Number(context.env.SOURCE_DATE_EPOCH ?? 0),
      ...(name === undefined ? {} : { name }),
      ...(version === undefined ? {} : { version }),
      ...(overwrite === undefined ? {} : { overwrite }),
      ...(destination === undefined ? {} : { outputFolder: resolve(context.cwd, destination) }),
    })
  const plans = (options.targets.length === 0 ? [ownTarget()] : options.targets).map(plan)
  const [{ configuration, members }] = plans as [Release]
  const directory = join(root, member.path)
  const configuredKey =
    configuration.signingKey === undefined ? undefined : resolve(directory, configuration.signingKey)
  const signingKey = options.unsigned === true ? undefined : await signingKeyOf(context, options.key, configuredKey)
  const store = openStore({ directory: storeDirectory(context) })
  const network = lazyNetwork(context, { directory: root })
  const runtimes: RuntimeOptions = {
    projectFolder: root,
    wanted: options.runtime,
    engines: members.map((path) => memberAt(locked.workspace, join(root, path)).manifest.engines.node ?? '*'),
    unpinned: new Map(),
    store,
    network,
  }
  return {
    directory,
    plans,
    host: {
      compile: async (release) => {
        for (const path of release.members) await compileMember(context, join(root, path), options.runProgram)
      },
      readMember: async (path) => readMember(root, path),
      readPackage: async (instance) => readPackage(instance, { context, root, store, network }),
      fetchRuntime: async (target) => fetchRuntime(context, target, runtimes),
      supervisorFile: () => programPath('supervisor'),
      cacheFolder: join(context.home, 'cache', 'release'),
      ...(signingKey === undefined ? {} : { signingKey }),
    },
    describeRuntime: async (target) => describeRuntime(context, target, runtimes),
    pinRuntimes: async () => pinRuntimes(context, runtimes),
    [Symbol.asyncDispose]: async () => {
      network[Symbol.dispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

async function chosenRelease({ project, workspace }: LockedProject, name: string | undefined): Promise<ChosenRelease> {
  const { places } = await projectConfiguration(project)
  const [own, shared] = places.map(({ directory, config }): ReleasePlace => ({
    member: memberAt(workspace, directory),
    configuration: config?.releases,
  }))
  invariant(own !== undefined, 'the first place of a configuration is the package itself')
  return chooseRelease(name, { own, shared, workspace: workspace.members })
}

/**
 * `--key FILE`, else the key itself in ALKAHEST_RELEASE_KEY, as a CI keeps secrets, else the file that is configured;
 * undefined: the release is not signed.
 */
async function signingKeyOf(
  { cwd, env }: OperationContext,
  key: string | undefined,
  configured: string | undefined,
): Promise<string | undefined> {
  if (key !== undefined) return await readSigningKey(resolve(cwd, key))
  if (env.ALKAHEST_RELEASE_KEY !== undefined && env.ALKAHEST_RELEASE_KEY !== '') return env.ALKAHEST_RELEASE_KEY
  return configured === undefined ? undefined : await readSigningKey(configured)
}

async function compileMember(
  context: OperationContext,
  directory: string,
  runProgram: RunProgram | undefined,
): Promise<void> {
  context.progress({ kind: 'step', what: 'compiling' })
  const build = await openBuild(
    { ...context, childOutput: 'stderr' },
    { directory, ...(runProgram === undefined ? {} : { runProgram }) },
  )
  const { exitCode } = await compile(build, {})
  if (exitCode === 0) return
  throw userError('COMPILE_FAILED', `the project does not compile (code ${exitCode}), so there is no release`)
}

/** Read anew: compiling may have made files that the first reading did not see. */
async function readMember(root: string, path: string): Promise<PackageFolder> {
  const workspace = await loadWorkspace(root)
  const member = memberAt(workspace, join(root, path))
  const { files } = await listPackFiles(member.directory, member.manifest, { workspace })
  return { folder: member.directory, files }
}

async function readPackage(
  instance: Instance,
  options: Pick<DownloadsOptions, 'context' | 'root' | 'store' | 'network'>,
): Promise<PackageFolder> {
  const wanted = instance.package
  const known = wanted.integrity === undefined ? undefined : options.store.get(wanted.integrity)
  const stored = known ?? (await fetchPackage(wanted, options))
  const files = stored.files.map(({ path, executable }) => ({ path, executable, name: storedName(path) }))
  return { folder: stored.directory, files }
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

/** `alk release prove`: two versions of the release, made for this or given, moved back and forth under load. */
import { resolve } from 'node:path'
import { invariant, userError } from '@alkahest/core'
import { assembleRelease, checkProof, proveRelease, withTemporaryFolder, withVersion } from '@alkahest/release'
import type { ProveOptions, ProveReport } from '@alkahest/release'
import type { OperationContext } from './context.ts'
import { openReleaseProject } from './release-project.ts'
import type { ReleaseOptions } from './release-project.ts'

export type ReleaseProveOptions = Pick<ReleaseOptions, 'name' | 'runtime'> & {
  /** Two tarballs, relative to the context's folder; empty: both are made from the project. */
  readonly tarballs: readonly string[]
  readonly rolls: number
  readonly windowMs: number
  /** Requests a second of each kind. */
  readonly rate?: number
  readonly path?: string
  readonly webSocketPath?: string
}

export type ReleaseProveReport = ProveReport

export async function releaseProve(
  context: OperationContext,
  options: ReleaseProveOptions,
): Promise<ReleaseProveReport> {
  const [first, second, ...more] = options.tarballs.map((file) => resolve(context.cwd, file))
  if (first === undefined) return await withTemporaryFolder(async (folder) => proveProject(context, options, folder))
  if (second === undefined || more.length > 0)
    throw userError('USAGE', 'alk release prove takes two tarballs, or none', {
      hint: 'without any it makes two versions of the release itself',
    })
  return await prove(context, options, [first, second])
}

async function proveProject(
  context: OperationContext,
  options: ReleaseProveOptions,
  folder: string,
): Promise<ReleaseProveReport> {
  const { name, runtime } = options
  await using project = await openReleaseProject(context, {
    targets: [],
    unsigned: true,
    ...(name === undefined ? {} : { name }),
    ...(runtime === undefined ? {} : { runtime }),
  })
  const [plan] = project.plans
  invariant(plan !== undefined, 'without targets the plan is for this machine')
  const [version] = plan.version.split('+')
  const make = async (build: string): Promise<string> =>
    (await assembleRelease(withVersion(plan, `${version}+${build}`, folder), project.host)).tarball
  return await prove(context, options, [await make('prove.1'), await make('prove.2')])
}

async function prove(
  context: OperationContext,
  { rolls, windowMs, rate, path, webSocketPath }: ReleaseProveOptions,
  tarballs: readonly [string, string],
): Promise<ReleaseProveReport> {
  const proveOptions: ProveOptions = {
    tarballs,
    rolls,
    windowMs,
    ...(rate === undefined ? {} : { rate }),
    ...(path === undefined ? {} : { path }),
    ...(webSocketPath === undefined ? {} : { webSocketPath }),
    onRoll: (roll) => context.progress({ kind: 'step', what: 'moving between versions', done: roll, total: rolls }),
  }
  return checkProof(await proveRelease(proveOptions))
}

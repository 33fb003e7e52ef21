/** `alk release` and its parts: the project, its locked graph and everything from outside are handed to `release`. */
import { relative, resolve } from 'node:path'
import { userError } from '@alkahest/core'
import { findProject, readTextFile } from '@alkahest/project'
import {
  assembleDevelopment,
  assembleRelease,
  describeRelease,
  initRelFolder,
  isSigned,
  parsePublicKeys,
  readTrustedKeys,
  verifyChecksum,
  verifySignatures,
  writeKeyPair,
} from '@alkahest/release'
import type {
  DevelopmentReport,
  KeygenReport,
  PublicKey,
  ReleaseDescription,
  ReleaseReport,
  RelFolderReport,
} from '@alkahest/release'
import type { OperationContext } from './context.ts'
import { openReleaseProject } from './release-project.ts'
import type { ReleaseOptions } from './release-project.ts'
import { rebuildElsewhere } from './release-rebuild.ts'
import type { RuntimeDescription } from './release-runtime.ts'

export type ReleaseOperationOptions = ReleaseOptions
export type ReleaseOperationReport = { readonly releases: readonly ReleaseReport[] }

export async function release(
  context: OperationContext,
  options: ReleaseOperationOptions,
): Promise<ReleaseOperationReport> {
  await using project = await openReleaseProject(context, options)
  const releases: ReleaseReport[] = []
  for (const plan of project.plans) {
    releases.push(await assembleRelease(plan, project.host))
    await project.pinRuntimes()
  }
  return { releases }
}

/** `alk release --dev`: a folder that runs from the project, for this machine. */
export async function releaseDevelopment(
  context: OperationContext,
  options: ReleaseOperationOptions,
): Promise<DevelopmentReport> {
  await using project = await openReleaseProject(context, options)
  const [plan, ...others] = project.plans
  if (plan === undefined || others.length > 0) throw userError('USAGE', '--dev makes a release for one target')
  return await assembleDevelopment(plan, project.host)
}

export type ReleasePlanReport = {
  readonly releases: readonly (ReleaseDescription & {
    readonly runtime: RuntimeDescription
    /** Whether a key to sign with was given. */
    readonly signed: boolean
  })[]
}

/** Everything that `alk release` would do with the same options; nothing is written. */
export async function releasePlan(
  context: OperationContext,
  options: ReleaseOperationOptions,
): Promise<ReleasePlanReport> {
  await using project = await openReleaseProject(context, options)
  const signed = project.host.signingKey !== undefined
  const releases = []
  for (const plan of project.plans)
    releases.push({ ...describeRelease(plan), runtime: await project.describeRuntime(plan.target), signed })
  return { releases }
}

export async function releaseInit(context: OperationContext): Promise<RelFolderReport> {
  return await initRelFolder((await findProject(context.cwd)).directory)
}

export type ReleaseKeygenOptions = { /** Relative to the context's folder. */ readonly file: string }

export type ReleaseKeygenReport = KeygenReport & {
  /** The secret lies where it could be committed. */
  readonly insideProject: boolean
}

export async function releaseKeygen(
  context: OperationContext,
  { file }: ReleaseKeygenOptions,
): Promise<ReleaseKeygenReport> {
  const { directory, root } = await findProject(context.cwd)
  const path = resolve(context.cwd, file)
  const report = await writeKeyPair(path, directory)
  return { ...report, insideProject: !relative(root, path).startsWith('..') }
}

export type ReleaseVerifyOptions = Omit<ReleaseOperationOptions, 'key'> & {
  /** Make it again in another folder and compare. */
  readonly rebuild: boolean
  /** A public key, or the file of some, relative to the context's folder; absent: those of rel/trusted_keys. */
  readonly trustedKey?: string
}

export type ReleaseVerifyReport = {
  readonly releases: readonly {
    readonly tarball: string
    readonly sha256: string
    /** Of the tar inside, when it was made again: the same both times. */
    readonly tarSha256: string | null
    /** `unchecked`: it is signed, and no key says by whom it should be. */
    readonly signature: 'valid' | 'unchecked' | 'none'
    /** The number of the key that signed it, where that was checked. */
    readonly keyId: string | null
  }[]
}

/** Throws `RELEASE_TARBALL_MISSING`, `RELEASE_TARBALL_INVALID`, `RELEASE_SIGNATURE_INVALID`, `RELEASE_NOT_REPRODUCIBLE`. */
export async function releaseVerify(
  context: OperationContext,
  { rebuild, trustedKey, ...options }: ReleaseVerifyOptions,
): Promise<ReleaseVerifyReport> {
  await using project = await openReleaseProject(context, { ...options, unsigned: true })
  const keys = await keysToTrust(context, trustedKey, project.directory)
  const releases = []
  for (const plan of project.plans) {
    const sha256 = await verifyChecksum(plan.tarball)
    const keyId = keys === undefined ? null : await verifySignatures(plan, sha256, keys)
    const unchecked = (await isSigned(plan.tarball)) ? 'unchecked' : 'none'
    const tarSha256 = rebuild ? await rebuildElsewhere(context, options, plan) : null
    const signature = keyId === null ? unchecked : 'valid'
    releases.push({ tarball: plan.tarball, sha256, tarSha256, signature, keyId } as const)
  }
  return { releases }
}

async function keysToTrust(
  { cwd }: OperationContext,
  given: string | undefined,
  directory: string,
): Promise<readonly PublicKey[] | undefined> {
  if (given === undefined) return await readTrustedKeys(directory)
  const file = resolve(cwd, given)
  return parsePublicKeys((await readTextFile(file)) ?? given, '--key')
}

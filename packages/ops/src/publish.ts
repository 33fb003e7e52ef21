/** `alk publish`: pack, then one request that the registry takes whole or not at all. */
import type { PackageProblem } from '@alkahest/build'
import type { JsonObject } from '@alkahest/core'
import { asJsonObject, isNewPackageName, userError } from '@alkahest/core'
import { findProject } from '@alkahest/project'
import { publishBody } from '@alkahest/protocol'
import type { OperationContext } from './context.ts'
import { withNetwork } from './network.ts'
import type { Network } from './open-network.ts'
import { checkPackage } from './package-check.ts'
import { packMember, packReport, runScripts, tarballFileName } from './pack.ts'
import type { PackedMember } from './pack.ts'
import { requireLogin } from './package-request.ts'
import type { PublishReport } from './reports.ts'

export type PublishOptions = {
  /** Default: `publishConfig.tag`, else `latest`. */
  readonly tag?: string
  readonly access?: 'public' | 'restricted'
  /** Everything but the request; needs no login. */
  readonly dryRun?: boolean
  readonly otp?: string
  /** Looks whether the package is right for its consumers; true when absent. */
  readonly check?: boolean
  readonly registry?: string
  /** Asked with what would be sent, before anything is; false sends nothing. Absent: it is not asked. */
  readonly confirm?: (reports: readonly PublishReport[]) => Promise<boolean>
}

/** Throws `PACKAGE_PRIVATE`, `PACKAGE_CHECK_FAILED`, `NOT_LOGGED_IN` and what the registry answers. */
export async function publish(context: OperationContext, options: PublishOptions): Promise<PublishReport> {
  const project = await findProject(context.cwd)
  if (project.manifest.private) {
    throw userError('PACKAGE_PRIVATE', `${project.manifestPath} says "private": true, so it is not published`, {
      hint: 'take "private" out of it when everybody who reads the registry may have it',
    })
  }
  const prepared = await preparePublish(context, options)
  return withNetwork(context, { directory: project.root }, async (network) => {
    const report = publishReport(prepared, network)
    if (options.dryRun === true) return report
    requireLogin(network, report.registry, `publishing ${report.name}`)
    if ((await options.confirm?.([report])) === false) return report
    await sendPublish(context, { prepared, network, options })
    return { ...report, published: true }
  })
}

export type PreparedPublish = {
  readonly result: PackedMember
  readonly settings: PublishSettings
  readonly problems: readonly PackageProblem[]
}

/** Runs the scripts that come before, packs and checks: nothing was sent yet. */
export async function preparePublish(context: OperationContext, options: PublishOptions): Promise<PreparedPublish> {
  const result = await packMember(context, ['prepublishOnly', 'prepack', 'prepare'])
  if (!isNewPackageName(result.name)) {
    throw userError('PACKAGE_NAME_INVALID', `no new package may be named ${result.name}`)
  }
  const settings = publishSettings(result, options)
  return { result, settings, problems: options.check === false ? [] : await checkPackage(context, result) }
}

/** What would be sent, and where to. */
export function publishReport({ result, settings, problems }: PreparedPublish, { config }: Network): PublishReport {
  const { dependencies, optionalDependencies, peerDependencies } = result.manifest
  const texts = {
    ...asJsonObject(peerDependencies),
    ...asJsonObject(optionalDependencies),
    ...asJsonObject(dependencies),
  }
  return {
    ...packReport(result, { file: tarballFileName(result), problems }),
    registry: settings.registry ?? config.registryFor(result.name),
    tag: settings.tag,
    dependencies: Object.fromEntries(
      Object.entries(texts).map(([name, range]) => [name, typeof range === 'string' ? range : '']),
    ),
    published: false,
  }
}

/** One request; then the scripts that come after. */
async function sendPublish(
  context: OperationContext,
  sending: { readonly prepared: PreparedPublish; readonly network: Network; readonly options: PublishOptions },
): Promise<void> {
  const { prepared, network, options } = sending
  const { result } = prepared
  const { registry } = publishReport(prepared, network)
  context.progress({ kind: 'step', what: `publishing ${result.name}@${result.version}` })
  const write = { registry, ...(options.otp === undefined ? {} : { otp: options.otp }) }
  await network.client.publish(publishBodyOf(prepared, network), write)
  await runScriptsAfter(context, prepared)
}

export function runScriptsAfter(context: OperationContext, { result }: PreparedPublish): Promise<void> {
  return runScripts(context, result.member, ['postpack', 'publish', 'postpublish'])
}

export function publishBodyOf(prepared: PreparedPublish, network: Network): JsonObject {
  const { result, settings } = prepared
  return publishBody({
    manifest: result.manifest,
    packed: result.packed,
    registry: publishReport(prepared, network).registry,
    tag: settings.tag,
    ...(settings.access === undefined ? {} : { access: settings.access }),
    ...(result.readme === undefined ? {} : { readme: result.readme }),
  })
}

export type PublishSettings = {
  readonly registry: string | undefined
  readonly tag: string
  readonly access: 'public' | 'restricted' | undefined
}

/** Options over `publishConfig` over defaults; a prerelease never becomes `latest` by accident. */
function publishSettings(result: PackedMember, options: PublishOptions): PublishSettings {
  const configured = asJsonObject(result.manifest.publishConfig) ?? {}
  const tag = options.tag ?? (typeof configured.tag === 'string' ? configured.tag : undefined)
  if (tag === undefined && result.version.includes('-')) {
    throw userError('TAG_REQUIRED', `${result.name}@${result.version} is a prerelease, which would become "latest"`, {
      hint: 'name its tag: `alk publish --tag next`',
    })
  }
  const access = options.access ?? configured.access
  const registry = options.registry ?? configured.registry
  return {
    registry: typeof registry === 'string' ? registry.replace(/\/?$/, '/') : undefined,
    tag: tag ?? 'latest',
    access: access === 'public' || access === 'restricted' ? access : undefined,
  }
}

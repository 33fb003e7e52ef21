/** `alk publish`: pack, then one request that the registry takes whole or not at all. */
import { asJsonObject, isNewPackageName, userError } from '@alkahest/core'
import { findProject } from '@alkahest/project'
import { publishBody } from '@alkahest/protocol'
import type { OperationContext } from './context.ts'
import { withNetwork } from './network.ts'
import { packMember, packReport, runScripts, tarballFileName } from './pack.ts'
import type { PackedMember } from './pack.ts'
import type { PublishReport } from './reports.ts'

export type PublishOptions = {
  /** Default: `publishConfig.tag`, else `latest`. */
  readonly tag?: string
  readonly access?: 'public' | 'restricted'
  /** Everything but the request; needs no login. */
  readonly dryRun?: boolean
  readonly otp?: string
  readonly registry?: string
}

/** Throws `PACKAGE_PRIVATE`, `NOT_LOGGED_IN` and what the registry answers. */
export async function publish(context: OperationContext, options: PublishOptions): Promise<PublishReport> {
  const project = await findProject(context.cwd)
  if (project.manifest.private) {
    throw userError('PACKAGE_PRIVATE', `${project.manifestPath} says "private": true, so it is not published`, {
      hint: 'take "private" out of it when everybody who reads the registry may have it',
    })
  }
  const result = await packMember(context, ['prepublishOnly', 'prepack', 'prepare'])
  if (!isNewPackageName(result.name)) {
    throw userError('PACKAGE_NAME_INVALID', `no new package may be named ${result.name}`)
  }
  const settings = publishSettings(result, options)
  return withNetwork(context, { directory: project.root }, async ({ config, client }) => {
    const registry = settings.registry ?? config.registryFor(result.name)
    const report = { ...packReport(result, tarballFileName(result)), registry, tag: settings.tag }
    if (options.dryRun === true) return { ...report, published: false }
    if (config.credentialsFor(registry) === undefined) {
      throw userError('NOT_LOGGED_IN', `publishing ${result.name} needs a login at ${registry}`, {
        hint: 'log in with `alk login`',
      })
    }
    const body = publishBody({
      manifest: result.manifest,
      packed: result.packed,
      registry,
      tag: settings.tag,
      ...(settings.access === undefined ? {} : { access: settings.access }),
      ...(result.readme === undefined ? {} : { readme: result.readme }),
    })
    context.progress({ kind: 'step', what: `publishing ${result.name}@${result.version}` })
    await client.publish(body, { registry, ...(options.otp === undefined ? {} : { otp: options.otp }) })
    await runScripts(context, result.member, ['postpack', 'publish', 'postpublish'])
    return { ...report, published: true }
  })
}

type PublishSettings = {
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

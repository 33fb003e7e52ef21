/** What owners change of a published package: deprecation, versions taken back, dist-tags, owners. */
import { asJsonObject, asVersion, parseRange, rangeHas, userError } from '@alkahest/core'
import type { PackageName, Version } from '@alkahest/core'
import type { OperationContext } from './context.ts'
import { atRegistry, parsePackageRequest, requireLogin } from './package-request.ts'
import type { OpenRegistry, RegistryOptions } from './package-request.ts'
import type { DeprecateReport, DistTagsReport, OwnersReport, UnpublishReport } from './package-reports.ts'

export type DeprecateOptions = RegistryOptions & {
  /** `name` for every version, `name@range` for some. */
  readonly package: string
  /** Empty takes the deprecation back. */
  readonly message: string
}

/** Throws `PACKAGE_NOT_FOUND` and `VERSION_NOT_FOUND`. */
export async function deprecate(context: OperationContext, options: DeprecateOptions): Promise<DeprecateReport> {
  const { name, wanted } = parsePackageRequest(options.package)
  const range = wanted === undefined ? undefined : parseRange(wanted, 'the command line')
  return atRegistry(context, { ...options, of: name }, async (open) => {
    requireLogin(open, open.registry, `deprecating ${name}`)
    const versions = (await versionsOf(open, name)).filter(
      (version) => range === undefined || rangeHas(range, version, { includePrerelease: true }),
    )
    if (versions.length === 0) throw noVersion(name, wanted ?? '*')
    await open.client.deprecate(name, versions, { ...open.write, message: options.message })
    return { name, registry: open.registry, versions, message: options.message }
  })
}

export type UnpublishOptions = RegistryOptions & {
  /** `name@version`, or `name` for all of it. */
  readonly package: string
}

export async function unpublish(context: OperationContext, options: UnpublishOptions): Promise<UnpublishReport> {
  const { name, wanted } = parsePackageRequest(options.package)
  const version = wanted === undefined ? undefined : asVersion(wanted)
  if (wanted !== undefined && version === undefined) throw noVersion(name, wanted)
  return atRegistry(context, { ...options, of: name }, async (open) => {
    requireLogin(open, open.registry, `unpublishing ${name}`)
    await open.client.unpublish(name, version, open.write)
    return { name, registry: open.registry, version: version ?? null }
  })
}

export type DistTagOptions = RegistryOptions & {
  /** `name`; `name@version` to add. */
  readonly package: string
  readonly change?: { readonly kind: 'add' | 'remove'; readonly tag: string }
}

/** The tags as they are afterwards. */
export async function distTag(context: OperationContext, options: DistTagOptions): Promise<DistTagsReport> {
  const { name, wanted } = parsePackageRequest(options.package)
  return atRegistry(context, { ...options, of: name }, async (open) => {
    const { change } = options
    if (change !== undefined) requireLogin(open, open.registry, `tagging ${name}`)
    if (change?.kind === 'add') {
      const version = wanted === undefined ? undefined : asVersion(wanted)
      if (version === undefined) throw noVersion(name, wanted ?? '')
      await open.client.setDistTag(name, change.tag, { ...open.write, version })
    }
    if (change?.kind === 'remove') await open.client.removeDistTag(name, change.tag, open.write)
    return { name, registry: open.registry, tags: await open.client.distTags(name) }
  })
}

export type OwnerOptions = RegistryOptions & {
  readonly package: string
  readonly change?: { readonly kind: 'add' | 'remove'; readonly user: string }
}

/** The owners as they are afterwards. */
export async function owner(context: OperationContext, options: OwnerOptions): Promise<OwnersReport> {
  const { name } = parsePackageRequest(options.package)
  return atRegistry(context, { ...options, of: name }, async (open) => {
    const { change } = options
    if (change !== undefined) requireLogin(open, open.registry, `changing the owners of ${name}`)
    if (change?.kind === 'add') await open.client.addOwner(name, change.user, open.write)
    if (change?.kind === 'remove') await open.client.removeOwner(name, change.user, open.write)
    const owners = await open.client.owners(name)
    return {
      name,
      registry: open.registry,
      owners: owners.map((entry) => ({ name: entry.name, email: entry.email ?? null })),
    }
  })
}

async function versionsOf({ client, registry }: OpenRegistry, name: PackageName): Promise<readonly Version[]> {
  const document = await client.document(name)
  if (document === 'missing') throw userError('PACKAGE_NOT_FOUND', `${registry} has no package ${name}`)
  return Object.keys(asJsonObject(document.versions) ?? {}).flatMap((text) => asVersion(text) ?? [])
}

function noVersion(name: PackageName, wanted: string): Error {
  return userError('VERSION_NOT_FOUND', `${name} has no version ${wanted}`, {
    hint: `see its versions with \`alk info ${name}\``,
  })
}

/** `alk search` and `alk info`: what a registry has, and what it says of one package. */
import { asJsonObject, asVersion, compareVersions, parseRange, rangeHas, userError } from '@alkahest/core'
import type { Json, JsonObject, PackageName, Version } from '@alkahest/core'
import type { OperationContext } from './context.ts'
import { atRegistry, parsePackageRequest } from './package-request.ts'
import type { RegistryOptions } from './package-request.ts'
import type { InfoReport, SearchReport } from './package-reports.ts'

export type SearchOptions = RegistryOptions & { readonly text: string; readonly limit?: number }

export async function search(context: OperationContext, options: SearchOptions): Promise<SearchReport> {
  return atRegistry(context, options, async ({ client, registry }) => {
    const size = options.limit === undefined ? {} : { size: options.limit }
    const { total, packages } = await client.search(options.text, { registry, ...size })
    return { total, packages: packages.map((found) => ({ ...found, date: found.date ?? null })) }
  })
}

export type InfoOptions = RegistryOptions & {
  /** `name`, or `name@` and a version, a range or a tag; latest when absent. */
  readonly package: string
}

/** Throws `PACKAGE_NOT_FOUND` and `VERSION_NOT_FOUND`. */
export async function info(context: OperationContext, options: InfoOptions): Promise<InfoReport> {
  const { name, wanted } = parsePackageRequest(options.package)
  return atRegistry(context, { ...options, of: name }, async ({ client, registry }) => {
    const document = await client.document(name)
    if (document === 'missing') throw userError('PACKAGE_NOT_FOUND', `${registry} has no package ${name}`)
    return { registry, ...describe(name, document, wanted ?? 'latest') }
  })
}

function describe(name: PackageName, document: JsonObject, wanted: string): Omit<InfoReport, 'registry'> {
  const manifests = asJsonObject(document.versions) ?? {}
  const versions = Object.keys(manifests).flatMap((text) => asVersion(text) ?? [])
  const tags = textsOf(document['dist-tags'])
  const version = publishedVersion(versions, tags, wanted)
  if (version === undefined) {
    throw userError('VERSION_NOT_FOUND', `${name} has no version ${wanted}`, {
      hint: `its tags are ${Object.keys(tags).join(', ')}`,
    })
  }
  const manifest = asJsonObject(manifests[version]) ?? {}
  const { unpackedSize } = asJsonObject(manifest.dist) ?? {}
  return {
    name,
    version,
    description: textOf(manifest.description) ?? '',
    license: textOf(manifest.license) ?? textOf(asJsonObject(manifest.license)?.type),
    homepage: textOf(manifest.homepage),
    repository: textOf(manifest.repository) ?? textOf(asJsonObject(manifest.repository)?.url),
    tags,
    versions: versions.toSorted(compareVersions),
    dependencies: textsOf(manifest.dependencies),
    owners: namesOf(document.maintainers),
    deprecated: textOf(manifest.deprecated),
    published: textOf(asJsonObject(document.time)?.[version]),
    size: typeof unpackedSize === 'number' ? unpackedSize : null,
  }
}

/** A tag, else the highest version in the range. */
export function publishedVersion(
  versions: readonly Version[],
  tags: Readonly<Record<string, string>>,
  wanted: string,
): Version | undefined {
  const tagged = Object.hasOwn(tags, wanted) ? tags[wanted] : undefined
  if (tagged !== undefined) return versions.find((version) => version === tagged)
  const exact = asVersion(wanted)
  if (exact !== undefined) return versions.find((version) => version === exact)
  const range = parseRange(wanted, 'the command line')
  return versions.toSorted(compareVersions).findLast((version) => rangeHas(range, version))
}

function namesOf(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((entry: Json) => textOf(asJsonObject(entry)?.name) ?? [])
}

function textsOf(value: Json | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(asJsonObject(value) ?? {})
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

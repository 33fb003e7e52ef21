/**
 * Version rows -> packuments. A row holds its manifest as JSON text that is complete but for its address: `dist` is the last key, `tarball`
 * the last key in it, and empty. So a packument of a thousand versions is put together without parsing one of them.
 */
import { asJsonObject } from '@alkahest/core'
import type { Json, JsonObject, PackageName } from '@alkahest/core'
import { hasInstallScript } from './parse-packument.ts'
import { routes } from './routes.ts'

/** The fields of a version in the abbreviated form, by npm's specification, and `libc`. */
const ABBREVIATED_FIELDS = [
  'name',
  'version',
  'deprecated',
  'dependencies',
  'acceptDependencies',
  'optionalDependencies',
  'devDependencies',
  'bundleDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bin',
  'directories',
  'engines',
  '_hasShrinkwrap',
  'funding',
  'os',
  'cpu',
  'libc',
] as const

/** What every row's text ends with. */
const OPEN_ADDRESS = '"tarball":""}}'
const ADDRESS_OFFSET = '"}}'.length

export type VersionRow = {
  readonly version: string
  /** {@link openText} of the full manifest. */
  readonly full: string
  /** {@link openText} of the abbreviated manifest. */
  readonly abbreviated: string
  /** ISO 8601. */
  readonly publishedAt: string
}

export type PackumentParts = {
  readonly name: PackageName
  /** ISO 8601. */
  readonly createdAt: string
  readonly modifiedAt: string
  readonly distTags: Readonly<Record<string, string>>
  /** Ascending. */
  readonly versions: readonly VersionRow[]
  /** The registry's public URL with a trailing slash: what tarball addresses begin with. */
  readonly baseUrl: string
}

/** What only the full form says, beside the fields that come from the manifest of `latest`. */
export type FullParts = {
  readonly revision: string
  readonly maintainers: readonly JsonObject[]
  readonly users: JsonObject
  readonly access: 'public' | 'restricted'
  readonly readme: string
  readonly readmeFilename: string
  /** The manifest of `latest`: description, license and so on are its. */
  readonly latest: JsonObject
}

/** The marker of a package that was published to this registry itself: release age does not apply to it. */
export const LOCAL_MARKER = { _alkahest: { local: true } } as const

/** The part of a full manifest that the abbreviated form keeps. */
export function abbreviateManifest(manifest: JsonObject): JsonObject {
  const kept: Record<string, Json> = {}
  for (const field of ABBREVIATED_FIELDS) {
    const value = manifest[field]
    if (value !== undefined) kept[field] = value
  }
  if (manifest.bundleDependencies === undefined && manifest.bundledDependencies !== undefined) {
    kept.bundleDependencies = manifest.bundledDependencies
  }
  if (hasInstallScript(manifest)) kept.hasInstallScript = true
  if (manifest.dist !== undefined) kept.dist = manifest.dist
  return kept
}

/** A manifest as a row's text: `dist` last, its `tarball` last and empty. */
export function openText(manifest: JsonObject): string {
  const { dist, ...rest } = manifest
  const { tarball: _address, ...facts } = asJsonObject(dist) ?? {}
  return JSON.stringify({ ...rest, dist: { ...facts, tarball: '' } })
}

/** The manifest of one version, its address filled in. */
export function closeText(text: string, address: string): string {
  return `${text.slice(0, -ADDRESS_OFFSET)}${JSON.stringify(address).slice(1, -1)}"}}`
}

export function isOpenText(text: string): boolean {
  return text.endsWith(OPEN_ADDRESS)
}

export function tarballAddress(baseUrl: string, name: PackageName, version: string): string {
  return baseUrl + routes.tarball(name, version)
}

export function renderAbbreviated(parts: PackumentParts): string {
  const head = {
    name: parts.name,
    modified: parts.modifiedAt,
    'dist-tags': parts.distTags,
    time: timeOf(parts),
    ...LOCAL_MARKER,
  }
  return withVersions(head, parts, (row) => row.abbreviated)
}

export function renderFull(parts: PackumentParts, full: FullParts): string {
  const { latest } = full
  const head: Record<string, unknown> = {
    _id: parts.name,
    _rev: full.revision,
    name: parts.name,
    description: latest.description,
    'dist-tags': parts.distTags,
    time: timeOf(parts),
    maintainers: full.maintainers,
    author: latest.author,
    contributors: latest.contributors,
    repository: latest.repository,
    bugs: latest.bugs,
    homepage: latest.homepage,
    keywords: latest.keywords,
    license: latest.license,
    readme: full.readme,
    readmeFilename: full.readmeFilename,
    users: full.users,
    access: full.access,
    _attachments: {},
    ...LOCAL_MARKER,
  }
  return withVersions(head, parts, (row) => row.full)
}

function withVersions(head: object, parts: PackumentParts, textOf: (row: VersionRow) => string): string {
  const entries = parts.versions.map(
    (row) =>
      `${JSON.stringify(row.version)}:${closeText(textOf(row), tarballAddress(parts.baseUrl, parts.name, row.version))}`,
  )
  return `${JSON.stringify(head).slice(0, -1)},"versions":{${entries.join(',')}}}`
}

function timeOf(parts: PackumentParts): JsonObject {
  const published = parts.versions.map((row): [string, string] => [row.version, row.publishedAt])
  return { created: parts.createdAt, modified: parts.modifiedAt, ...Object.fromEntries(published) }
}

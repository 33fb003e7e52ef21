/** An npm package as a {@link PackageView}. Every field of a manifest is what a stranger wrote: of any type, of any length. */
import { asJsonObject } from '@alkahest/core'
import type { Json, JsonObject, Version } from '@alkahest/core'
import { isServedName, routes, tarballAddress } from '@alkahest/protocol'
import type { Dependents } from '../ports/browser-index.ts'
import type { TarballRecord } from '../ports/package-index.ts'
import type { PackageOverview } from '../services/package-overviews.ts'
import type { Links } from './links.ts'
import { formatSize } from './moments.ts'
import { VERSIONS_PER_PAGE } from './package-view.ts'
import type { Fact, PackageTab, PackageView, ReadmeView, Requirement, Turn, Warning } from './package-view.ts'
import { webAddressOf } from './web-address.ts'

const TEXT_LENGTH_MAX = 2000
const LIST_LENGTH_MAX = 50
const REQUIREMENTS_MAX = 1000

const dependencyGroups: readonly (readonly [field: string, title: string])[] = [
  ['dependencies', 'Dependencies'],
  ['peerDependencies', 'Peer dependencies'],
  ['optionalDependencies', 'Optional dependencies'],
  ['devDependencies', 'For development'],
]

export type NpmPage = {
  readonly links: Links
  /** The registry's URL, with a trailing slash. */
  readonly baseUrl: string
  readonly overview: PackageOverview
  readonly version: Version
  readonly manifest: JsonObject
  /** Of a local package: its packed size. */
  readonly tarball: TarballRecord | undefined
  readonly tab: PackageTab
}

export function npmPackageView(page: NpmPage): PackageView {
  const { overview, version, manifest, tab } = page
  const { name } = overview
  const tags = tagsOf(overview, version)
  const wanted = tags.includes('latest') ? name : `${name}@${version}`
  return {
    ecosystem: 'npm',
    name,
    version,
    description: textOf(manifest.description),
    marks: [...tags, ...(overview.restricted ? ['private'] : [])],
    warning: warningOf(manifest),
    notice: overview.notice,
    installs: [
      { tool: 'npm', command: `npm install ${wanted}` },
      { tool: 'pnpm', command: `pnpm add ${wanted}` },
      { tool: 'yarn', command: `yarn add ${wanted}` },
      { tool: 'bun', command: `bun add ${wanted}` },
      { tool: 'alk', command: `alk add ${wanted}` },
    ],
    setups: [
      {
        kind: 'line',
        file: '.npmrc',
        code: `${name.startsWith('@') ? `${name.split('/', 1)[0]}:` : ''}registry=${page.baseUrl}`,
      },
    ],
    facts: factsOf(page),
    keywords: keywordsOf(manifest.keywords),
    versionCount: overview.versions.length,
    tab,
  }
}

/** The version that a page shows: the one asked for, by number or tag, else `latest`, else the highest. */
export function chosenVersion(overview: PackageOverview, wanted: string | undefined): Version | undefined {
  const text = wanted ?? 'latest'
  const tagged = Object.hasOwn(overview.distTags, text) ? overview.distTags[text] : undefined
  const found = overview.versions.find(({ version }) => version === (tagged ?? text))
  return found?.version ?? (wanted === undefined ? overview.versions.at(-1)?.version : undefined)
}

export function readmeTab(readme: ReadmeView): PackageTab {
  return { kind: 'readme', readme }
}

export function dependenciesTab(links: Links, manifest: JsonObject): PackageTab {
  const groups = dependencyGroups.flatMap(([field, title]) => {
    const requirements = Object.entries(asJsonObject(manifest[field]) ?? {}).slice(0, REQUIREMENTS_MAX)
    if (requirements.length === 0) return []
    return [{ title, requirements: requirements.map(([name, range]) => requirementOf(links, name, textOf(range))) }]
  })
  return { kind: 'dependencies', groups }
}

export function dependentsTab(links: Links, { first, total }: Dependents): PackageTab {
  const requirements = first.map(({ name, range }) => requirementOf(links, name, range))
  return { kind: 'dependents', requirements, total }
}

export type VersionsPage = {
  readonly links: Links
  readonly overview: PackageOverview
  /** The version that the rest of the page is about. */
  readonly version: Version
  /** From 1. */
  readonly page: number
}

/** Newest first; the manifests of one page are read to see what is deprecated. */
export async function versionsTab({ links, overview, version, page }: VersionsPage): Promise<PackageTab> {
  const { name } = overview
  const start = (page - 1) * VERSIONS_PER_PAGE
  const shown = overview.versions.toReversed().slice(start, start + VERSIONS_PER_PAGE)
  const manifests = await overview.manifests(shown.map((row) => row.version))
  const warnings = new Map(manifests.map((manifest) => [manifest.version, warningOf(manifest)?.mark]))
  const turn = (label: string, to: number): Turn => ({
    label,
    href: links.package({ ecosystem: 'npm', name, version, tab: 'versions', page: to }),
  })
  return {
    kind: 'versions',
    rows: shown.map((row) => ({
      version: row.version,
      href: links.package({ ecosystem: 'npm', name, version: row.version }),
      publishedAt: row.publishedAt,
      tags: tagsOf(overview, row.version),
      warning: warnings.get(row.version),
    })),
    turns: [
      ...(page > 1 ? [turn('Newer', page - 1)] : []),
      ...(start + VERSIONS_PER_PAGE < overview.versions.length ? [turn('Older', page + 1)] : []),
    ],
  }
}

function factsOf({ baseUrl, overview, version, manifest, tarball }: NpmPage): readonly Fact[] {
  const { name } = overview
  const dist = asJsonObject(manifest.dist) ?? {}
  const publishedAt = overview.versions.find((row) => row.version === version)?.publishedAt
  const publisher = textOf(asJsonObject(manifest._npmUser)?.name)
  return [
    one('License', licenseOf(manifest)),
    ...(publishedAt === undefined ? [] : [{ label: 'Published', values: [publishedAt], at: publishedAt }]),
    one('Publisher', publisher),
    { label: 'Owners', values: overview.owners.slice(0, LIST_LENGTH_MAX).map((owner) => textOf(owner)) },
    one('Author', authorOf(manifest.author)),
    one('Packed', tarball === undefined ? '' : formatSize(tarball.size)),
    one('Unpacked', typeof dist.unpackedSize === 'number' ? formatSize(dist.unpackedSize) : ''),
    one('Files', typeof dist.fileCount === 'number' ? String(dist.fileCount) : ''),
    {
      label: 'Engines',
      values: Object.entries(asJsonObject(manifest.engines) ?? {})
        .slice(0, LIST_LENGTH_MAX)
        .map(([engine, range]) => `${engine} ${textOf(range)}`),
    },
    one('Installing', manifest.hasInstallScript === true ? 'runs a script' : ''),
    address('Homepage', manifest.homepage),
    address('Repository', manifest.repository),
    address('Issues', manifest.bugs),
    { label: 'Tarball', values: [`${version}.tgz`], href: tarballAddress(baseUrl, name, version) },
    { ...one('Integrity', textOf(dist.integrity)), code: true },
    { ...one('SHA-1', textOf(dist.shasum)), code: true },
    ...(asJsonObject(dist.attestations) === undefined
      ? []
      : [{ label: 'Provenance', values: ['attested'], href: baseUrl + routes.attestations(name, version) }]),
    // Without a password that may stand in it.
    one('From', overview.upstream === undefined ? 'this registry' : (webAddressOf(overview.upstream) ?? 'an upstream')),
  ].filter(({ values }) => values.length > 0)
}

function one(label: string, text: string): Fact {
  return { label, values: text === '' ? [] : [text] }
}

/** A text or `{"url"}`; shown as text when it is no address of the web. */
function address(label: string, value: Json | undefined): Fact {
  const text = textOf(typeof value === 'string' ? value : asJsonObject(value)?.url)
  const href = webAddressOf(text)
  return { ...one(label, href?.replace(/^https?:\/\//, '').replace(/\/$/, '') ?? text), href }
}

function requirementOf(links: Links, name: string, range: string): Requirement {
  // An alias names the package that it stands for.
  const [, aliased = name] = /^npm:(@?[^@]+)/.exec(range) ?? []
  return {
    name: name.slice(0, TEXT_LENGTH_MAX),
    range,
    href: isServedName(aliased) ? links.package({ ecosystem: 'npm', name: aliased }) : undefined,
  }
}

function tagsOf({ distTags }: PackageOverview, version: Version): readonly string[] {
  return Object.keys(distTags).filter((tag) => distTags[tag] === version)
}

function warningOf({ deprecated }: JsonObject): Warning | undefined {
  const text = deprecated === true ? 'No reason is given.' : textOf(deprecated)
  return text === '' ? undefined : { mark: 'deprecated', text }
}

function licenseOf({ license, licenses }: JsonObject): string {
  const many: readonly Json[] = Array.isArray(licenses) ? licenses : []
  const all = [license, ...many].map((entry) => textOf(typeof entry === 'string' ? entry : asJsonObject(entry)?.type))
  return all.filter((text) => text !== '').join(', ')
}

function authorOf(author: Json | undefined): string {
  return textOf(typeof author === 'string' ? author : asJsonObject(author)?.name)
}

function keywordsOf(keywords: Json | undefined): readonly string[] {
  const listed: readonly Json[] = Array.isArray(keywords) ? keywords : []
  const list = typeof keywords === 'string' ? keywords.split(/[\s,]+/) : listed
  return list
    .map((keyword) => textOf(keyword).slice(0, 100))
    .filter((keyword) => keyword !== '')
    .slice(0, LIST_LENGTH_MAX)
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value.slice(0, TEXT_LENGTH_MAX) : ''
}

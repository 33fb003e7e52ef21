/** A Hex package as a {@link PackageView}. What a package says of itself is what a stranger wrote: of any length. */
import { configsOf, mixRepositoryLine } from '../hex/config-lines.ts'
import { docsUrl, pageName } from '../hex/hex-descriptions.ts'
import type { Describing } from '../hex/hex-descriptions.ts'
import type { HexContents } from '../hex/services/hex-contents.ts'
import type { HexDependent, HexPackageFacts, HexReleaseFacts } from '../hex/services/hex-packages.ts'
import { newestOf } from '../hex/services/hex-packages.ts'
import type { Links } from './links.ts'
import { formatSize } from './moments.ts'
import { DEPENDENTS_SHOWN, VERSIONS_PER_PAGE } from './package-view.ts'
import type { Fact, PackageTab, PackageView, Requirement, Setup, Turn, Warning } from './package-view.ts'
import { webAddressOf } from './web-address.ts'

const TEXT_LENGTH_MAX = 2000
const LABEL_LENGTH_MAX = 40
const LIST_LENGTH_MAX = 50
const REQUIREMENTS_MAX = 1000

export type HexPage = {
  readonly links: Links
  readonly describing: Describing
  readonly found: HexPackageFacts
  readonly release: HexReleaseFacts
  /** Of the release's tarball; undefined when it cannot be read now. */
  readonly contents: HexContents | undefined
  /** What clients check the repository's signatures with. */
  readonly key: { readonly publicPem: string; readonly fingerprint: string }
}

export function hexPackageView(page: HexPage, tab: PackageTab): PackageView {
  const { describing, found, release, contents } = page
  const { version } = release
  const isPrivate = found.repository !== describing.main
  const app = release.tools?.app ?? contents?.metadata.app
  const lines = configsOf({ ...found, version, app }, describing.main)
  return {
    ecosystem: 'hex',
    name: pageName(found, describing.main),
    version,
    description: textOf(contents?.metadata.description ?? found.meta?.description),
    marks: ['Hex', ...(newestOf(found.releases) === version ? ['latest'] : []), ...(isPrivate ? ['private'] : [])],
    warning: warningOf(release),
    notice: undefined,
    installs: [
      { tool: 'mix', command: lines['mix.exs'] ?? '' },
      { tool: 'rebar3', command: lines['rebar.config'] ?? '' },
      { tool: 'gleam', command: lines['gleam.toml'] ?? '' },
    ],
    setups: setupsOf(page),
    facts: factsOf(page),
    keywords: [],
    versionCount: found.releases.length,
    tab,
  }
}

/** The release that a page shows: the one asked for, else the newest stable one, else the newest. */
export function chosenRelease(found: HexPackageFacts, wanted: string | undefined): HexReleaseFacts | undefined {
  const version = wanted ?? newestOf(found.releases)
  return found.releases.find((release) => release.version === version)
}

export function hexDependenciesTab(links: Links, { found, release }: HexPage, main: string): PackageTab {
  const of = (optional: boolean): readonly Requirement[] =>
    release.requirements
      .filter((requirement) => requirement.optional === optional)
      .slice(0, REQUIREMENTS_MAX)
      .map(({ name, requirement, repository }) => {
        // Another registry's has no page here.
        const isOurs = repository === main || repository === found.repository
        const shown = pageName({ repository, name }, main)
        return {
          name: shown,
          range: requirement,
          href: isOurs ? links.package({ ecosystem: 'hex', name: shown }) : undefined,
        }
      })
  const groups = [
    { title: 'Dependencies', requirements: of(false) },
    { title: 'Optional dependencies', requirements: of(true) },
  ]
  return { kind: 'dependencies', groups: groups.filter(({ requirements }) => requirements.length > 0) }
}

export function hexDependentsTab(links: Links, dependents: readonly HexDependent[], main: string): PackageTab {
  const requirements = dependents.slice(0, DEPENDENTS_SHOWN).map((dependent) => {
    const name = pageName(dependent, main)
    return { name, range: dependent.requirement, href: links.package({ ecosystem: 'hex', name }) }
  })
  return { kind: 'dependents', requirements, total: dependents.length }
}

/** Newest first. @param page from 1 */
export function hexVersionsTab({ links, describing, found, release }: HexPage, page: number): PackageTab {
  const name = pageName(found, describing.main)
  const start = (page - 1) * VERSIONS_PER_PAGE
  const newest = newestOf(found.releases)
  const turn = (label: string, to: number): Turn => ({
    label,
    href: links.package({ ecosystem: 'hex', name, version: release.version, tab: 'versions', page: to }),
  })
  return {
    kind: 'versions',
    rows: found.releases.slice(start, start + VERSIONS_PER_PAGE).map((row) => ({
      version: row.version,
      href: links.package({ ecosystem: 'hex', name, version: row.version }),
      publishedAt: row.publishedAt,
      tags: row.version === newest ? ['latest'] : [],
      warning: warningOf(row)?.mark,
    })),
    turns: [
      ...(page > 1 ? [turn('Newer', page - 1)] : []),
      ...(start + VERSIONS_PER_PAGE < found.releases.length ? [turn('Older', page + 1)] : []),
    ],
  }
}

function warningOf({ retirement }: HexReleaseFacts): Warning | undefined {
  if (retirement === undefined) return undefined
  const { reason, message } = retirement
  return { mark: 'retired', text: textOf(message === undefined ? `Reason: ${reason}.` : `${message} (${reason})`) }
}

/** Each client is told of the repository once; whoever takes the place of the public one is told as that. */
function setupsOf({ describing, found, key }: HexPage): readonly Setup[] {
  const { baseUrl, main } = describing
  const organisation = found.repository === main ? undefined : found.repository
  const add = mixRepositoryLine({ baseUrl, main, fingerprint: key.fingerprint })
  const withKey = organisation === undefined ? '' : `\nmix hex.repo set ${main} --auth-key KEY`
  return [
    { kind: 'block', title: 'For mix, once in a shell', code: `${add}${withKey}` },
    {
      kind: 'block',
      title: 'For rebar3, once in rebar.config',
      code: rebarRepositories({ baseUrl, main, organisation, publicPem: key.publicPem }),
    },
    {
      kind: 'note',
      text: 'gleam believes only the key of the public repository, and none can be given to it: take the package by path or git there.',
    },
  ]
}

type RebarFacts = {
  readonly baseUrl: string
  readonly main: string
  readonly organisation: string | undefined
  readonly publicPem: string
}

function rebarRepositories({ baseUrl, main, organisation, publicPem }: RebarFacts): string {
  const path = organisation === undefined ? 'repo' : `repo/repos/${organisation}`
  return `{hex, [{repos, [
  #{name => <<"${organisation ?? main}">>,
    repo_url => <<"${baseUrl}${path}">>,${organisation === undefined ? '' : '\n    repo_key => <<"KEY">>,'}
    api_url => <<"${baseUrl}api">>,
    api_repository => undefined,
    repo_public_key => <<"${publicPem.trim()}">>}
]}]}.`
}

function factsOf({ describing, found, release, contents }: HexPage): readonly Fact[] {
  const { baseUrl, main } = describing
  const { version } = release
  const meta = contents?.metadata ?? found.meta
  const tools = release.tools ?? contents?.metadata
  const isPublic = found.repository === main
  const size = release.tarball?.size ?? contents?.size
  return [
    { label: 'Licenses', values: textsOf(meta?.licenses) },
    ...(release.publishedAt === undefined
      ? []
      : [{ label: 'Published', values: [release.publishedAt], at: release.publishedAt }]),
    one('Publisher', release.publishedBy),
    { label: 'Owners', values: found.owners.slice(0, LIST_LENGTH_MAX).map(({ name }) => name) },
    { label: 'Maintainers', values: textsOf(meta?.maintainers) },
    one('Packed', size === undefined ? undefined : formatSize(size)),
    one('Unpacked', contents === undefined ? undefined : formatSize(contents.unpackedSize)),
    one('Files', contents === undefined ? undefined : String(contents.fileCount)),
    { label: 'Build tools', values: textsOf(tools?.buildTools) },
    one('Elixir', tools?.elixir ?? undefined),
    one('Application', tools?.app === found.name ? undefined : tools?.app),
    ...(release.documentation === undefined ? [] : [documentation(docsUrl(found, version, baseUrl), isPublic)]),
    ...Object.entries(meta?.links ?? {})
      .slice(0, LIST_LENGTH_MAX)
      .map(([label, text]) => address(label, text)),
    // Browsers send no key: what is private is for clients.
    ...(isPublic
      ? [{ label: 'Tarball', values: [`${version}.tar`], href: `${baseUrl}repo/tarballs/${found.name}-${version}.tar` }]
      : []),
    { ...one('Checksum', release.outerChecksum), code: true },
    one('Repository', found.repository),
    one('From', found.origin === 'local' ? 'this registry' : 'an upstream'),
  ].filter(({ values }) => values.length > 0)
}

function documentation(href: string, isPublic: boolean): Fact {
  return isPublic
    ? { label: 'Documentation', values: ['read it'], href }
    : { label: 'Documentation', values: ['by mix hex.docs fetch'] }
}

function one(label: string, text: string | undefined): Fact {
  return { label, values: text === undefined || text === '' ? [] : [textOf(text)] }
}

/** Shown as text when it is no address of the web. */
function address(label: string, text: string): Fact {
  const href = webAddressOf(text)
  const shown = href?.replace(/^https?:\/\//, '').replace(/\/$/, '') ?? text
  return { ...one(label.slice(0, LABEL_LENGTH_MAX), shown), href }
}

function textsOf(texts: readonly string[] | undefined): readonly string[] {
  return (texts ?? []).slice(0, LIST_LENGTH_MAX).map(textOf)
}

function textOf(text: string | undefined): string {
  return (text ?? '').slice(0, TEXT_LENGTH_MAX)
}

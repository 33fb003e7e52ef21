/** Packages, releases and keys as the API describes them. */
import type { Json, JsonObject } from '@alkahest/core'
import type { HexRepositoryRecord } from '../ports/hex-index.ts'
import type { Account, TokenRecord } from '../ports/package-index.ts'
import { linksAt } from '../web/links.ts'
import { isPrereleaseVersion } from './formats/hex-version.ts'
import { configsOf } from './config-lines.ts'
import { permissionsOf } from './services/hex-keys.ts'
import { newestOf } from './services/hex-packages.ts'
import type { HexPackageFacts, HexReleaseFacts, HexTools } from './services/hex-packages.ts'
import type { PackageMeta } from './services/release-facts.ts'

export type Describing = {
  /** With a trailing slash. */
  readonly baseUrl: string
  /** The main repository's name. */
  readonly main: string
}

/** @param meta of the package as a whole: of one from the upstream, what its newest tarball says */
export function describePackage(
  found: HexPackageFacts,
  describing: Describing,
  meta: PackageMeta | undefined = found.meta,
): JsonObject {
  const { baseUrl, main } = describing
  const { releases } = found
  const newest = newestOf(releases)
  const url = packageUrl(found, describing)
  const documented = releases.find(({ documentation }) => documentation !== undefined)
  return {
    name: found.name,
    repository: found.repository,
    private: found.repository !== main,
    inserted_at: found.createdAt ?? null,
    updated_at: found.modifiedAt ?? null,
    url,
    html_url: htmlUrl(found, describing),
    docs_html_url: documented === undefined ? null : docsUrl(found, documented.version, baseUrl),
    latest_version: releases[0]?.version ?? null,
    latest_stable_version: releases.find(({ version }) => !isPrereleaseVersion(version))?.version ?? null,
    meta: {
      description: meta?.description ?? null,
      licenses: meta?.licenses ?? [],
      links: meta?.links ?? {},
      maintainers: meta?.maintainers ?? [],
    },
    configs: configsOf(
      { ...found, version: newest, app: releases.find(({ version }) => version === newest)?.tools?.app },
      main,
    ),
    releases: releases.map((release) => ({
      version: release.version,
      url: `${url}/releases/${release.version}`,
      has_docs: release.documentation !== undefined,
      inserted_at: release.publishedAt ?? null,
    })),
    retirements: Object.fromEntries(
      releases
        .filter(({ retirement }) => retirement !== undefined)
        .map((release) => [release.version, retirementOf(release)]),
    ),
    // Nobody counts them: clients print nothing then.
    downloads: {},
    owners: found.owners.map(({ name, level }) => ({ username: name, email: null, level })),
  }
}

/** @param tools of one from the upstream, what its tarball says */
export function describeRelease(
  found: HexPackageFacts,
  release: HexReleaseFacts,
  { describing, tools = release.tools }: { readonly describing: Describing; readonly tools?: HexTools | undefined },
): JsonObject {
  const { baseUrl, main } = describing
  const { version } = release
  const url = packageUrl(found, describing)
  const hasDocs = release.documentation !== undefined
  return {
    version,
    checksum: release.outerChecksum ?? null,
    inserted_at: release.publishedAt ?? null,
    updated_at: release.publishedAt ?? null,
    has_docs: hasDocs,
    url: `${url}/releases/${version}`,
    package_url: url,
    html_url: `${htmlUrl(found, describing)}/v/${encodeURIComponent(version)}`,
    docs_html_url: hasDocs ? docsUrl(found, version, baseUrl) : null,
    requirements: Object.fromEntries(
      release.requirements.map(({ name, app, requirement, optional }) => [name, { app, requirement, optional }]),
    ),
    configs: configsOf({ ...found, version, app: tools?.app }, main),
    meta: { app: tools?.app ?? found.name, build_tools: tools?.buildTools ?? [], elixir: tools?.elixir ?? null },
    retirement: retirementOf(release),
    publisher: release.publishedBy === undefined ? null : { username: release.publishedBy, email: null },
    downloads: null,
  }
}

export function describeKey(token: TokenRecord, secret?: string): JsonObject {
  return {
    name: token.name,
    authing_key: false,
    permissions: permissionsOf(token).map(({ domain, resource }) => ({ domain, resource: resource ?? null })),
    inserted_at: token.createdAt,
    updated_at: token.createdAt,
    last_use: null,
    revoked_at: null,
    revoke_at: token.expiresAt ?? null,
    url: `keys/${encodeURIComponent(token.name)}`,
    ...(secret === undefined ? {} : { secret }),
  }
}

/** An address is shown to its owner only. */
export function describeUser(account: Account, { baseUrl }: Describing, own: boolean): JsonObject {
  return {
    username: account.name,
    email: own ? account.email : null,
    full_name: null,
    handles: {},
    url: `${baseUrl}api/users/${account.name}`,
    inserted_at: account.createdAt,
    updated_at: account.createdAt,
  }
}

export function describeOrganisation(record: HexRepositoryRecord, role: Json): JsonObject {
  return {
    name: record.name,
    role,
    billing_active: true,
    seats: null,
    inserted_at: record.createdAt,
    updated_at: record.createdAt,
  }
}

export function packageUrl(
  record: { readonly repository: string; readonly name: string },
  { baseUrl, main }: Describing,
): string {
  const repository = record.repository === main ? '' : `repos/${record.repository}/`
  return `${baseUrl}api/${repository}packages/${record.name}`
}

/** What the package is called in addresses of pages. */
export function pageName(
  { repository, name }: { readonly repository: string; readonly name: string },
  main: string,
): string {
  return repository === main ? name : `${repository}/${name}`
}

/** The page for people. */
function htmlUrl(found: { readonly repository: string; readonly name: string }, { baseUrl, main }: Describing): string {
  return linksAt(baseUrl).package({ ecosystem: 'hex', name: pageName(found, main) })
}

export function docsUrl(
  record: { readonly repository: string; readonly name: string },
  version: string,
  baseUrl: string,
): string {
  return `${baseUrl}-/hex/docs/${record.repository}/${record.name}/${version}/index.html`
}

function retirementOf({ retirement }: HexReleaseFacts): JsonObject | null {
  return retirement === undefined ? null : { reason: retirement.reason, message: retirement.message ?? null }
}

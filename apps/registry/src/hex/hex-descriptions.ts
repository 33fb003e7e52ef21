/** Packages, releases and keys as the API describes them. */
import type { Json, JsonObject } from '@alkahest/core'
import type { HexPackageRecord, HexReleaseRecord, HexRepositoryRecord } from '../ports/hex-index.ts'
import type { Account, TokenRecord } from '../ports/package-index.ts'
import { compareHexVersions, isPrereleaseVersion } from './formats/hex-version.ts'
import { permissionsOf } from './services/hex-keys.ts'
import { factsOf } from './services/release-facts.ts'
import type { PackageMeta } from './services/release-facts.ts'

export type Describing = {
  /** With a trailing slash. */
  readonly baseUrl: string
  /** The main repository's name. */
  readonly main: string
}

export function describePackage(record: HexPackageRecord, { baseUrl, main }: Describing): JsonObject {
  const releases = record.releases.toSorted((left, right) => compareHexVersions(right.version, left.version))
  const url = packageUrl(record, { baseUrl, main })
  const meta = record.meta as unknown as PackageMeta
  const latest = releases[0]?.version
  const stable = releases.find(({ version }) => !isPrereleaseVersion(version))?.version
  const documented = releases.find(({ documentation }) => documentation !== undefined)
  return {
    name: record.name,
    repository: record.repository,
    private: record.repository !== main,
    inserted_at: record.createdAt,
    updated_at: record.modifiedAt,
    url,
    html_url: url,
    docs_html_url: documented === undefined ? null : docsUrl(record, documented.version, baseUrl),
    latest_version: latest ?? null,
    latest_stable_version: stable ?? null,
    meta: {
      description: meta.description,
      licenses: meta.licenses,
      links: meta.links,
      maintainers: meta.maintainers,
    },
    configs: latest === undefined ? {} : configsOf(record.name, stable ?? latest),
    releases: releases.map((release) => ({
      version: release.version,
      url: `${url}/releases/${release.version}`,
      has_docs: release.documentation !== undefined,
      inserted_at: release.publishedAt,
    })),
    retirements: Object.fromEntries(
      releases
        .filter(({ retirement }) => retirement !== undefined)
        .map((release) => [release.version, retirementOf(release)]),
    ),
    downloads: {},
    owners: record.owners.map(({ name, level }) => ({ username: name, email: null, level })),
  }
}

export function describeRelease(
  record: HexPackageRecord,
  release: HexReleaseRecord,
  { baseUrl, main }: Describing,
): JsonObject {
  const facts = factsOf(release)
  const url = packageUrl(record, { baseUrl, main })
  const hasDocs = release.documentation !== undefined
  return {
    version: release.version,
    checksum: release.outerChecksum,
    inserted_at: release.publishedAt,
    updated_at: release.publishedAt,
    has_docs: hasDocs,
    url: `${url}/releases/${release.version}`,
    package_url: url,
    html_url: `${url}/releases/${release.version}`,
    docs_html_url: hasDocs ? docsUrl(record, release.version, baseUrl) : null,
    requirements: Object.fromEntries(
      facts.requirements.map(({ name, app, requirement, optional }) => [name, { app, requirement, optional }]),
    ),
    configs: configsOf(record.name, release.version),
    meta: { app: facts.app, build_tools: facts.buildTools, elixir: facts.elixir },
    retirement: retirementOf(release),
    publisher: { username: release.publishedBy, email: null },
    downloads: 0,
  }
}

/** Lines to paste: `~> 1.2` for what is stable, `~> 0.2.3` before that, the version itself for what is not released. */
export function configsOf(name: string, version: string): Record<string, string> {
  const [major = '0', minor = '0', patch = '0'] = version.split(/[.+-]/)
  const stable = major === '0' ? `~> 0.${minor}.${patch}` : `~> ${major}.${minor}`
  const requirement = isPrereleaseVersion(version) ? `~> ${version}` : stable
  return {
    'mix.exs': `{:${name}, "${requirement}"}`,
    'rebar.config': `{${name}, "${version}"}`,
    'erlang.mk': `dep_${name} = hex ${version}`,
    'gleam.toml': `${name} = "${version}"`,
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

export function docsUrl(
  record: { readonly repository: string; readonly name: string },
  version: string,
  baseUrl: string,
): string {
  return `${baseUrl}-/hex/docs/${record.repository}/${record.name}/${version}/index.html`
}

function retirementOf({ retirement }: HexReleaseRecord): JsonObject | null {
  return retirement === undefined ? null : { reason: retirement.reason, message: retirement.message ?? null }
}

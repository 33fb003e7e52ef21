/**
 * What a person wants to see of a package, local and upstream alike: its README, tags, versions, and the manifests of those that are shown. A
 * large packument is never parsed for it: of an upstream's document only the beginning and the wanted manifests are read.
 */
import { asJsonObject, asVersion, parseJson } from '@alkahest/core'
import type { JsonObject, PackageName, Version } from '@alkahest/core'
import type { BlobStorage } from '../ports/blob-storage.ts'
import { readAll } from '../ports/blob-storage.ts'
import type { PackageHead, PackageIndex } from '../ports/package-index.ts'
import { decodeStored } from './coding.ts'
import type { Names, UpstreamRule } from './names.ts'
import type { UpstreamPackument, UpstreamPackuments } from './upstream-packuments.ts'

export type PackageOverview = {
  readonly name: PackageName
  readonly restricted: boolean
  /** Accounts, for a local package; for one of the upstream whoever it names. */
  readonly owners: readonly string[]
  /** Where it comes from when it is not ours. */
  readonly upstream: string | undefined
  /** Why versions that one may have seen elsewhere are not here. */
  readonly notice: string | undefined
  readonly distTags: Readonly<Record<string, string>>
  /** Ascending. */
  readonly versions: readonly OverviewVersion[]
  /** Of the version that is tagged `latest`; undefined also when the document does not say. */
  readonly readme: string | undefined
  /** Of those that exist, in the order in which they were asked for. */
  manifests(versions: readonly Version[]): Promise<readonly JsonObject[]>
}

export type OverviewVersion = {
  readonly version: Version
  /** ISO 8601; undefined when the upstream does not say. */
  readonly publishedAt: string | undefined
}

export type PackageOverviewsOptions = {
  readonly index: PackageIndex
  readonly blobs: BlobStorage
  readonly names: Names
  readonly upstream: UpstreamPackuments
}

export class PackageOverviews {
  readonly #options: PackageOverviewsOptions

  constructor(options: PackageOverviewsOptions) {
    this.#options = options
  }

  /** Undefined when nobody has it. Whether the caller may see a restricted one is for the caller to check. */
  async get(name: PackageName): Promise<PackageOverview | undefined> {
    const standing = await this.#options.names.standing(name)
    if (standing.kind === 'local') return this.#local(standing.head)
    return standing.kind === 'upstream' ? this.#ofUpstream(name, standing.upstream) : undefined
  }

  async #local(head: PackageHead): Promise<PackageOverview | undefined> {
    const record = await this.#options.index.read(head.name)
    if (record === undefined || record.versions.length === 0) return undefined
    const texts = new Map(record.versions.map(({ version, full }) => [version, full]))
    return {
      name: record.name,
      restricted: record.access === 'restricted',
      owners: record.owners,
      upstream: undefined,
      notice: undefined,
      distTags: record.distTags,
      versions: record.versions,
      readme: record.readme?.text,
      manifests: async (versions) =>
        versions.flatMap((version) => manifestOf(texts.get(version), `${record.name}@${version}`)),
    }
  }

  async #ofUpstream(name: PackageName, rule: UpstreamRule): Promise<PackageOverview | undefined> {
    const { upstream } = this.#options
    const found = await upstream.get(name, rule)
    if (found === undefined) return undefined
    const facts = await upstream.facts(found)
    const document = await this.#document(found)
    const head = headOf(document, Math.min(...Object.values(facts.versions).map(({ start }) => start)))
    return {
      name,
      restricted: false,
      owners: peopleOf(head.maintainers),
      upstream: rule.url,
      notice: upstream.notice(found),
      distTags: facts.distTags,
      versions: Object.entries(facts.versions).flatMap(([text, { publishedAt }]) => {
        const version = asVersion(text)
        const at = publishedAt === undefined ? undefined : new Date(publishedAt).toISOString()
        return version === undefined ? [] : [{ version, publishedAt: at }]
      }),
      readme: typeof head.readme === 'string' && head.readme !== '' ? head.readme : undefined,
      manifests: async (versions) =>
        versions.flatMap((version) => {
          const place = facts.versions[version]
          return manifestOf(place && document.toString('utf8', place.start, place.end), `${name}@${version}`)
        }),
    }
  }

  async #document(found: UpstreamPackument): Promise<Buffer> {
    const bytes = await readAll(this.#options.blobs, found.full.integrity)
    if (bytes === undefined) throw new Error(`the blob ${found.full.integrity} of a cached document is missing`)
    return decodeStored(bytes)
  }
}

/** Everything before the versions: up to where the first manifest stands, and closed. */
function headOf(document: Buffer, firstManifest: number): JsonObject {
  const text = Number.isFinite(firstManifest)
    ? `${document.toString('utf8', 0, firstManifest)}null}}`
    : document.toString('utf8')
  return asJsonObject(parseJson(text, 'the head of a cached document')) ?? {}
}

function manifestOf(text: string | undefined, place: string): readonly JsonObject[] {
  const manifest = text === undefined ? undefined : asJsonObject(parseJson(text, place))
  return manifest === undefined ? [] : [manifest]
}

function peopleOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.map((person) => asJsonObject(person)?.name).filter((name) => typeof name === 'string')
}

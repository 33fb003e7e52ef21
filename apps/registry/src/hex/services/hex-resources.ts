/**
 * Signed resources: rendered from rows, kept under the revision that they show, rendered again by whoever has not got them. Rows and key determine
 * the bytes, so every replica serves the same.
 */
import { createHash } from 'node:crypto'
import type { HexIndex, HexPackageRecord, HexReleaseRecord } from '../../ports/hex-index.ts'
import { BodyCache } from '../../services/sized-cache.ts'
import { SingleFlight } from '../../services/single-flight.ts'
import { compareHexVersions } from '../formats/hex-version.ts'
import { encodeNames, encodePackage, encodeVersions, retirementReasons } from '../formats/registry-messages.ts'
import type {
  DependencyMessage,
  HexTimestamp,
  PackageMessage,
  ReleaseMessage,
  RetirementReason,
} from '../formats/registry-messages.ts'
import { formatResource } from '../formats/signed-resource.ts'
import type { HexRepository } from './hex-repositories.ts'
import type { HexSigningKey } from './hex-signing.ts'
import { factsOf } from './release-facts.ts'

/** In bytes: some ten thousand packages. */
const CACHE_SIZE = 32 * 1024 * 1024

export type HexResource = {
  readonly body: Buffer
  /** SHA-256 of the body, shortened. */
  readonly etag: string
}

export type HexResourcesOptions = { readonly index: HexIndex; readonly key: () => Promise<HexSigningKey> }

export class HexResources {
  readonly #index: HexIndex
  readonly #key: () => Promise<HexSigningKey>
  readonly #bodies = new BodyCache(CACHE_SIZE)
  readonly #flights = new SingleFlight<Buffer>()

  constructor({ index, key }: HexResourcesOptions) {
    this.#index = index
    this.#key = key
  }

  names(repository: HexRepository): Promise<HexResource> {
    return this.#listing(repository, 'names', async () => {
      const listings = await this.#listings(repository.name)
      const packages = listings.map(({ name, modifiedAt }) => ({ name, updatedAt: timestampOf(modifiedAt) }))
      return encodeNames({ repository: repository.name, packages })
    })
  }

  versions(repository: HexRepository): Promise<HexResource> {
    return this.#listing(repository, 'versions', async () => {
      const listings = await this.#listings(repository.name)
      const packages = listings.map(({ name, versions }) => {
        const sorted = versions.toSorted((left, right) => compareHexVersions(left.version, right.version))
        const retired = sorted.flatMap((entry, place) => (entry.retired ? [place] : []))
        return { name, versions: sorted.map(({ version }) => version), retired }
      })
      return encodeVersions({ repository: repository.name, packages })
    })
  }

  /** Undefined when there is no such package, or no release of it is left. */
  async package(repository: HexRepository, name: string): Promise<HexResource | undefined> {
    const head = await this.#index.head(repository.name, name)
    if (head === undefined) return undefined
    const body = await this.#rendered(`${repository.name}/packages/${name}@${head.revision}`, async () => {
      const record = await this.#index.package(repository.name, name)
      return record === undefined || record.releases.length === 0 ? undefined : encodePackage(messageOf(record))
    })
    return body === undefined ? undefined : resourceOf(body)
  }

  /** A record that came from elsewhere, under a key that names its content. */
  async foreign(message: PackageMessage, digest: string): Promise<HexResource> {
    const key = `upstream/${message.name}@${digest}`
    return resourceOf((await this.#rendered(key, async () => encodePackage(message))) ?? Buffer.alloc(0))
  }

  async #listing(repository: HexRepository, what: string, render: () => Promise<Uint8Array>): Promise<HexResource> {
    const revision = (await this.#index.repository(repository.name))?.revision ?? 0
    const body = await this.#rendered(`${repository.name}/${what}@${revision}`, render)
    return resourceOf(body ?? Buffer.alloc(0))
  }

  async #listings(repository: string): Promise<Awaited<ReturnType<HexIndex['listings']>>> {
    const listings = await this.#index.listings(repository)
    return listings
      .filter(({ versions }) => versions.length > 0)
      .toSorted((left, right) => (left.name < right.name ? -1 : 1))
  }

  async #rendered(key: string, render: () => Promise<Uint8Array | undefined>): Promise<Buffer | undefined> {
    const kept = this.#bodies.get(key)
    if (kept !== undefined) return kept
    const body = await this.#flights.run(key, async () => {
      const payload = await render()
      if (payload === undefined) return Buffer.alloc(0)
      return formatResource(payload, (await this.#key()).privateKey)
    })
    if (body.length === 0) return undefined
    this.#bodies.set(key, body)
    return body
  }
}

function resourceOf(body: Buffer): HexResource {
  return { body, etag: createHash('sha256').update(body).digest('hex').slice(0, 32) }
}

function messageOf(record: HexPackageRecord): PackageMessage {
  const releases = record.releases.toSorted((left, right) => compareHexVersions(left.version, right.version))
  return {
    name: record.name,
    repository: record.repository,
    releases: releases.map((release) => releaseOf(release, record)),
  }
}

function releaseOf(release: HexReleaseRecord, record: HexPackageRecord): ReleaseMessage {
  const { retirement } = release
  return {
    version: release.version,
    innerChecksum: release.innerChecksum,
    outerChecksum: release.outerChecksum,
    dependencies: factsOf(release).requirements.map((requirement) => dependencyOf(requirement, record.repository)),
    retirement:
      retirement === undefined ? undefined : { reason: asReason(retirement.reason), message: retirement.message },
    publishedAt: timestampOf(release.publishedAt),
  }
}

function dependencyOf(
  requirement: ReturnType<typeof factsOf>['requirements'][number],
  repository: string,
): DependencyMessage {
  return {
    package: requirement.name,
    requirement: requirement.requirement,
    optional: requirement.optional,
    app: requirement.app === requirement.name ? undefined : requirement.app,
    repository: requirement.repository === repository ? undefined : requirement.repository,
  }
}

export function asReason(text: string): RetirementReason {
  return retirementReasons.find((reason) => reason === text) ?? 'other'
}

export function timestampOf(instant: string): HexTimestamp {
  return { seconds: Math.floor(Date.parse(instant) / 1000), nanos: 0 }
}

/** Publishing a release: from the bytes of a tarball to one committed row, in the order of docs/internals/hex.md. */
import type { BlobStorage } from '../../ports/blob-storage.ts'
import { putBytes } from '../../ports/blob-storage.ts'
import type { HexIndex } from '../../ports/hex-index.ts'
import type { Principal } from '../../services/accounts.ts'
import { RateLimit } from '../../services/rate-limit.ts'
import type { HexRequirement } from '../formats/hex-metadata.ts'
import { readHexTarball } from '../formats/hex-tarball.ts'
import type { HexTarball } from '../formats/hex-tarball.ts'
import { hexRefusals, refusingFormat } from '../hex-refusal.ts'
import type { HexRepositories, HexRepository } from './hex-repositories.ts'
import type { HexResources } from './hex-resources.ts'
import type { HexUpstream } from './hex-upstream.ts'
import { packageMeta, releaseFacts } from './release-facts.ts'
import type { ReleaseFacts } from './release-facts.ts'

const MINUTE_MS = 60_000

export type HexPublishingOptions = {
  readonly index: HexIndex
  readonly blobs: BlobStorage
  readonly repositories: HexRepositories
  readonly resources: HexResources
  /** Undefined when there is none. */
  readonly upstream: HexUpstream | undefined
  /** For one account; 0: any number. */
  readonly publishesPerMinute: number
  readonly now: () => number
}

export type HexPublishRequest = {
  /** As the address has it. */
  readonly repository: string | undefined
  /** As the address has it; undefined: only the tarball says. */
  readonly name: string | undefined
  readonly tarball: Uint8Array
  readonly replace: boolean
  readonly principal: Principal | undefined
}

export type HexPublished = { readonly repository: HexRepository; readonly name: string; readonly version: string }

export class HexPublishing {
  readonly #options: HexPublishingOptions
  readonly #publishes: RateLimit | undefined

  constructor(options: HexPublishingOptions) {
    this.#options = options
    const { publishesPerMinute: triesMax, now } = options
    if (triesMax > 0) this.#publishes = new RateLimit({ triesMax, windowMs: MINUTE_MS, what: 'publishes', now })
  }

  async publish(request: HexPublishRequest): Promise<HexPublished> {
    const { repositories } = this.#options
    const { principal } = request
    if (principal === undefined) throw hexRefusals.unauthenticated()
    this.#publishes?.check(principal.account.name)
    this.#publishes?.count(principal.account.name)
    const tarball = await refusingFormat(readHexTarball(request.tarball, 'the tarball'))
    const { name, version } = tarball.metadata
    if (request.name !== undefined && request.name !== name)
      throw hexRefusals.validation({ name: `the tarball is of ${name}, not of ${request.name}` })
    const repository = await repositories.requireWritable(request.repository, { principal, package: name })
    await this.#requireOurs(repository, name)
    const blob = await putBytes(this.#options.blobs, request.tarball)
    const outcome = await this.#options.index.publish({
      repository: repository.name,
      name,
      version,
      innerChecksum: tarball.innerChecksum,
      outerChecksum: tarball.outerChecksum,
      facts: releaseFacts(tarball.metadata, await this.#requirements(repository, tarball)),
      meta: packageMeta(tarball.metadata),
      description: tarball.metadata.description,
      tarball: { integrity: blob.integrity, size: blob.size },
      by: principal.account.name,
      trusted: repositories.isTrusted(repository, principal),
      at: new Date(this.#options.now()).toISOString(),
    })
    refuseOutcome(outcome.kind, request.replace)
    // Rendered now, so that the first client does not wait for it.
    await this.#options.resources.package(repository, name)
    return { repository, name, version }
  }

  /** The attack: a package here in the place of one that everybody knows. */
  async #requireOurs(repository: HexRepository, name: string): Promise<void> {
    const { upstream, index } = this.#options
    if (upstream === undefined || !repository.main) return
    if ((await index.head(repository.name, name)) !== undefined || (await upstream.isClaimed(name))) return
    if (!(await upstream.exists(name))) return
    throw hexRefusals.forbidden(
      `${name} exists upstream, and a package here would take its place: to allow it, claim the name (alk registry claim hex:${name})`,
    )
  }

  #requirements(repository: HexRepository, tarball: HexTarball): Promise<ReleaseFacts['requirements']> {
    return Promise.all(
      tarball.metadata.requirements.map(async (requirement) => ({
        ...requirement,
        repository: await this.#repositoryOf(repository, requirement),
      })),
    )
  }

  /** What names none is of the same repository; in an organisation that has no such package, of the main one. */
  async #repositoryOf(repository: HexRepository, requirement: HexRequirement): Promise<string> {
    if (requirement.repository !== undefined) {
      // Clients know an organisation as `main:organisation`; records know it by its own name.
      return requirement.repository.slice(requirement.repository.indexOf(':') + 1)
    }
    if (repository.main) return repository.name
    const own = await this.#options.index.head(repository.name, requirement.name)
    return own === undefined ? this.#options.repositories.main : repository.name
  }
}

function refuseOutcome(kind: Awaited<ReturnType<HexIndex['publish']>>['kind'], replace: boolean): void {
  switch (kind) {
    case 'published':
    case 'repeated':
      return
    case 'not-owner':
      throw hexRefusals.forbidden()
    case 'removed':
      throw hexRefusals.validation({ version: "was reverted, and a version's number is never used again" })
    case 'exists':
      throw hexRefusals.validation(
        replace
          ? { version: 'is published, and a published version never changes here: publish another one' }
          : { inserted_at: 'is published already, and a published version never changes here: publish another one' },
      )
  }
}

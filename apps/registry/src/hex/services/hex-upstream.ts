/**
 * A Hex repository behind ours, under the laws of npm's side: one fetch however many ask, nothing kept that does not verify, the old served while
 * the upstream fails, and never a name that is ours. What is kept are facts, signed again with our key when they are served.
 */
import { createHash, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { JsonObject } from '@alkahest/core'
import type { BlobStorage } from '../../ports/blob-storage.ts'
import type { HexBlob, HexIndex, HexUpstreamRecord } from '../../ports/hex-index.ts'
import type { ClaimIndex } from '../../ports/package-index.ts'
import { Refusal } from '../../refusal.ts'
import type { UpstreamRule } from '../../services/names.ts'
import { SingleFlight } from '../../services/single-flight.ts'
import type { UpstreamClient } from '../../services/upstream-client.ts'
import { HexFormatError } from '../formats/format-error.ts'
import { isHexVersion } from '../formats/hex-version.ts'
import { decodePackage } from '../formats/registry-messages.ts'
import type { PackageMessage } from '../formats/registry-messages.ts'
import { parseResource } from '../formats/signed-resource.ts'

/** In bytes: well above what Hex itself accepts. */
const TARBALL_SIZE_MAX = 128 * 1024 * 1024

export type HexUpstreamOptions = {
  readonly index: HexIndex
  readonly claims: ClaimIndex
  /** From the configuration. */
  readonly configuredClaims: readonly string[]
  readonly blobs: BlobStorage
  readonly client: UpstreamClient
  /** With a trailing slash. */
  readonly url: string
  /** For a repository that is not open to everybody. */
  readonly token: string | undefined
  /** What the upstream calls itself in its records. */
  readonly repository: string
  readonly publicKeyPem: string
  /** What we call ourselves: the name under which its records are served. */
  readonly main: string
  readonly maxAgeMs: number
  readonly negativeMaxAgeMs: number
  readonly now: () => number
}

export type HexUpstreamPackage = {
  /** Under our repository's name. */
  readonly message: PackageMessage
  /** Names the content. */
  readonly digest: string
  readonly stale: boolean
}

export class HexUpstream {
  readonly #options: HexUpstreamOptions
  readonly #rule: UpstreamRule
  readonly #key: KeyObject
  readonly #records = new SingleFlight<HexUpstreamRecord>()
  readonly #tarballs = new SingleFlight<HexBlob>()

  constructor(options: HexUpstreamOptions) {
    this.#options = options
    this.#rule = { url: options.url, names: [], token: options.token, tokenScheme: 'none', hosts: [] }
    this.#key = createPublicKey(options.publicKeyPem)
  }

  /** Whether the name is ours by a claim although nothing is published under it. */
  async isClaimed(name: string): Promise<boolean> {
    const claims = [...this.#options.configuredClaims, ...(await this.#options.claims.claims())]
    return claims.includes(`hex:${name}`)
  }

  /** Undefined when the upstream has none, or the name is claimed. */
  async package(name: string): Promise<HexUpstreamPackage | undefined> {
    if (await this.isClaimed(name)) return undefined
    const { record, stale } = await this.#fresh(name)
    return record.found ? { ...packageOf(record), stale } : undefined
  }

  /** Asked freshly: a guess would be a dependency confusion. */
  async exists(name: string): Promise<boolean> {
    return (await this.#records.run(name, () => this.#fetch(name))).found
  }

  /** The blob, verified; undefined when the upstream has no such release. */
  async tarball(name: string, version: string): Promise<HexBlob | undefined> {
    const found = await this.package(name)
    const release = found?.message.releases.find((each) => each.version === version)
    if (release?.outerChecksum === undefined) return undefined
    const { outerChecksum } = release
    // Under the checksum: what the upstream replaced is another tarball.
    const kept = await this.#options.index.upstreamTarball(name, `${version} ${outerChecksum}`)
    if (kept !== undefined) return kept
    return this.#tarballs.run(`${name}-${version}`, () => this.#receive({ name, version, outerChecksum }))
  }

  /** Resolves when nothing is being asked any more. */
  async settled(): Promise<void> {
    await this.#records.settled()
    await this.#tarballs.settled()
  }

  async #fresh(name: string): Promise<{ readonly record: HexUpstreamRecord; readonly stale: boolean }> {
    const { index, maxAgeMs, negativeMaxAgeMs, now } = this.#options
    const found = await index.upstream(name)
    // Another upstream's answer, or one under another name of ours, is not reused.
    const known = found?.upstream === this.#source ? found : undefined
    if (known !== undefined && now() - known.checkedAt < (known.found ? maxAgeMs : negativeMaxAgeMs))
      return { record: known, stale: false }
    try {
      return { record: await this.#records.run(name, () => this.#fetch(name, known)), stale: false }
    } catch (cause) {
      if (known?.found === true && cause instanceof Refusal && cause.status >= 500)
        return { record: known, stale: true }
      throw cause
    }
  }

  get #source(): string {
    const { url, repository, main } = this.#options
    return `${url} ${repository} ${main}`
  }

  async #fetch(name: string, known?: HexUpstreamRecord): Promise<HexUpstreamRecord> {
    const { index, client, now } = this.#options
    const headers = known?.etag === undefined ? {} : { 'if-none-match': known.etag }
    const answer = await client.document(this.#rule, `packages/${name}`, headers).catch((cause: unknown) => {
      // The public repository stands behind a network that says 403 for what does not exist.
      if (cause instanceof Refusal && cause.status === 403) return undefined
      throw cause
    })
    const checkedAt = now()
    const record: HexUpstreamRecord =
      answer?.status === 304 && known !== undefined
        ? { ...known, checkedAt }
        : answer?.status === 200
          ? { ...this.#verified(name, answer.body), checkedAt, etag: answer.headers.etag }
          : { name, upstream: this.#source, found: false, checkedAt, etag: undefined, record: {} }
    await index.putUpstream(record)
    return record
  }

  /** The attacks: another key, another repository's record, another package's. */
  #verified(name: string, body: Uint8Array): Omit<HexUpstreamRecord, 'checkedAt' | 'etag'> {
    const { repository, main } = this.#options
    const message = this.#read(name, body)
    if (message.repository !== repository || message.name !== name) {
      throw new Refusal(
        502,
        `the upstream's record of ${name} is of ${message.name} in ${message.repository}, not of ${name} in ${repository}`,
      )
    }
    const releases = message.releases.filter(({ version }) => isHexVersion(version))
    const ours: PackageMessage = {
      name,
      repository: main,
      releases: releases.map((release) => ownedRelease(release, [main, repository])),
      ...(message.advisories === undefined ? {} : { advisories: message.advisories }),
    }
    const digest = createHash('sha256').update(JSON.stringify(ours)).digest('hex')
    return { name, upstream: this.#source, found: true, record: { digest, package: ours as unknown as JsonObject } }
  }

  #read(name: string, body: Uint8Array): PackageMessage {
    const place = `the upstream's record of ${name}`
    try {
      return decodePackage(parseResource(body, this.#key, place))
    } catch (cause) {
      throw new Refusal(502, cause instanceof HexFormatError ? cause.message : `${place} is no record of a package`)
    }
  }

  async #receive(wanted: {
    readonly name: string
    readonly version: string
    readonly outerChecksum: string
  }): Promise<HexBlob> {
    const { blobs, client, index } = this.#options
    const { name, version } = wanted
    const file = `tarballs/${name}-${version}.tar`
    const response = await client.tarball(this.#rule, this.#rule.url + file, `${name} ${version}`)
    const writer = await blobs.write()
    try {
      const hash = createHash('sha256')
      let size = 0
      for await (const chunk of response.body) {
        size += chunk.length
        if (size > TARBALL_SIZE_MAX)
          throw new Refusal(502, `the upstream's ${name} ${version} is over ${TARBALL_SIZE_MAX} bytes`)
        hash.update(chunk)
        await writer.append(chunk)
      }
      const found = hash.digest('hex')
      if (found !== wanted.outerChecksum) {
        const sentence = `the upstream sent other bytes for ${name} ${version} than it promised`
        throw new Refusal(502, `${sentence}: wanted SHA-256 ${wanted.outerChecksum}, found ${found}`)
      }
      const { integrity, size: kept } = await writer.commit()
      await index.putUpstreamTarball(name, `${version} ${found}`, { integrity, size: kept })
      return { integrity, size: kept }
    } finally {
      await writer.abort()
    }
  }
}

/** A dependency on the upstream's own repository by its name is one on ours. */
function ownedRelease(
  release: PackageMessage['releases'][number],
  own: readonly string[],
): PackageMessage['releases'][number] {
  const dependencies = release.dependencies.map((dependency) =>
    dependency.repository !== undefined && own.includes(dependency.repository)
      ? { ...dependency, repository: undefined }
      : dependency,
  )
  return { ...release, dependencies }
}

/** From the row: what was undefined is absent there, which means the same. */
function packageOf(record: HexUpstreamRecord): { readonly message: PackageMessage; readonly digest: string } {
  return { message: record.record.package as unknown as PackageMessage, digest: record.record.digest as string }
}

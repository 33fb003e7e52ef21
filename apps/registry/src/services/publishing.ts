/** Publishing: from a request's body to one committed version, as docs/internals/registry.md tells it step by step. */
import { asJsonObject, asVersion, compareVersions, parseJson, UserError } from '@alkahest/core'
import type { Json, JsonObject, PackageName, Version } from '@alkahest/core'
import {
  abbreviateManifest,
  hasInstallScript,
  openText,
  readPublishBody,
  readTarball,
  routes,
} from '@alkahest/protocol'
import type { PublishDocument, TarballContents } from '@alkahest/protocol'
import type { Blob, BlobStorage, BlobWriter } from '../ports/blob-storage.ts'
import type { PackageIndex, Publication, PublishOutcome } from '../ports/package-index.ts'
import { Refusal, refusals } from '../refusal.ts'
import type { Principal } from './accounts.ts'
import type { Names } from './names.ts'
import { RateLimit } from './rate-limit.ts'
import type { SigningKey } from './signing.ts'
import { checkTagName } from './tags.ts'
import type { UpstreamPackuments } from './upstream-packuments.ts'

/** A blob that is read while it is not yet committed comes in pieces of this size. */
const READ_SIZE = 1024 * 1024

const MINUTE_MS = 60_000

/** Fields that only the request can know; everything else is the tarball's. */
const REQUEST_FIELDS = ['gitHead', '_nodeVersion', '_npmVersion'] as const

/** The kind of statement that clients attach to a publish. */
export const PROVENANCE_TYPE: string = 'https://slsa.dev/provenance/v1'

export type PublishingOptions = {
  readonly index: PackageIndex
  readonly blobs: BlobStorage
  readonly names: Names
  readonly upstream: UpstreamPackuments
  readonly signingKey: SigningKey
  /** In bytes, packed. */
  readonly tarballSizeMax: number
  /** 0: no limit. */
  readonly publishesPerMinute: number
  readonly baseUrl: () => string
  readonly now: () => number
}

/** A body that was read: its tarball lies in an uncommitted blob, which the caller must end. */
export type ReceivedBody = { readonly document: PublishDocument; readonly tarball: BlobWriter | undefined }

export class Publishing {
  readonly #options: PublishingOptions
  /** By account: a script that runs away fills the disk with versions that nobody can ever take back. */
  readonly #publishes: RateLimit | undefined

  constructor(options: PublishingOptions) {
    this.#options = options
    const { publishesPerMinute, now } = options
    if (publishesPerMinute > 0)
      this.#publishes = new RateLimit({ triesMax: publishesPerMinute, windowMs: MINUTE_MS, what: 'publishes', now })
  }

  /** Counts one request that publishes or changes a package; throws a 429, before its body is read, when there were too many. */
  admit(principal: Principal): void {
    this.#publishes?.check(principal.account.name)
    this.#publishes?.count(principal.account.name)
  }

  /** Reads a body of `PUT /{name}` as it arrives; with or without a tarball. */
  async receive(body: AsyncIterable<Uint8Array>): Promise<ReceivedBody> {
    let writer: BlobWriter | undefined
    let size = 0
    try {
      const document = await readPublishBody(body, async (_fileName, bytes) => {
        size += bytes.length
        if (size > this.#options.tarballSizeMax) {
          throw new Refusal(413, `the tarball is over ${this.#options.tarballSizeMax} bytes, this registry's limit`)
        }
        writer ??= await this.#options.blobs.write()
        await writer.append(bytes)
      })
      return { document, tarball: writer }
    } catch (cause) {
      await writer?.abort()
      throw cause
    }
  }

  /** Publishes what was received, or refuses it; the tarball is committed or given up in any case. */
  async publish(name: PackageName, received: ReceivedBody, principal: Principal): Promise<void> {
    const publication = await this.#prepare(name, received, principal)
    checkOutcome(publication, await this.#options.index.publish(publication))
  }

  /**
   * Publishes all of them at one moment, or refuses all because of one. Those that are there already, with the same bytes by
   * the same account, are passed over: the answer to an earlier request may have been lost.
   */
  async publishTogether(received: readonly ReceivedBody[], principal: Principal): Promise<readonly Publication[]> {
    try {
      const names = received.map(({ document }) => document.name)
      const twice = names.find((name, index) => names.indexOf(name) !== index)
      if (twice !== undefined) throw refusals.invalid(`${twice} occurs twice`)
      const publications: Publication[] = []
      for (const body of received) publications.push(await this.#prepare(body.document.name, body, principal))
      for (let rest = publications; rest.length > 0;) {
        const outcome = await this.#options.index.publishTogether(rest)
        if (outcome.kind === 'published') break
        checkOutcome(outcome.publication, outcome.outcome)
        rest = rest.filter((publication) => publication !== outcome.publication)
      }
      return publications
    } finally {
      for (const { tarball } of received) await tarball?.abort()
    }
  }

  /** Checks everything that is not decided inside of the transaction, and keeps the tarball; without a version that names it, it is collected. */
  async #prepare(name: PackageName, received: ReceivedBody, principal: Principal): Promise<Publication> {
    const { document, tarball } = received
    if (tarball === undefined) throw refusals.invalid('a publish needs a tarball')
    try {
      const { version, manifest: sent } = this.#checkRequest(name, document)
      await this.#checkName(name, principal)
      const found = tarball.digest()
      checkDeclared(found, document, sent)
      const contents = await this.#readTarball(tarball, found, `${name}@${version}`)
      checkSameIdentity(contents.manifest, name, version)
      const manifest = this.#manifestOf({ name, version, sent, contents, found, principal, document })
      const blob = await tarball.commit()
      return this.#publicationOf({ name, version, manifest, contents, blob, document, principal })
    } finally {
      await tarball.abort()
    }
  }

  #checkRequest(name: PackageName, document: PublishDocument): { version: Version; manifest: JsonObject } {
    if (document.name !== name) throw refusals.invalid(`the request is for ${name}, its body for ${document.name}`)
    if (document.tarballs.length !== 1) throw refusals.invalid('a publish carries exactly one tarball')
    const versions = Object.entries(document.versions)
    const [entry] = versions
    if (entry === undefined || versions.length !== 1) throw refusals.invalid('a publish carries exactly one version')
    const version = asVersion(entry[0])
    if (version === undefined) throw refusals.invalid(`${JSON.stringify(entry[0])} is not a version`)
    for (const tag of Object.keys(document.distTags)) checkTagName(tag)
    return { version, manifest: entry[1] }
  }

  /** Whether the name is ours to give: see `Names`. */
  async #checkName(name: PackageName, principal: Principal): Promise<void> {
    const standing = await this.#options.names.standing(name)
    if (standing.kind === 'local') {
      const { owners } = standing.head
      if (owners.includes(principal.account.name) || principal.account.role === 'administrator') return
      throw refusals.forbidden(notOwner(name, owners))
    }
    if (standing.kind !== 'upstream' || !(await this.#options.upstream.exists(name, standing.upstream))) return
    throw refusals.forbidden(
      `${name} exists upstream, and a package here would take its place: to allow it, claim the name ` +
        `(\`alk registry claim ${name}\`, or its @scope)`,
    )
  }

  async #readTarball(tarball: BlobWriter, found: Blob, place: string): Promise<TarballContents> {
    async function* bytes(): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < found.size; start += READ_SIZE) {
        yield await tarball.readBack(start, Math.min(start + READ_SIZE, found.size))
      }
    }
    // A small one is read at once: that is quicker than a stream.
    const source = found.size <= READ_SIZE ? await tarball.readBack(0, found.size) : bytes()
    const contents = await readTarball(source, { place }).catch((cause: unknown) => {
      throw cause instanceof UserError ? refusals.invalid(cause.message) : cause
    })
    const [hostile] = contents.report.invalid
    if (hostile !== undefined)
      throw refusals.invalid(`${place} is refused: ${JSON.stringify(hostile.path)}: ${hostile.reason}`)
    if (!contents.gzip) throw refusals.invalid(`${place} is not compressed with gzip`)
    return contents
  }

  /** The manifest that is served: the tarball's own, what only the request knows, and what we found. */
  #manifestOf(facts: ManifestFacts): JsonObject {
    const { name, version, sent, contents, found, principal, document } = facts
    const integrity = found.integrity
    const kept = REQUEST_FIELDS.filter((field) => typeof sent[field] === 'string').map((field) => [field, sent[field]])
    const { readme: _readme, _id, ...own } = contents.manifest
    return {
      ...own,
      ...(typeof own.bin === 'string' ? { bin: { [name.slice(name.indexOf('/') + 1)]: own.bin } } : {}),
      ...(Object.fromEntries(kept) as JsonObject),
      name,
      version,
      _id: `${name}@${version}`,
      _npmUser: { name: principal.account.name, email: principal.account.email },
      maintainers: [{ name: principal.account.name, email: principal.account.email }],
      ...(hasInstallScript(own) || contents.hasBindingGyp ? { hasInstallScript: true } : {}),
      _hasShrinkwrap: contents.hasShrinkwrap,
      dist: {
        integrity,
        shasum: found.shasum,
        fileCount: contents.fileCount,
        unpackedSize: contents.unpackedSize,
        signatures: [this.#options.signingKey.sign(name, version, integrity)],
        ...attestationsOf(this.#options.baseUrl() + routes.attestations(name, version), document),
      },
    }
  }

  #publicationOf(facts: PublicationFacts): Publication {
    const { name, version, manifest, contents, blob, document, principal } = facts
    const provenance = checkedProvenance(document)
    return {
      name,
      version,
      full: openText(manifest),
      abbreviated: openText(abbreviateManifest(manifest)),
      tarball: { integrity: blob.integrity, size: blob.size },
      tags: Object.keys(document.distTags),
      access: document.access ?? 'public',
      readme: contents.readme,
      provenance: provenance === undefined ? undefined : { mediaType: provenance.mediaType, bundle: provenance.data },
      search: { description: textOf(manifest.description), keywords: listOf(manifest.keywords) },
      by: principal.account.name,
      administrator: principal.account.role === 'administrator',
      at: new Date(this.#options.now()).toISOString(),
    }
  }
}

function checkOutcome({ name, version }: Publication, outcome: PublishOutcome): void {
  switch (outcome.kind) {
    case 'published':
    case 'repeated':
      return
    case 'exists':
      throw refusals.conflict(`You cannot publish over the previously published versions: ${version}.`)
    case 'removed':
      throw refusals.conflict(`${name}@${version} was unpublished, and a version's number is never used again`)
    case 'not-owner':
      throw refusals.forbidden(notOwner(name, outcome.owners))
  }
}

type ManifestFacts = {
  readonly name: PackageName
  readonly version: Version
  readonly sent: JsonObject
  readonly contents: TarballContents
  readonly found: Blob
  readonly principal: Principal
  readonly document: PublishDocument
}

type PublicationFacts = {
  readonly name: PackageName
  readonly version: Version
  readonly manifest: JsonObject
  readonly contents: TarballContents
  readonly blob: Blob
  readonly document: PublishDocument
  readonly principal: Principal
}

function notOwner(name: PackageName, owners: readonly string[]): string {
  return `${name} belongs to ${owners.join(', ')}: only they may change it`
}

/** What the client counted and hashed must be what arrived: a difference means that something changed it on the way. */
function checkDeclared(found: Blob, document: PublishDocument, sent: JsonObject): void {
  const [tarball] = document.tarballs
  if (tarball?.declaredLength !== undefined && tarball.declaredLength !== found.size) {
    throw refusals.invalid(`the tarball has ${found.size} bytes, but the request says ${tarball.declaredLength}`)
  }
  const dist = asJsonObject(sent.dist)
  if (typeof dist?.shasum === 'string' && dist.shasum.toLowerCase() !== found.shasum) {
    throw refusals.invalid(`the tarball's SHA-1 is ${found.shasum}, but the request says ${dist.shasum}`)
  }
  const integrity =
    typeof dist?.integrity === 'string'
      ? dist.integrity.split(/\s+/).find((hash) => hash.startsWith('sha512-'))
      : undefined
  if (integrity !== undefined && integrity !== found.integrity) {
    throw refusals.invalid(`the tarball's integrity is ${found.integrity}, but the request says ${integrity}`)
  }
}

/** The attack: a request that says one thing and a tarball that says another. */
function checkSameIdentity(manifest: JsonObject, name: PackageName, version: Version): void {
  if (manifest.name !== name) {
    throw refusals.invalid(`the package.json in the tarball is of ${JSON.stringify(manifest.name)}, not of ${name}`)
  }
  const found = asVersion(manifest.version)
  if (found === undefined || compareVersions(found, version) !== 0) {
    throw refusals.invalid(
      `the package.json in the tarball has version ${JSON.stringify(manifest.version)}, not ${version}`,
    )
  }
}

/** The bundle is served as it came: it must be JSON, since it is put into JSON. */
function checkedProvenance(document: PublishDocument): PublishDocument['provenance'][number] | undefined {
  const [provenance, second] = document.provenance
  if (second !== undefined) throw refusals.invalid('a publish carries at most one provenance bundle')
  if (provenance === undefined) return undefined
  if (asJsonObject(parseJson(provenance.data, 'the provenance bundle')) === undefined) {
    throw refusals.invalid('the provenance bundle is not a JSON object')
  }
  return provenance
}

/** Where npm looks for the provenance of a version, and of which kind it is. */
function attestationsOf(url: string, document: PublishDocument): JsonObject {
  return document.provenance.length === 0
    ? {}
    : { attestations: { url, provenance: { predicateType: PROVENANCE_TYPE } } }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function listOf(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return value.split(/[\s,]+/).filter((word) => word !== '')
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

/**
 * Changes to published packages, as the npm protocol asks for them: clients send a whole document back, and what differs is what they want.
 * Only what a client may change is read out of it; everything else in it is passed over.
 */
import { asJsonObject, asVersion } from '@alkahest/core'
import type { JsonObject, PackageName, Version } from '@alkahest/core'
import type { PublishDocument } from '@alkahest/protocol'
import type { Access, ChangeOutcome, PackageChange, PackageIndex, PackageRecord } from '../ports/package-index.ts'
import { refusals } from '../refusal.ts'
import type { Principal } from './accounts.ts'
import { revisionText } from './packuments.ts'
import { checkTagName } from './tags.ts'

const OWNER_COUNT_MAX = 1000
const MESSAGE_LENGTH_MAX = 10_000

export type PackageEditsOptions = { readonly index: PackageIndex; readonly now: () => number }

export class PackageEdits {
  readonly #options: PackageEditsOptions

  constructor(options: PackageEditsOptions) {
    this.#options = options
  }

  async setTag(
    name: PackageName,
    wanted: { readonly tag: string; readonly version: unknown },
    principal: Principal,
  ): Promise<void> {
    checkTagName(wanted.tag)
    const version = asVersion(wanted.version)
    if (version === undefined) throw refusals.invalid('a dist-tag needs a version')
    await this.#requireOwner(name, principal)
    await this.#change(name, [{ kind: 'tag', tag: wanted.tag, version }], { principal })
  }

  /** Several at once: an object of tags to versions. */
  async setTags(name: PackageName, wanted: unknown, principal: Principal): Promise<void> {
    await this.#requireOwner(name, principal)
    const changes = Object.entries(asJsonObject(wanted) ?? {}).map(([tag, text]): PackageChange => {
      checkTagName(tag)
      const version = asVersion(text)
      if (version === undefined) throw refusals.invalid('a dist-tag needs a version')
      return { kind: 'tag', tag, version }
    })
    if (changes.length === 0) throw refusals.invalid('the body names no tag')
    await this.#change(name, changes, { principal })
  }

  async removeTag(name: PackageName, tag: string, principal: Principal): Promise<void> {
    if (tag === 'latest') throw refusals.forbidden('the tag latest cannot be removed, only moved')
    const record = await this.#requireOwner(name, principal)
    if (record.distTags[tag] === undefined) throw refusals.notFound(`the tag ${tag} of ${name}`)
    await this.#change(name, [{ kind: 'untag', tag }], { principal })
  }

  async setAccess(name: PackageName, access: Access, principal: Principal): Promise<void> {
    await this.#requireOwner(name, principal)
    await this.#change(name, [{ kind: 'access', access }], { principal })
  }

  /** `PUT /{name}` without a tarball: deprecation, stars, tags. */
  async update(name: PackageName, sent: PublishDocument, principal: Principal): Promise<void> {
    const record = await this.#require(name)
    const stars = this.#starChanges(record, sent.document, principal)
    const others = [...deprecations(record, sent), ...ownerChanges(record, sent.document), ...tagChanges(record, sent)]
    if (others.length > 0) requireOwner(record, principal)
    await this.#change(name, [...stars, ...others], { principal, revision: checkRevision(record, sent.revision) })
  }

  /** `PUT /{name}/-rev/{revision}`: owners, or the document less the versions to remove. */
  async replace(
    name: PackageName,
    sent: JsonObject,
    request: { readonly revision: string; readonly principal: Principal },
  ): Promise<void> {
    const record = await this.#require(name)
    const { principal } = request
    requireOwner(record, principal)
    const versions = asJsonObject(sent.versions)
    const removed =
      versions === undefined ? [] : record.versions.filter(({ version }) => versions[version] === undefined)
    const changes: PackageChange[] = removed.map(({ version }) => ({ kind: 'remove', version }))
    changes.push(...ownerChanges(record, sent))
    await this.#change(name, changes, { principal, revision: checkRevision(record, request.revision) })
  }

  /** `DELETE /{name}/-rev/{revision}`: every version; the name stays ours. */
  async removeAll(
    name: PackageName,
    request: { readonly revision: string; readonly principal: Principal },
  ): Promise<void> {
    const record = await this.#requireOwner(name, request.principal)
    const changes = record.versions.map(({ version }): PackageChange => ({ kind: 'remove', version }))
    await this.#change(name, changes, {
      principal: request.principal,
      revision: checkRevision(record, request.revision),
    })
  }

  #starChanges(record: PackageRecord, document: JsonObject, principal: Principal): PackageChange[] {
    const users = asJsonObject(document.users)
    if (users === undefined) return []
    const { name } = principal.account
    const wanted = users[name] === true
    if (wanted === record.stars.includes(name)) return []
    const others = record.stars.filter((account) => account !== name)
    return [{ kind: 'stars', stars: wanted ? [...others, name] : others }]
  }

  async #requireOwner(name: PackageName, principal: Principal): Promise<PackageRecord> {
    const record = await this.#require(name)
    requireOwner(record, principal)
    return record
  }

  async #require(name: PackageName): Promise<PackageRecord> {
    const record = await this.#options.index.read(name)
    if (record === undefined) throw refusals.notFound(name)
    return record
  }

  async #change(
    name: PackageName,
    changes: readonly PackageChange[],
    by: { principal: Principal; revision?: number | undefined },
  ): Promise<void> {
    if (changes.length === 0) return
    const at = new Date(this.#options.now()).toISOString()
    const { principal, revision } = by
    const options = { by: principal.account.name, at, ...(revision === undefined ? {} : { revision }) }
    refuseOutcome(name, await this.#options.index.change(name, changes, options))
  }
}

function refuseOutcome(name: PackageName, outcome: ChangeOutcome): void {
  switch (outcome.kind) {
    case 'changed':
      return
    case 'missing':
      throw refusals.notFound(name)
    case 'missing-version':
      throw refusals.notFound(`${name}@${outcome.version}`)
    case 'stale':
      throw refusals.conflict('conflict: the package changed meanwhile; try again')
  }
}

function requireOwner(record: PackageRecord, principal: Principal): void {
  if (record.owners.includes(principal.account.name) || principal.account.role === 'administrator') return
  throw refusals.forbidden(`${record.name} belongs to ${record.owners.join(', ')}: only they may change it`)
}

/** The revision to insist on, when the client sent one that is ours; pnpm sends the text `undefined` when it has none. */
function checkRevision(record: PackageRecord, sent: string | undefined): number | undefined {
  if (sent === undefined || sent === 'undefined') return undefined
  if (sent !== revisionText(record)) throw refusals.conflict('conflict: the package changed meanwhile; try again')
  return record.revision
}

function deprecations(record: PackageRecord, sent: PublishDocument): PackageChange[] {
  const changes: PackageChange[] = []
  const known = new Map(record.versions.map((row) => [row.version as string, row]))
  for (const [key, manifest] of Object.entries(sent.versions)) {
    const row = known.get(key)
    if (row === undefined) throw refusals.notFound(`${record.name}@${key}`)
    const message = typeof manifest.deprecated === 'string' ? manifest.deprecated : undefined
    if (message === undefined) continue
    if (message.length > MESSAGE_LENGTH_MAX)
      throw refusals.invalid(`a deprecation has at most ${MESSAGE_LENGTH_MAX} characters`)
    const before = (JSON.parse(row.abbreviated) as { deprecated?: string }).deprecated ?? ''
    if (before !== message) changes.push({ kind: 'deprecate', version: row.version, message })
  }
  return changes
}

function ownerChanges(record: PackageRecord, document: JsonObject): PackageChange[] {
  const { maintainers } = document
  if (!Array.isArray(maintainers)) return []
  const owners = maintainers.map((entry) => asJsonObject(entry)?.name).filter((name) => typeof name === 'string')
  if (owners.length === 0) throw refusals.invalid('a package keeps at least one owner')
  if (owners.length > OWNER_COUNT_MAX) throw refusals.invalid(`a package has at most ${OWNER_COUNT_MAX} owners`)
  const unchanged = owners.length === record.owners.length && owners.every((owner) => record.owners.includes(owner))
  return unchanged ? [] : [{ kind: 'owners', owners: [...new Set(owners)] }]
}

function tagChanges(record: PackageRecord, sent: PublishDocument): PackageChange[] {
  return Object.entries(sent.distTags).flatMap(([tag, version]): PackageChange[] => {
    if (record.distTags[tag] === version) return []
    checkTagName(tag)
    return [{ kind: 'tag', tag, version: version as Version }]
  })
}

/** What is known of Hex packages, over any {@link SqlDatabase}. */
import { asJsonObject, parseJson } from '@alkahest/core'
import type { Integrity, JsonObject } from '@alkahest/core'
import type {
  HexBlob,
  HexBlobReference,
  HexChange,
  HexChangeOptions,
  HexChangeOutcome,
  HexEvent,
  HexIndex,
  HexListing,
  HexMention,
  HexOwner,
  HexPackageHead,
  HexPackageRecord,
  HexPublication,
  HexPublishOutcome,
  HexReleaseRecord,
  HexRepositoryRecord,
  HexRetirement,
  HexRole,
  HexUpstreamRecord,
} from '../ports/hex-index.ts'
import { findHexMentions } from './hex-mentions.ts'
import { hexStatements as statements } from './hex-statements.ts'
import { writeEvent } from './publish-row.ts'
import { Refused } from './refused.ts'
import type { SqlDatabase, SqlReader, SqlRow, SqlValue } from './sql-database.ts'

type Actor = { readonly by: string; readonly at: string }

export class SqlHexIndex implements HexIndex {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async repository(name: string): Promise<HexRepositoryRecord | undefined> {
    const [row] = await this.#database.all(statements.repository, [name])
    return row === undefined ? undefined : repositoryOf(row)
  }

  async repositories(): Promise<readonly HexRepositoryRecord[]> {
    return (await this.#database.all(statements.repositories)).map(repositoryOf)
  }

  createRepository(name: string, { by, at }: Actor): Promise<boolean> {
    return this.#database.transaction(async (writer) => {
      const created = await writer.all(statements.createRepository, [name, at])
      if (created.length === 0) return false
      await writeEvent(writer, { at, actor: by, kind: 'hex-repository-created', subject: `hex:${name}`, detail: {} })
      return true
    })
  }

  setMember(
    repository: string,
    member: { readonly account: string; readonly role: HexRole | undefined },
    { by, at }: Actor,
  ): Promise<boolean> {
    return this.#database.transaction(async (writer) => {
      const [taken] = await writer.all(statements.takeRepository, [repository])
      if (taken === undefined) return false
      const { account, role } = member
      const { [account]: _before, ...others } = objectOf(taken.members)
      const members = role === undefined ? others : { ...others, [account]: role }
      await writer.all(statements.setMembers, [repository, JSON.stringify(members)])
      const detail = { account, role: role ?? null }
      await writeEvent(writer, { at, actor: by, kind: 'hex-member', subject: `hex:${repository}`, detail })
      return true
    })
  }

  async head(repository: string, name: string): Promise<HexPackageHead | undefined> {
    const [row] = await this.#database.all(statements.head, [repository, name])
    return row === undefined ? undefined : headOf(row)
  }

  async package(repository: string, name: string): Promise<HexPackageRecord | undefined> {
    // Two reads of one state: a change between them shows as another revision, and then they are read again.
    for (;;) {
      const before = await this.head(repository, name)
      if (before === undefined) return undefined
      const releases = (await this.#database.all(statements.releases, [repository, name])).map(releaseOf)
      const after = await this.head(repository, name)
      if (after?.revision === before.revision) return { ...before, releases }
    }
  }

  async listings(repository: string): Promise<readonly HexListing[]> {
    const packages = await this.#database.all(statements.packages, [repository])
    const releases = await this.#database.all(statements.releaseVersions, [repository])
    const byName = Map.groupBy(releases, (row) => String(row.package))
    return packages.map((row) => ({
      name: String(row.name),
      modifiedAt: String(row.modified_at),
      versions: (byName.get(String(row.name)) ?? []).map(({ version, retirement }) => ({
        version: String(version),
        retired: retirement !== null,
      })),
    }))
  }

  async search(repositories: readonly string[], words: readonly string[]): Promise<readonly HexPackageHead[]> {
    const longest = words.toSorted((left, right) => right.length - left.length)[0] ?? ''
    const rows = await this.#database.all(statements.searchable, [`%${escapeLike(longest)}%`])
    return rows
      .filter((row) => repositories.includes(String(row.repository)))
      .filter((row) => words.every((word) => String(row.search_text).includes(word)))
      .map(headOf)
  }

  mentioning(name: string, repositories: readonly string[]): Promise<readonly HexMention[]> {
    return findHexMentions(this.#database, name, repositories)
  }

  async ownedBy(account: string): Promise<readonly HexPackageHead[]> {
    const rows = await this.#database.all(statements.ownedBy, [`%${escapeLike(JSON.stringify(account))}%`])
    return rows.map(headOf).filter(({ owners }) => owners.some((owner) => owner.name === account))
  }

  publish(publication: HexPublication): Promise<HexPublishOutcome> {
    return this.#decide((writer) => publishRelease(writer, publication))
  }

  change(changes: readonly HexChange[], options: HexChangeOptions): Promise<HexChangeOutcome> {
    return this.#decide(async (writer) => {
      const { repository, name, at } = options
      const [taken] = await writer.all(statements.takeRepository, [repository])
      const touched = await writer.all(statements.touchPackage, [repository, name, Number(taken?.revision ?? 0), at])
      if (touched.length === 0) throw new Refused('missing' satisfies HexChangeOutcome)
      for (const change of changes) await applyChange(writer, change, options)
      return 'changed' as const
    })
  }

  async events(subject: string): Promise<readonly HexEvent[]> {
    const rows = await this.#database.all(statements.events, [subject, `${escapeLike(subject)}@%`])
    return rows.map(({ at, actor, kind, subject: of, detail }) => ({
      at: String(at),
      actor: String(actor),
      kind: String(kind),
      subject: String(of),
      detail: objectOf(detail),
    }))
  }

  async upstream(name: string): Promise<HexUpstreamRecord | undefined> {
    const [row] = await this.#database.all(statements.upstream, [name])
    if (row === undefined) return undefined
    return {
      name,
      upstream: String(row.upstream),
      found: Number(row.found) === 1,
      checkedAt: Number(row.checked_at),
      etag: row.etag === null ? undefined : String(row.etag),
      record: objectOf(row.record),
    }
  }

  putUpstream(record: HexUpstreamRecord): Promise<void> {
    const { name, upstream, found, checkedAt, etag } = record
    const values = [name, upstream, found ? 1 : 0, checkedAt, etag ?? null, JSON.stringify(record.record)]
    return this.#database.transaction(async (writer) => void (await writer.all(statements.putUpstream, values)))
  }

  async upstreamTarball(name: string, version: string): Promise<HexBlob | undefined> {
    const [row] = await this.#database.all(statements.upstreamTarball, [name, version])
    return row === undefined ? undefined : blobOf(row.integrity, row.size)
  }

  putUpstreamTarball(name: string, version: string, tarball: HexBlob): Promise<void> {
    const values = [name, version, tarball.integrity, tarball.size]
    return this.#database.transaction(async (writer) => void (await writer.all(statements.putUpstreamTarball, values)))
  }

  forgetUpstream(): Promise<void> {
    return this.#database.transaction(async (writer) => {
      await writer.all(statements.forgetUpstream)
      await writer.all(statements.forgetUpstreamTarballs)
    })
  }

  async *blobReferences(): AsyncIterable<HexBlobReference> {
    for (const row of await this.#database.all(statements.publishedBlobs)) {
      const by = `hex:${row.repository}/${row.package}@${row.version}`
      const tarball = blobOf(row.integrity, row.size)
      if (tarball !== undefined) yield { ...tarball, by, kind: 'published' }
      const documentation = blobOf(row.docs_integrity, row.docs_size)
      if (documentation !== undefined) yield { ...documentation, by: `the documentation of ${by}`, kind: 'published' }
    }
    for (const row of await this.#database.all(statements.cachedTarballs)) {
      const tarball = blobOf(row.integrity, row.size)
      if (tarball !== undefined)
        yield { ...tarball, by: `hex:${row.name}@${row.version} of the upstream`, kind: 'cached' }
    }
  }

  /** A transaction that must not commit ends in a throw; the outcome travels in it. */
  async #decide<Outcome>(work: (writer: SqlReader) => Promise<Outcome>): Promise<Outcome> {
    try {
      return await this.#database.transaction(work)
    } catch (cause) {
      if (cause instanceof Refused) return cause.outcome as Outcome
      throw cause
    }
  }
}

/** Runs inside a transaction; throws {@link Refused} for every outcome but `published`, so that nothing of it stays. */
async function publishRelease(writer: SqlReader, publication: HexPublication): Promise<HexPublishOutcome> {
  const { repository, name, version, by, at } = publication
  const [taken] = await writer.all(statements.takeOrCreateRepository, [repository, at])
  const revision = Number(taken?.revision)
  const first: readonly HexOwner[] = [{ name: by, level: 'full' }]
  await writer.all(statements.createPackage, [repository, name, revision, JSON.stringify(first), at])
  const [head] = (await writer.all(statements.head, [repository, name])).map(headOf)
  if (!publication.trusted && head?.owners.some((owner) => owner.name === by) !== true) throw refused('not-owner')
  const [existing] = await writer.all(statements.existingRelease, [repository, name, version])
  if (existing !== undefined) {
    const same = existing.outer_checksum === publication.outerChecksum && existing.published_by === by
    throw refused(same ? 'repeated' : 'exists')
  }
  const [removed] = await writer.all(statements.removedRelease, [repository, name, version])
  if (removed !== undefined) throw refused('removed')
  const { innerChecksum, outerChecksum, tarball } = publication
  const facts = JSON.stringify(publication.facts)
  const values = [innerChecksum, outerChecksum, facts, tarball.integrity, tarball.size, at, by]
  await writer.all(statements.insertRelease, [repository, name, version, ...values])
  const text = `${name} ${publication.description} ${by}`.toLowerCase()
  await writer.all(statements.describePackage, [repository, name, JSON.stringify(publication.meta), text])
  await writer.all(statements.touchPackage, [repository, name, revision, at])
  const subject = `hex:${repository}/${name}@${version}`
  await writeEvent(writer, { at, actor: by, kind: 'hex-published', subject, detail: { checksum: outerChecksum } })
  return { kind: 'published', revision }
}

function refused(kind: Exclude<HexPublishOutcome['kind'], 'published'>): Refused {
  return new Refused({ kind } satisfies HexPublishOutcome)
}

async function applyChange(writer: SqlReader, change: HexChange, options: HexChangeOptions): Promise<void> {
  const { repository, name, by, at } = options
  const subject = 'version' in change ? `hex:${repository}/${name}@${change.version}` : `hex:${repository}/${name}`
  const { kind, detail } = await apply(writer, change, options)
  await writeEvent(writer, { at, actor: by, kind: `hex-${kind}`, subject, detail })
}

type Told = { readonly kind: string; readonly detail: JsonObject }

async function apply(writer: SqlReader, change: HexChange, options: HexChangeOptions): Promise<Told> {
  const { repository, name } = options
  switch (change.kind) {
    case 'retire':
      await changeRelease(writer, statements.setRetirement, [
        repository,
        name,
        change.version,
        JSON.stringify(change.retirement),
      ])
      return {
        kind: 'retired',
        detail: { reason: change.retirement.reason, message: change.retirement.message ?? null },
      }
    case 'unretire':
      await changeRelease(writer, statements.setRetirement, [repository, name, change.version, null])
      return { kind: 'unretired', detail: {} }
    case 'documentation': {
      const { archive } = change
      const values = [repository, name, change.version, archive?.integrity ?? null, archive?.size ?? null]
      await changeRelease(writer, statements.setDocumentation, values)
      return {
        kind: archive === undefined ? 'docs-removed' : 'docs-published',
        detail: { integrity: archive?.integrity ?? null },
      }
    }
    case 'owners': {
      await writer.all(statements.setOwners, [repository, name, JSON.stringify(change.owners)])
      return { kind: 'owners', detail: { owners: change.owners } }
    }
    case 'remove':
      await changeRelease(writer, statements.removeRelease, [repository, name, change.version])
      await writer.all(statements.bury, [repository, name, change.version, options.at, options.by])
      return { kind: 'reverted', detail: {} }
  }
}

async function changeRelease(writer: SqlReader, statement: string, values: readonly SqlValue[]): Promise<void> {
  const changed = await writer.all(statement, values)
  if (changed.length === 0) throw new Refused('missing' satisfies HexChangeOutcome)
}

function repositoryOf(row: SqlRow): HexRepositoryRecord {
  return {
    name: String(row.name),
    revision: Number(row.revision),
    members: objectOf(row.members) as Readonly<Record<string, HexRole>>,
    createdAt: String(row.created_at),
  }
}

function headOf(row: SqlRow): HexPackageHead {
  return {
    repository: String(row.repository),
    name: String(row.name),
    revision: Number(row.revision),
    owners: JSON.parse(String(row.owners)) as readonly HexOwner[],
    createdAt: String(row.created_at),
    modifiedAt: String(row.modified_at),
    meta: objectOf(row.meta),
  }
}

function releaseOf(row: SqlRow): HexReleaseRecord {
  const tarball = blobOf(row.integrity, row.size)
  if (tarball === undefined) throw new Error(`the release ${row.package}@${row.version} has no tarball`)
  return {
    version: String(row.version),
    innerChecksum: String(row.inner_checksum),
    outerChecksum: String(row.outer_checksum),
    facts: objectOf(row.facts),
    tarball,
    documentation: blobOf(row.docs_integrity, row.docs_size),
    retirement: row.retirement === null ? undefined : (JSON.parse(String(row.retirement)) as HexRetirement),
    publishedAt: String(row.published_at),
    publishedBy: String(row.published_by),
  }
}

function blobOf(integrity: SqlValue | undefined, size: SqlValue | undefined): HexBlob | undefined {
  return typeof integrity === 'string' ? { integrity: integrity as Integrity, size: Number(size) } : undefined
}

function objectOf(value: SqlValue | undefined): JsonObject {
  return asJsonObject(parseJson(String(value), 'a row of the index')) ?? {}
}

function escapeLike(text: string): string {
  return text.replace(/[~%_]/g, '~$&')
}

/** The write half of a publish: everything that must happen together, in the order that settles races. */
import type { Json } from '@alkahest/core'
import type { Publication, PublishOutcome, PublishTogetherOutcome } from '../ports/package-index.ts'
import { Refused } from './refused.ts'
import { listOf } from './rows.ts'
import type { SqlReader } from './sql-database.ts'
import { statements } from './statements.ts'

/** Runs inside a transaction; throws {@link Refused} for every outcome but `published`, so that nothing of it stays. */
export async function publishRow(writer: SqlReader, publication: Publication): Promise<PublishOutcome> {
  const { name, version, by, at } = publication
  const values = [name, publication.access, JSON.stringify([by]), at, by]
  const [taken] = await writer.all(statements.takePackage, values)
  const revision = Number(taken?.revision)
  const owners = listOf(taken?.owners)
  if (!owners.includes(by) && !publication.administrator)
    throw new Refused({ kind: 'not-owner', owners } satisfies PublishOutcome)
  await refuseConflict(writer, publication)
  if (revision > 1) await writer.all(statements.setModified, [name, nextModified(String(taken?.modified_at), at)])
  await writer.all(statements.insertVersion, [
    name,
    version,
    publication.full,
    publication.abbreviated,
    publication.tarball.integrity,
    publication.tarball.size,
    at,
    by,
  ])
  const { provenance } = publication
  if (provenance !== undefined) {
    await writer.all(statements.insertProvenance, [name, version, provenance.mediaType, provenance.bundle])
  }
  await writeTags(writer, publication)
  await writeEvent(writer, {
    at,
    actor: by,
    kind: 'published',
    subject: `${name}@${version}`,
    detail: { integrity: publication.tarball.integrity },
  })
  return { kind: 'published', revision, created: revision === 1 }
}

/** The same for several: what one of them throws says which it was, and takes the others with it. */
export async function publishRows(
  writer: SqlReader,
  publications: readonly Publication[],
): Promise<PublishTogetherOutcome> {
  // Rows are taken in the order of names: two requests that share two packages would otherwise wait for each other.
  for (const publication of publications.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    try {
      await publishRow(writer, publication)
    } catch (cause) {
      throw cause instanceof Refused ? new Refused({ kind: 'refused', publication, outcome: cause.outcome }) : cause
    }
  }
  return { kind: 'published' }
}

async function refuseConflict(writer: SqlReader, publication: Publication): Promise<void> {
  const { name, version, by, tarball } = publication
  const [existing] = await writer.all(statements.existingVersion, [name, version])
  if (existing !== undefined) {
    const same = existing.integrity === tarball.integrity && existing.published_by === by
    throw new Refused({ kind: same ? 'repeated' : 'exists' } satisfies PublishOutcome)
  }
  const [removed] = await writer.all(statements.removedVersion, [name, version])
  if (removed !== undefined) throw new Refused({ kind: 'removed' } satisfies PublishOutcome)
}

async function writeTags(writer: SqlReader, publication: Publication): Promise<void> {
  const { name, version, search, readme, at, by } = publication
  for (const tag of publication.tags) await writer.all(statements.setTag, [name, tag, version])
  // Clients fail on a package without `latest`: the first version has it, whatever tag it was published under.
  const tags = await writer.all(statements.tags, [name])
  const hasLatest = tags.some((row) => row.tag === 'latest')
  if (!hasLatest) await writer.all(statements.setTag, [name, 'latest', version])
  if (hasLatest && !publication.tags.includes('latest')) return
  const text = [name, search.description, ...search.keywords, by].join(' ').toLowerCase()
  const described = [
    search.description,
    JSON.stringify(search.keywords),
    text,
    readme?.text ?? null,
    readme?.path ?? null,
  ]
  await writer.all(statements.describeLatest, [name, version, ...described, at, by])
}

/**
 * Clients ask again by date, and dates in HTTP have whole seconds: so each change moves the date by a second at least, or a client that saw the
 * first of two changes within one second would be told that nothing is new.
 */
export function nextModified(before: string, now: string): string {
  const seconds = Math.max(Math.floor(Date.parse(now) / 1000), Math.floor(Date.parse(before) / 1000) + 1)
  return new Date(seconds * 1000).toISOString()
}

export type Event = {
  readonly at: string
  readonly actor: string
  readonly kind: string
  /** `name@1.0.0`, an account, a claim. */
  readonly subject: string
  readonly detail: Readonly<Record<string, Json>>
}

/** The audit trail: written in the transaction that it tells of, or not at all. */
export async function writeEvent(writer: SqlReader, event: Event): Promise<void> {
  const [next] = await writer.all(statements.nextEvent)
  const number = Number(next?.value)
  await writer.all(statements.insertEvent, [
    number,
    event.at,
    event.actor,
    event.kind,
    event.subject,
    JSON.stringify(event.detail),
  ])
}

/** Changes to a package that exists: tags, deprecation, owners, stars, access, removal. All of a request's changes happen, or none. */
import { asJsonObject, compareVersions, isPrerelease, parseJson } from '@alkahest/core'
import type { PackageName, Version } from '@alkahest/core'
import { openText } from '@alkahest/protocol'
import type { ChangeOptions, ChangeOutcome, PackageChange } from '../ports/package-index.ts'
import { nextModified, writeEvent } from './publish-row.ts'
import { Refused } from './refused.ts'
import type { SqlReader } from './sql-database.ts'
import { statements } from './statements.ts'

type Request = {
  readonly name: PackageName
  readonly changes: readonly PackageChange[]
  readonly options: ChangeOptions
}

/** Runs inside a transaction; throws {@link Refused} for every outcome but `changed`. */
export async function applyChange(writer: SqlReader, request: Request): Promise<ChangeOutcome> {
  const { name, options } = request
  const [touched] = await writer.all(statements.touchPackage, [name])
  if (touched === undefined) throw refused({ kind: 'missing' })
  const revision = Number(touched.revision)
  if (options.revision !== undefined && options.revision !== revision - 1)
    throw refused({ kind: 'stale', revision: revision - 1 })
  await writer.all(statements.setModified, [name, nextModified(String(touched.modified_at), options.at)])
  for (const change of request.changes) {
    await applyOne(writer, request, change)
    const { kind, ...detail } = change
    await writeEvent(writer, {
      at: options.at,
      actor: options.by,
      kind,
      subject: name,
      detail,
    })
  }
  await mendLatest(writer, name)
  return { kind: 'changed', revision }
}

function refused(outcome: ChangeOutcome): Refused {
  return new Refused(outcome)
}

async function applyOne(writer: SqlReader, request: Request, change: PackageChange): Promise<void> {
  const { name } = request
  switch (change.kind) {
    case 'tag':
      await requireVersion(writer, name, change.version)
      await writer.all(statements.setTag, [name, change.tag, change.version])
      return
    case 'untag':
      await writer.all(statements.removeTag, [name, change.tag])
      return
    case 'deprecate':
      await deprecate(writer, name, change)
      return
    case 'owners':
      await writer.all(statements.setOwners, [name, JSON.stringify(change.owners)])
      return
    case 'stars':
      await writer.all(statements.setStars, [name, JSON.stringify(change.stars)])
      return
    case 'access':
      await writer.all(statements.setAccess, [name, change.access])
      return
    case 'remove':
      await remove(writer, request, change.version)
  }
}

async function requireVersion(writer: SqlReader, name: PackageName, version: Version): Promise<void> {
  const [existing] = await writer.all(statements.existingVersion, [name, version])
  if (existing === undefined) throw refused({ kind: 'missing-version', version })
}

async function deprecate(
  writer: SqlReader,
  name: PackageName,
  change: { readonly version: Version; readonly message: string },
): Promise<void> {
  const [texts] = await writer.all(statements.versionTexts, [name, change.version])
  if (texts === undefined) throw refused({ kind: 'missing-version', version: change.version })
  const rewrite = (text: unknown): string => {
    const { deprecated: _before, ...manifest } =
      asJsonObject(parseJson(String(text), `${name}@${change.version}`)) ?? {}
    return openText(change.message === '' ? manifest : { ...manifest, deprecated: change.message })
  }
  await writer.all(statements.setVersionTexts, [
    name,
    change.version,
    rewrite(texts.full_text),
    rewrite(texts.abbreviated_text),
  ])
}

async function remove(writer: SqlReader, request: Request, version: Version): Promise<void> {
  const { name, options } = request
  await requireVersion(writer, name, version)
  await writer.all(statements.removeVersion, [name, version])
  await writer.all(statements.removeProvenance, [name, version])
  await writer.all(statements.removeTagsOf, [name, version])
  await writer.all(statements.bury, [name, version, options.at, options.by])
}

/** `latest` always names a version while there is one: the highest release, else the highest of all. */
async function mendLatest(writer: SqlReader, name: PackageName): Promise<void> {
  const tags = await writer.all(statements.tags, [name])
  const tagged = tags.find((row) => row.tag === 'latest')?.version
  if (tagged !== undefined && tagged !== null) {
    await writer.all(statements.setLatest, [name, tagged])
    return
  }
  const rows = await writer.all(statements.versionNames, [name])
  const versions = rows.map((row) => row.version as Version).toSorted(compareVersions)
  const highest = versions.findLast((version) => !isPrerelease(version)) ?? versions.at(-1)
  if (highest !== undefined) await writer.all(statements.setTag, [name, 'latest', highest])
  await writer.all(statements.setLatest, [name, highest ?? null])
}

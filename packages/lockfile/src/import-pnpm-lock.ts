/**
 * Reads pnpm-lock.yaml, lockfileVersion 9. `importers` holds what members ask and got, `packages` the facts, `snapshots`
 * the edges; the peers in brackets behind a version (`18.3.1(react@18.3.1)`) are computed anew and dropped here.
 */
import { asJsonObject, asVersion, isPackageName, memberId, registryPackageId } from '@alkahest/core'
import type { EdgeKind, Json, JsonObject, PackageId, ResolvedEdge, ResolvedMember } from '@alkahest/core'
import { parse as parseYaml } from 'yaml'
import { importedEdge, importedLockfile, importInvalid } from './imported.ts'
import type { ImportedPackage } from './imported.ts'
import type { Lockfile } from './lockfile.ts'

/** About what pnpm writes for 30,000 packages. */
const LENGTH_MAX = 32 * 1024 * 1024

const FIELDS: readonly (readonly [string, EdgeKind])[] = [
  ['dependencies', 'dependency'],
  ['devDependencies', 'development'],
  ['optionalDependencies', 'optional'],
]

/** Throws `LOCKFILE_INVALID`, also for older versions of the format. */
export function importPnpmLock(text: string, place: string): Lockfile {
  if (text.length > LENGTH_MAX) throw importInvalid(place, `is over ${LENGTH_MAX} characters`)
  const document = asJsonObject(readYaml(text, place))
  const format = document?.lockfileVersion
  if (typeof format !== 'string' || !format.startsWith('9.')) {
    throw importInvalid(place, 'has another lockfileVersion than 9, the only one that can be imported')
  }
  const members = objects(document, 'importers').map(([path, importer]) => memberOf(path, importer))
  const facts = new Map(objects(document, 'packages'))
  const packages: ImportedPackage[] = []
  for (const [key, snapshot] of objects(document, 'snapshots')) {
    const id = plainId(key)
    const at = id.lastIndexOf('@')
    const integrity = asJsonObject(facts.get(id)?.resolution)?.integrity
    const edges = ['dependencies', 'optionalDependencies'].flatMap((field) => snapshotEdges(snapshot, field))
    packages.push({ name: id.slice(0, at), version: id.slice(at + 1), integrity, edges })
  }
  return importedLockfile('pnpm-lock.yaml', members, packages)
}

function readYaml(text: string, place: string): Json {
  try {
    // Aliases are how a small YAML text becomes a huge value; pnpm writes none.
    return parseYaml(text, { maxAliasCount: 0 }) as Json
  } catch (cause) {
    throw importInvalid(
      place,
      `is not valid YAML: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : ''}`,
    )
  }
}

function memberOf(path: string, importer: JsonObject): ResolvedMember {
  const edges = FIELDS.flatMap(([field, kind]) =>
    Object.entries(asJsonObject(importer[field]) ?? {}).flatMap(([alias, value]) => {
      const { specifier, version } = asJsonObject(value) ?? {}
      if (typeof specifier !== 'string' || typeof version !== 'string') return []
      return [importedEdge(alias, kind, { specifier, target: targetOf(alias, version, path) })]
    }),
  )
  return { path, name: undefined, version: undefined, edges, peers: [] }
}

/** A snapshot has versions and no ranges: what was asked is written as the version itself, which prefers it. */
function snapshotEdges(snapshot: JsonObject, field: string): readonly ResolvedEdge[] {
  return Object.entries(asJsonObject(snapshot[field]) ?? {}).flatMap(([alias, version]) => {
    if (typeof version !== 'string') return []
    const specifier = plainId(version)
    return [
      importedEdge(alias, field === 'dependencies' ? 'dependency' : 'optional', {
        specifier,
        target: targetOf(alias, version, '.'),
      }),
    ]
  })
}

/** `1.2.3(peer@1)`, `other@1.2.3` behind an alias, `link:../b` for a member. */
function targetOf(alias: string, text: string, from: string): PackageId | undefined {
  if (text.startsWith('link:')) return memberId(joined(from, text.slice('link:'.length)))
  const plain = plainId(text)
  const at = plain.lastIndexOf('@')
  const name = at > 0 ? plain.slice(0, at) : alias
  const version = asVersion(at > 0 ? plain.slice(at + 1) : plain)
  return version === undefined || !isPackageName(name) ? undefined : registryPackageId(name, version)
}

function plainId(key: string): string {
  const bracket = key.indexOf('(')
  return bracket < 0 ? key : key.slice(0, bracket)
}

function joined(from: string, relative: string): string {
  const parts: string[] = []
  for (const part of [...from.split('/'), ...relative.split('/')]) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.length === 0 ? '.' : parts.join('/')
}

function objects(document: JsonObject | undefined, field: string): [string, JsonObject][] {
  return Object.entries(asJsonObject(document?.[field]) ?? {}).flatMap(([key, value]) => {
    const object = asJsonObject(value)
    return object === undefined ? [] : [[key, object] as [string, JsonObject]]
  })
}

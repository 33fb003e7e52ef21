/**
 * Reads npm's package-lock.json, lockfileVersion 2 and 3. It says where packages lie on disk; who gets which version
 * follows from Node's lookup: the nearest node_modules upwards that has the name.
 */
import { asJsonObject, isPackageName, memberId, parseJson, registryPackageId } from '@alkahest/core'
import type { EdgeKind, JsonObject, PackageId, ResolvedEdge, ResolvedMember, Version } from '@alkahest/core'
import { importedEdge, importedLockfile, importInvalid } from './imported.ts'
import type { ImportedPackage } from './imported.ts'
import type { Lockfile } from './lockfile.ts'

/** About what npm writes for 30,000 packages. */
const LENGTH_MAX = 64 * 1024 * 1024

const FIELDS: readonly (readonly [string, EdgeKind])[] = [
  ['dependencies', 'dependency'],
  ['devDependencies', 'development'],
  ['optionalDependencies', 'optional'],
]

/** Throws `JSON_INVALID` and `LOCKFILE_INVALID`; version 1, which npm 6 wrote, is refused with a hint. */
export function importPackageLock(text: string, place: string): Lockfile {
  const document = asJsonObject(parseJson(text, place, { lengthMax: LENGTH_MAX }))
  const entries = asJsonObject(document?.packages)
  if (document === undefined || entries === undefined) {
    throw importInvalid(place, 'has no "packages": only lockfileVersion 2 and 3 can be imported')
  }
  const tree = new Map<string, JsonObject>()
  for (const [path, value] of Object.entries(entries)) {
    const entry = asJsonObject(value)
    if (entry === undefined) throw importInvalid(place, `has an entry ${JSON.stringify(path)} that is no object`)
    tree.set(path, entry)
  }
  const members: ResolvedMember[] = []
  const packages: ImportedPackage[] = []
  for (const [path, entry] of tree) {
    const isMember = !path.split('/').includes('node_modules')
    if (isMember) members.push(memberOf(tree, path, entry))
    else if (entry.link !== true && typeof entry.version === 'string') {
      packages.push({
        name: nameAt(path, entry),
        version: entry.version,
        integrity: entry.integrity,
        edges: edgesOf(tree, path, entry),
      })
    }
  }
  return importedLockfile('package-lock.json', members, packages)
}

function memberOf(tree: ReadonlyMap<string, JsonObject>, path: string, entry: JsonObject): ResolvedMember {
  const name = typeof entry.name === 'string' && isPackageName(entry.name) ? entry.name : undefined
  return { path: path === '' ? '.' : path, name, version: undefined, edges: edgesOf(tree, path, entry), peers: [] }
}

function edgesOf(tree: ReadonlyMap<string, JsonObject>, path: string, entry: JsonObject): readonly ResolvedEdge[] {
  return FIELDS.flatMap(([field, kind]) =>
    Object.entries(asJsonObject(entry[field]) ?? {}).flatMap(([alias, specifier]) => {
      if (typeof specifier !== 'string') return []
      return [importedEdge(alias, kind, { specifier, target: lookUp(tree, path, alias) })]
    }),
  )
}

/** Node's lookup: `a/node_modules/b` sees its own node_modules, then a's, then the root's. */
function lookUp(tree: ReadonlyMap<string, JsonObject>, from: string, alias: string): PackageId | undefined {
  for (const base of lookUpBases(from)) {
    const path = base === '' ? `node_modules/${alias}` : `${base}/node_modules/${alias}`
    const entry = tree.get(path)
    if (entry?.link === true) return typeof entry.resolved === 'string' ? memberId(entry.resolved) : undefined
    if (typeof entry?.version !== 'string') continue
    const name = nameAt(path, entry)
    return isPackageName(name) ? registryPackageId(name, entry.version as Version) : undefined
  }
  return undefined
}

/** The folders whose node_modules are looked into, innermost first. */
function lookUpBases(from: string): readonly string[] {
  const bases: string[] = []
  let base = from
  while (base !== '') {
    bases.push(base)
    const at = base.lastIndexOf('/node_modules/')
    base = at < 0 ? '' : base.slice(0, at)
  }
  return [...bases, '']
}

/** An alias has its real name in the entry. */
function nameAt(path: string, entry: JsonObject): string {
  return typeof entry.name === 'string'
    ? entry.name
    : path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

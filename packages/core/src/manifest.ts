/**
 * A project's own package.json, checked. The raw form is `unknown` and stays with the reader; every field means what npm
 * means by it. Published manifests, which hold every mistake ever made, are read more gently (see protocol).
 */
import { userError } from './errors.ts'
import { asJsonObject } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import type { DependencyMap } from './candidate.ts'
import { parsePackageName } from './package-name.ts'
import type { PackageName } from './package-name.ts'
import type { PlatformFields } from './platform.ts'
import { parseVersion } from './version.ts'
import type { Version } from './version.ts'

export type Manifest = PlatformFields & {
  readonly name: PackageName | undefined
  readonly version: Version | undefined
  readonly private: boolean
  /** Without the names that are also in `optionalDependencies`: there optional wins, as in npm. */
  readonly dependencies: DependencyMap
  /** Without the names that are also in `dependencies` or `optionalDependencies`: there production wins. */
  readonly devDependencies: DependencyMap
  readonly optionalDependencies: DependencyMap
  readonly peerDependencies: DependencyMap
  readonly optionalPeers: readonly string[]
  readonly engines: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  /** Globs of the members, as npm writes them (`workspaces` or `workspaces.packages`). */
  readonly workspaces: readonly string[]
  readonly overrides: ManifestOverrides
  readonly policy: Policy
  /** The document itself, for fields that only one reader needs. */
  readonly document: JsonObject
}

/** The three syntaxes, unread: the resolver makes one form of them. */
export type ManifestOverrides = {
  readonly npm: JsonObject
  readonly pnpm: Readonly<Record<string, string>>
  readonly yarn: Readonly<Record<string, string>>
}

/** The `"alkahest"` field. */
export type Policy = {
  /** `true`: one version of everything; names: one version of these. */
  readonly single: boolean | readonly string[]
  readonly peers: 'new' | 'warn' | 'error'
  /** In minutes; undefined means the default (one day). */
  readonly minimumReleaseAge: number | undefined
  readonly layout: 'isolated' | 'shared'
  /** Names of dependencies whose build scripts may run, and those that were refused. */
  readonly allowBuilds: Readonly<Record<string, boolean>>
}

const DEPENDENCY_COUNT_MAX = 10_000

/** Reads a manifest or throws `MANIFEST_INVALID`, naming the place (the file) and the field. */
export function parseManifest(value: unknown, place: string): Manifest {
  const document = asJsonObject(value)
  if (document === undefined) throw userError('MANIFEST_INVALID', `${place} does not hold a JSON object`)
  const field = new Fields(document, place)
  const optionalDependencies = field.dependencies('optionalDependencies')
  const dependencies = without(field.dependencies('dependencies'), optionalDependencies)
  const devDependencies = without(without(field.dependencies('devDependencies'), dependencies), optionalDependencies)
  const peers = readPeers(field)
  return {
    name: document.name === undefined ? undefined : parsePackageName(field.text('name') ?? '', place),
    version: document.version === undefined ? undefined : parseVersion(field.text('version') ?? '', place),
    private: document.private === true,
    dependencies,
    devDependencies,
    optionalDependencies,
    ...peers,
    engines: field.texts('engines'),
    scripts: field.texts('scripts'),
    os: field.list('os'),
    cpu: field.list('cpu'),
    libc: field.list('libc'),
    workspaces: readWorkspaces(field),
    overrides: {
      npm: asJsonObject(document.overrides) ?? {},
      pnpm: new Fields(asJsonObject(document.pnpm) ?? {}, place).texts('overrides'),
      yarn: field.texts('resolutions'),
    },
    policy: readPolicy(document.alkahest, place),
    document,
  }
}

function readPeers(field: Fields): { peerDependencies: DependencyMap; optionalPeers: readonly string[] } {
  const required = field.dependencies('peerDependencies')
  const optional = Object.entries(asJsonObject(field.document.peerDependenciesMeta) ?? {})
    .filter(([, meta]) => asJsonObject(meta)?.optional === true)
    .map(([name]) => name)
  const implied = Object.fromEntries(optional.filter((name) => !(name in required)).map((name) => [name, '*']))
  return { peerDependencies: { ...required, ...implied }, optionalPeers: optional.toSorted() }
}

function readWorkspaces(field: Fields): readonly string[] {
  const nested = asJsonObject(field.document.workspaces)
  return nested === undefined
    ? field.list('workspaces')
    : new Fields(nested, `${field.place} workspaces`).list('packages')
}

function readPolicy(value: Json | undefined, place: string): Policy {
  const document = value === undefined ? {} : asJsonObject(value)
  if (document === undefined) throw userError('MANIFEST_INVALID', `"alkahest" in ${place} is not an object`)
  const { single = false, peers = 'new', minimumReleaseAge, layout = 'isolated', allowBuilds = {} } = document
  const wrong = (name: string, wanted: string): Error =>
    userError('MANIFEST_INVALID', `"alkahest.${name}" in ${place} is not ${wanted}`)
  if (typeof single !== 'boolean' && !isTextList(single)) throw wrong('single', 'true, false or a list of names')
  if (peers !== 'new' && peers !== 'warn' && peers !== 'error') throw wrong('peers', '"new", "warn" or "error"')
  if (layout !== 'isolated' && layout !== 'shared') throw wrong('layout', '"isolated" or "shared"')
  if (minimumReleaseAge !== undefined && !(typeof minimumReleaseAge === 'number' && minimumReleaseAge >= 0)) {
    throw wrong('minimumReleaseAge', 'a number of minutes, 0 or more')
  }
  const builds = asJsonObject(allowBuilds)
  if (builds === undefined || Object.values(builds).some((allowed) => typeof allowed !== 'boolean')) {
    throw wrong('allowBuilds', 'an object of names with true or false')
  }
  return { single, peers, minimumReleaseAge, layout, allowBuilds: builds as Record<string, boolean> }
}

function isTextList(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

function without(map: DependencyMap, other: DependencyMap): DependencyMap {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !(name in other)))
}

/** Reads typed fields of one document; every failure names the place and the field. */
class Fields {
  readonly document: JsonObject
  readonly place: string

  constructor(document: JsonObject, place: string) {
    this.document = document
    this.place = place
  }

  text(name: string): string | undefined {
    const value = this.document[name]
    if (value !== undefined && typeof value !== 'string') throw this.wrong(name, 'a text')
    return value
  }

  /** A single text counts as a list of one, as in npm. */
  list(name: string): readonly string[] {
    const value = this.document[name]
    if (value === undefined) return []
    if (typeof value === 'string') return [value]
    if (!isTextList(value)) throw this.wrong(name, 'a list of texts')
    return value
  }

  texts(name: string): Readonly<Record<string, string>> {
    const value = this.document[name]
    if (value === undefined) return {}
    const object = asJsonObject(value)
    if (object === undefined || Object.values(object).some((entry) => typeof entry !== 'string')) {
      throw this.wrong(name, 'an object of texts')
    }
    return object as Record<string, string>
  }

  dependencies(name: string): DependencyMap {
    const map = this.texts(name)
    const aliases = Object.keys(map)
    if (aliases.length > DEPENDENCY_COUNT_MAX) throw this.wrong(name, `at most ${DEPENDENCY_COUNT_MAX} entries`)
    for (const alias of aliases) parsePackageName(alias, `"${name}" of ${this.place}`)
    return map
  }

  private wrong(name: string, wanted: string): Error {
    return userError('MANIFEST_INVALID', `"${name}" in ${this.place} is not ${wanted}`)
  }
}

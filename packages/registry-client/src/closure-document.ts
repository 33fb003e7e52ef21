/**
 * A closure as it was answered or kept -> names with all their versions and the manifests that came with them. Everything
 * in it is somebody's word: what is not exactly as docs/formats/closure.md has it makes nothing of all of it, and what
 * is well-formed is read by the rules for packuments, as if the same registry had said it there.
 */
import type { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { asJsonObject, asVersion, isPackageName, parseJson, UserError } from '@alkahest/core'
import type { Candidate, Json, JsonObject, PackageName, PackageVersions, Version } from '@alkahest/core'
import {
  CLOSURE_FORMAT,
  CLOSURE_NAMES_MAX,
  CLOSURE_VERSIONS_MAX,
  parseVersionList,
  readCandidate,
  routes,
} from '@alkahest/protocol'

/** Decoded, in bytes: ten thousand names with all their versions take some ten megabytes. */
export const CLOSURE_SIZE_MAX: number = 64 * 1024 * 1024

/** Of all names together: a row of a list is short to write and long to hold. */
const LISTED_MAX = 3_000_000

/** Node's largest times are below it. */
const TIME_MAX_MS = 8.64e15

export type ClosureDocument = {
  readonly kind: 'closure'
  readonly revision: string
  /** What tarball addresses begin with. */
  readonly tarballs: string
  readonly packages: ReadonlyMap<PackageName, ClosurePackage>
}

export type ClosurePackage = {
  readonly tags: Readonly<Record<string, Version>>
  /** Ascending. */
  readonly versions: readonly Version[]
  readonly local: boolean
  /** When the young ones were published, milliseconds since 1970. */
  readonly young: ReadonlyMap<Version, number>
  /** Lean, of some versions. */
  readonly manifests: ReadonlyMap<Version, JsonObject>
}

export type UnusableClosure = { readonly kind: 'unusable'; readonly reason: string }

export function parseClosure(bytes: Buffer): ClosureDocument | UnusableClosure {
  if (bytes.length > CLOSURE_SIZE_MAX) return { kind: 'unusable', reason: `it is over ${CLOSURE_SIZE_MAX} bytes` }
  const reader = new Reader()
  let start = 0
  for (let number = 1; start < bytes.length; number++) {
    const found = bytes.indexOf('\n', start)
    const end = found < 0 ? bytes.length : found
    const problem = found < 0 ? 'it is cut off' : reader.read(readLine(bytes.toString('utf8', start, end)), number)
    if (problem !== undefined) return { kind: 'unusable', reason: `line ${number}: ${problem}` }
    if (reader.revision !== undefined) {
      const isLast = end + 1 === bytes.length
      return isLast
        ? reader.finish(revisionOf(bytes.subarray(0, start)))
        : { kind: 'unusable', reason: 'it goes on behind its last line' }
    }
    start = end + 1
  }
  return { kind: 'unusable', reason: 'it is cut off' }
}

/** A hash of all lines before the last one. */
export function revisionOf(lines: Uint8Array): string {
  return createHash('sha256').update(lines).digest('base64url').slice(0, 32)
}

function readLine(text: string): JsonObject | undefined {
  try {
    return asJsonObject(parseJson(text, 'a line'))
  } catch (cause) {
    if (cause instanceof UserError) return undefined
    throw cause
  }
}

type Draft = Omit<ClosurePackage, 'manifests'> & {
  readonly manifests: Map<Version, JsonObject>
  readonly known: ReadonlySet<Version>
}

/** Takes line by line; each answers what is wrong with it. */
class Reader {
  revision: string | undefined
  #tarballs: string | undefined
  #counts: readonly [Json | undefined, Json | undefined] = [undefined, undefined]
  readonly #packages = new Map<PackageName, Draft>()
  /** With those that are missing. */
  readonly #names = new Set<string>()
  #versions = 0
  #listed = 0

  read(line: JsonObject | undefined, number: number): string | undefined {
    if (line === undefined) return 'it is not a JSON object'
    if (number === 1) return this.#readFirst(line)
    if (typeof line.revision === 'string') return this.#readLast(line)
    const { name } = line
    if (typeof name !== 'string' || !isPackageName(name)) return 'it has no name'
    if ('version' in line) return this.#readVersion(name, line)
    if (this.#names.has(name)) return `${name} comes twice`
    if (this.#names.size >= CLOSURE_NAMES_MAX) return `there are over ${CLOSURE_NAMES_MAX} names`
    this.#names.add(name)
    return typeof line.missing === 'string' ? undefined : this.#readName(name, line)
  }

  finish(revision: string): ClosureDocument | UnusableClosure {
    if (revision !== this.revision) return { kind: 'unusable', reason: 'its revision is another than it says' }
    const [packages, versions] = this.#counts
    if (packages !== this.#names.size || versions !== this.#versions) {
      return { kind: 'unusable', reason: 'it has not as many packages and versions as it says' }
    }
    return { kind: 'closure', revision, tarballs: this.#tarballs ?? '', packages: this.#packages }
  }

  #readFirst({ closure, tarballs }: JsonObject): string | undefined {
    if (closure !== CLOSURE_FORMAT) return `it is not a closure of format ${CLOSURE_FORMAT}`
    if (typeof tarballs !== 'string' || !/^https?:\/\/.*\/$/.test(tarballs) || !URL.canParse(tarballs)) {
      return 'its tarballs have no address'
    }
    this.#tarballs = tarballs
    return undefined
  }

  #readLast({ revision, packages, versions }: JsonObject): string | undefined {
    this.revision = revision as string
    this.#counts = [packages, versions]
    return undefined
  }

  #readName(name: PackageName, line: JsonObject): string | undefined {
    const versions = typeof line.versions === 'string' ? parseVersionList(line.versions) : undefined
    if (versions === undefined) return `the versions of ${name} are no list`
    this.#listed += versions.length
    if (this.#listed > LISTED_MAX) return `it lists over ${LISTED_MAX} versions`
    const known = new Set(versions)
    const tags = Object.entries(asJsonObject(line.tags) ?? {}).flatMap(([tag, text]): [string, Version][] => {
      const version = asVersion(text)
      return version === undefined || !known.has(version) ? [] : [[tag, version]]
    })
    const young = new Map<Version, number>()
    for (const [text, time] of Object.entries(asJsonObject(line.young) ?? {})) {
      const version = asVersion(text)
      if (version === undefined || !known.has(version)) return `${name} is young in a version that it does not list`
      if (typeof time !== 'number' || !Number.isInteger(time) || Math.abs(time) > TIME_MAX_MS)
        return `${name}@${version} has no time`
      young.set(version, time)
    }
    const local = line.local === true
    this.#packages.set(name, { tags: Object.fromEntries(tags), versions, known, local, young, manifests: new Map() })
    return undefined
  }

  #readVersion(name: PackageName, { version, manifest }: JsonObject): string | undefined {
    const draft = this.#packages.get(name)
    const read = asJsonObject(manifest)
    if (draft === undefined) return `${name} has not come yet`
    if (typeof version !== 'string' || !draft.known.has(version as Version)) return `${name} does not list that version`
    if (draft.manifests.has(version as Version)) return `${name}@${version} comes twice`
    if (read === undefined) return `${name}@${version} has no manifest`
    if (++this.#versions > CLOSURE_VERSIONS_MAX) return `there are over ${CLOSURE_VERSIONS_MAX} manifests`
    draft.manifests.set(version as Version, read)
    return undefined
  }
}

/**
 * A name of a closure as the solver sees it. Whatever it answers is what the packument would say; of a version whose
 * manifest did not come it answers nothing and tells so, and then nothing that was concluded may be used.
 */
export function closureVersions(
  name: PackageName,
  document: ClosureDocument,
  onLacking: (name: PackageName) => void,
): PackageVersions | undefined {
  const known = document.packages.get(name)
  return known === undefined ? undefined : new ClosurePackument(name, known, { tarballs: document.tarballs, onLacking })
}

class ClosurePackument implements PackageVersions {
  readonly name: PackageName
  readonly distTags: Readonly<Record<string, Version>>
  readonly versions: readonly Version[]
  readonly local: boolean
  readonly #known: ClosurePackage
  readonly #tarballs: string
  readonly #onLacking: (name: PackageName) => void
  readonly #candidates = new Map<Version, Candidate | undefined>()
  #listed: ReadonlySet<Version> | undefined

  constructor(
    name: PackageName,
    known: ClosurePackage,
    options: { readonly tarballs: string; readonly onLacking: (name: PackageName) => void },
  ) {
    this.name = name
    this.distTags = known.tags
    this.versions = known.versions
    this.local = known.local
    this.#known = known
    this.#tarballs = options.tarballs
    this.#onLacking = options.onLacking
  }

  candidate(version: Version): Candidate | undefined {
    if (this.#candidates.has(version)) return this.#candidates.get(version)
    const manifest = this.#known.manifests.get(version)
    if (manifest === undefined) {
      this.#listed ??= new Set(this.versions)
      if (this.#listed.has(version)) this.#onLacking(this.name)
      return undefined
    }
    const dist = asJsonObject(manifest.dist) ?? {}
    const tarball = this.#tarballs + routes.tarball(this.name, version)
    const candidate = readCandidate(this.name, version, { ...manifest, dist: { tarball, ...dist } })
    this.#candidates.set(version, candidate)
    return candidate
  }

  publishedAt(version: Version): number | undefined {
    return this.#known.young.get(version)
  }

  publishedAfter(instant: number): readonly Version[] {
    return [...this.#known.young].filter(([, time]) => time > instant).map(([version]) => version)
  }
}

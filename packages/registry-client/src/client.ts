/** A registry on the network, whole: one object over the parts, so that whoever has it needs to know none of them. */
import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Json, JsonObject, PackageName, PackageVersions, Version } from '@alkahest/core'
import type { Http, HttpAnswer } from '@alkahest/http'
import type { NpmConfig } from '@alkahest/npm-config'
import { Account } from './account.ts'
import type { LoginOptions } from './account.ts'
import { ClosureCache } from './closure-cache.ts'
import { Closures } from './closures.ts'
import type { Closure, ClosureOptions, ClosureRequirement } from './closures.ts'
import { Connection } from './connection.ts'
import type { JsonRequest, WriteOptions } from './connection.ts'
import { DocumentCache } from './document-cache.ts'
import { Packuments } from './packuments.ts'
import type { VersionsOptions } from './packuments.ts'
import { Publishing } from './publishing.ts'
import type { Owner } from './publishing.ts'
import { search } from './search.ts'
import type { SearchOptions, SearchResult } from './search.ts'
import { streamTarball, tarballUrl } from './tarballs.ts'
import type { TarballTarget } from './tarballs.ts'

export type RegistryClientOptions = {
  readonly config: NpmConfig
  readonly http: Http
  /** Made when something is written into it. */
  readonly cacheDirectory: string
  /** No request at all. */
  readonly offline?: boolean
  /** What is in the cache is good enough, however old. */
  readonly preferOffline?: boolean
  readonly sleep?: (milliseconds: number) => Promise<void>
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/**
 * Every method throws a `UserError` that names what was wanted and who failed. `registry` in options is an address to
 * use instead of the configured one; without it, a package's own registry or the default one is meant.
 */
export interface RegistryClient {
  /** With a final slash. */
  registryFor(name: PackageName): string
  /** `missing` when the registry has no such name. Asked once per name while this client lives. */
  packageVersions(name: PackageName, options?: VersionsOptions): Promise<PackageVersions | 'missing'>
  /** Whether `closure` may answer about it, as far as is known without a request. */
  mayHaveClosure(name: PackageName): boolean
  /**
   * What registries that offer closures know of everything that these requirements reach, each in one request; nothing of
   * the others. The rest, and what turns out to be lacking, is asked for with `packageVersions`.
   */
  closure(requirements: readonly ClosureRequirement[], options: ClosureOptions): Promise<Closure>
  /** Whoever takes the bytes checks their integrity. */
  tarball(target: TarballTarget): AsyncIterable<Uint8Array>
  tarballUrl(target: TarballTarget): Promise<string>
  /** What lies at an address that a manifest names, with the credentials of that address; any status is an answer. */
  fetchAddress(url: string): Promise<HttpAnswer>
  /** The full packument as it is, uncached. */
  document(name: PackageName): Promise<JsonObject | 'missing'>

  /** `body` as `publishBody` of `@alkahest/protocol` makes it. */
  publish(body: JsonObject, options?: WriteOptions): Promise<void>
  publishesTogether(options?: WriteOptions): Promise<boolean>
  publishTogether(bodies: readonly JsonObject[], options?: WriteOptions): Promise<void>
  unpublish(name: PackageName, version?: Version, options?: WriteOptions): Promise<void>
  deprecate(
    name: PackageName,
    versions: readonly Version[],
    change: WriteOptions & { readonly message: string },
  ): Promise<void>
  distTags(name: PackageName): Promise<Readonly<Record<string, Version>>>
  setDistTag(name: PackageName, tag: string, change: WriteOptions & { readonly version: Version }): Promise<void>
  removeDistTag(name: PackageName, tag: string, options?: WriteOptions): Promise<void>
  owners(name: PackageName): Promise<readonly Owner[]>
  addOwner(name: PackageName, user: string, options?: WriteOptions): Promise<void>
  removeOwner(name: PackageName, user: string, options?: WriteOptions): Promise<void>
  setAccess(name: PackageName, access: 'public' | 'restricted', options?: WriteOptions): Promise<void>
  collaborators(name: PackageName): Promise<Readonly<Record<string, string>>>

  login(username: string, password: string, options?: LoginOptions): Promise<string>
  webLogin(open: (url: string) => void | Promise<void>, options?: WriteOptions): Promise<string | undefined>
  logout(options?: WriteOptions): Promise<void>
  whoami(options?: WriteOptions): Promise<string>
  ping(options?: WriteOptions): Promise<void>
  tokens(options?: WriteOptions): Promise<readonly JsonObject[]>
  createToken(request: JsonObject, options?: WriteOptions): Promise<JsonObject>
  revokeToken(key: string, options?: WriteOptions): Promise<void>

  search(text: string, options?: SearchOptions): Promise<SearchResult>
  /** Anything else that a registry offers: JSON to a path relative to its address, JSON back, undefined for none. */
  json(method: string, path: string, options: JsonRequest): Promise<Json | undefined>
}

export function openRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { config, http, cacheDirectory } = options
  const now = options.now ?? Date.now
  const sleep = options.sleep ?? ((milliseconds: number) => sleepFor(milliseconds))
  const connection = new Connection({ config, http, offline: options.offline === true })
  const cache = new DocumentCache(cacheDirectory)
  const preferOffline = options.preferOffline === true
  const closures = new Closures({ connection, cache: new ClosureCache(cacheDirectory), preferOffline, now })
  const packuments = new Packuments({ connection, cache, closures, preferOffline, now })
  const publishing = new Publishing(connection, packuments)
  const account = new Account({ connection, sleep, now })
  return {
    registryFor: (name) => connection.registryOf(name),
    packageVersions: (name, options = {}) => packuments.versions(name, options),
    mayHaveClosure: (name) => closures.mayAnswer(name),
    closure: (requirements, options) => closures.closure(requirements, options),
    tarball: (target) => streamTarball(connection, target),
    tarballUrl: (target) => tarballUrl(connection, target),
    fetchAddress: (url) => connection.fetchAddress(url),
    document: (name) => packuments.document(name),

    publish: (body, options = {}) => publishing.publish(body, options),
    publishesTogether: (options = {}) => publishing.publishesTogether(options),
    publishTogether: (bodies, options = {}) => publishing.publishTogether(bodies, options),
    unpublish: (name, version, options = {}) => publishing.unpublish(name, version, options),
    deprecate: (name, versions, change) => publishing.deprecate(name, versions, change),
    distTags: (name) => publishing.distTags(name),
    setDistTag: (name, tag, change) => publishing.setDistTag(name, tag, change),
    removeDistTag: (name, tag, options = {}) => publishing.removeDistTag(name, tag, options),
    owners: (name) => publishing.owners(name),
    addOwner: (name, user, options = {}) => publishing.addOwner(name, user, options),
    removeOwner: (name, user, options = {}) => publishing.removeOwner(name, user, options),
    setAccess: (name, access, options = {}) => publishing.setAccess(name, access, options),
    collaborators: (name) => publishing.collaborators(name),

    login: (username, password, options = {}) => account.login(username, password, options),
    webLogin: (open, options = {}) => account.webLogin(open, options),
    logout: (options = {}) => account.logout(options),
    whoami: (options = {}) => account.whoami(options),
    ping: (options = {}) => account.ping(options),
    tokens: (options = {}) => account.tokens(options),
    createToken: (request, options = {}) => account.createToken(request, options),
    revokeToken: (key, options = {}) => account.revokeToken(key, options),

    search: (text, options = {}) => search(connection, text, options),
    json: (method, path, options) => connection.json(method, path, options),
  }
}

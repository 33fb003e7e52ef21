/**
 * Where the network meets the solver: the solver is synchronous and says what it lacks; this loads it, as many at a time
 * as the client has connections, and answers from memory. The compiler proves here that both halves fit.
 */
import { resolve } from 'node:path'
import { computeIntegrity, parsePackageName, parseVersion, userError } from '@alkahest/core'
import type { Candidate, Integrity, JsonObject, PackageName, PackageVersions, ResolvedPackage } from '@alkahest/core'
import { checkStatus } from '@alkahest/http'
import { readBytes, readFolderManifest } from '@alkahest/project'
import { readCandidate, readTarball } from '@alkahest/protocol'
import type { RegistryClient } from '@alkahest/registry-client'
import { lockedCandidate } from '@alkahest/resolver'
import type { ExternalPackage, ExternalRequest, PackageSource } from '@alkahest/resolver'
import { ClosureQuestions } from './closure-questions.ts'
import type { OperationContext } from './context.ts'
import { fetchGit } from './git-source.ts'
import type { lockedGit } from './git-source.ts'

/** In one resolution: the first answers nearly everything, and what several have not answered is strange. */
const CLOSURES_MAX = 4

export type LoadingSourceOptions = {
  readonly client: RegistryClient
  /** What the lockfile holds and may keep: an address that it answers is not fetched again. */
  readonly locked: readonly ResolvedPackage[]
  /** What it holds for a git specifier. */
  readonly lockedGit: ReturnType<typeof lockedGit>
  readonly offline: boolean
  /** Absolute; paths of externals are relative to it. */
  readonly root: string
  /** The instant from which on the time of publication matters; undefined: it never does. */
  readonly cutoff: number | undefined
  readonly context: OperationContext
  /** What asks for names in the manifests, when the solver's questions may be answered by closures; see `settled`. */
  readonly closures?: Pick<ClosureQuestions, 'members' | 'nodeVersion'>
  /** Told what will probably be chosen, while what the solver lacks is loaded. */
  readonly onLikely?: (candidates: readonly Candidate[]) => void
}

export interface LoadingSource extends PackageSource {
  /** Loads what `resolve` said it needs; a second call for the same name does nothing. */
  load(needs: {
    readonly names: readonly PackageName[]
    readonly externals: readonly ExternalRequest[]
    readonly likely?: readonly Candidate[]
  }): Promise<void>
  /**
   * Asks the registry anew, once for each name, about those that the cache answered for, because it was allowed to keep
   * them for some time. False when that brought nothing new.
   */
  refresh(names: readonly PackageName[]): Promise<boolean>
  /**
   * Of what was answered by a closure, the names of which something was looked at that did not come with it: loads them
   * whole. True: what was concluded from this source since the last call must be asked again.
   */
  completed(): Promise<boolean>
  /** What the lockfile and the registry are known to have: where a slip of the finger may have been meant. */
  knownNames(): readonly PackageName[]
}

export function createLoadingSource(options: LoadingSourceOptions): LoadingSource {
  const packages = new Map<PackageName, PackageVersions | 'missing'>()
  const externals = new Map<string, ExternalPackage | 'missing'>()
  const refreshed = new Set<PackageName>()
  const lacking = new Set<PackageName>()
  let answered = 0
  const closures = options.closures === undefined ? undefined : new ClosureQuestions(options.closures)
  const versionOptions = options.cutoff === undefined ? {} : { publishedAfter: options.cutoff }

  async function loadName(name: PackageName): Promise<void> {
    if (packages.has(name)) return
    packages.set(name, await options.client.packageVersions(name, versionOptions))
    options.context.progress({ kind: 'step', what: 'resolving', done: packages.size })
  }

  /** As many as a closure has; what it does not have is loaded one by one. What a person should know when that is done. */
  async function loadTogether(names: readonly PackageName[], likely: readonly Candidate[]): Promise<readonly string[]> {
    const { client } = options
    const wanted = names.filter((name) => !packages.has(name) && client.mayHaveClosure(name))
    if (closures === undefined || wanted.length === 0 || answered === CLOSURES_MAX) return []
    const question = closures.about(wanted, likely)
    if (question.length === 0) return []
    const { packages: found, notes } = await client.closure(question, {
      ...versionOptions,
      ...(options.closures?.nodeVersion === undefined ? {} : { nodeVersion: options.closures.nodeVersion }),
      onLacking: (name) => lacking.add(name),
    })
    if (found.size > 0) answered++
    for (const [name, versions] of found) if (!packages.has(name)) packages.set(name, versions)
    options.context.progress({ kind: 'step', what: 'resolving', done: packages.size })
    return notes
  }

  async function loadWhole(name: PackageName): Promise<void> {
    packages.set(name, await options.client.packageVersions(name, versionOptions))
  }

  async function refreshName(name: PackageName): Promise<boolean> {
    if (refreshed.has(name)) return false
    refreshed.add(name)
    const known = packages.get(name)
    const fresh = await options.client.packageVersions(name, { ...versionOptions, fresh: true })
    packages.set(name, fresh)
    return fresh !== known
  }

  async function loadExternal(request: ExternalRequest): Promise<void> {
    const key = keyOf(request)
    if (!externals.has(key)) externals.set(key, await readExternal(request, options))
  }

  return {
    packageVersions: (name) => packages.get(name),
    external: (request) => externals.get(keyOf(request)),
    load: async ({ names, externals: requests, likely = [] }) => {
      const tell = async (): Promise<void> => options.onLikely?.(likely) // behind what the solver waits for
      const notes = await loadTogether(names, likely)
      await Promise.all([...names.map(loadName), ...requests.map(loadExternal), tell()])
      // A registry that answers nothing at all is told by the error about its documents alone.
      for (const text of notes) options.context.progress({ kind: 'note', text })
    },
    knownNames: () => [
      ...new Set([
        ...options.locked.map(({ name }) => name),
        ...[...packages].filter(([, found]) => found !== 'missing').map(([name]) => name),
      ]),
    ],
    completed: async () => {
      const names = [...lacking]
      lacking.clear()
      await Promise.all(names.map(loadWhole))
      return names.length > 0
    },
    refresh: async (names) => (await Promise.all(names.map(refreshName))).includes(true),
  }
}

function keyOf(request: ExternalRequest): string {
  return JSON.stringify(Object.entries(request).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

async function readExternal(
  request: ExternalRequest,
  options: LoadingSourceOptions,
): Promise<ExternalPackage | 'missing'> {
  if (request.kind === 'directory') return readDirectory(request.path, options.root)
  if (request.kind === 'file') return readTarballFile(request.path, options.root)
  if (request.kind === 'tarball')
    return lockedTarball(request.url, options) ?? fetchTarballAddress(request.url, options)
  return readGit(request, options)
}

async function readDirectory(path: string, root: string): Promise<ExternalPackage | 'missing'> {
  const manifest = await readFolderManifest(resolve(root, path), path)
  if (manifest === undefined) return 'missing'
  return { candidate: candidateOf(manifest, path, undefined), source: { kind: 'directory', path } }
}

async function readTarballFile(path: string, root: string): Promise<ExternalPackage | 'missing'> {
  const bytes = await readBytes(resolve(root, path), path)
  if (bytes === undefined) return 'missing'
  const { manifest } = await readTarball(bytes, { place: path })
  return { candidate: candidateOf(manifest, path, computeIntegrity(bytes)), source: { kind: 'file', path } }
}

function lockedTarball(url: string, { locked }: LoadingSourceOptions): ExternalPackage | undefined {
  const found = locked.find(({ source, integrity }) => {
    return source.kind === 'tarball' && source.url === url && integrity !== undefined
  })
  return found === undefined ? undefined : { candidate: lockedCandidate(found), source: found.source }
}

async function readGit(
  request: ExternalRequest & { readonly kind: 'git' },
  options: LoadingSourceOptions,
): Promise<ExternalPackage> {
  const locked = options.lockedGit(request)
  if (locked !== undefined) return { candidate: lockedCandidate(locked), source: locked.source }
  const { source, packed } = await fetchGit(request, options)
  return { candidate: candidateOf(packed.manifest, request.url, packed.integrity), source }
}

/** Read whole: its hash must be known before anything can be locked. */
async function fetchTarballAddress(
  url: string,
  { client }: LoadingSourceOptions,
): Promise<ExternalPackage | 'missing'> {
  const answer = await client.fetchAddress(url)
  if (answer.status === 404) return 'missing'
  checkStatus(answer)
  const { manifest } = await readTarball(answer.body, { place: url })
  return { candidate: candidateOf(manifest, url, computeIntegrity(answer.body)), source: { kind: 'tarball', url } }
}

/** A manifest outside a registry has no `dist`: one is made, so that the same rules read it. */
function candidateOf(manifest: JsonObject, place: string, integrity: Integrity | undefined): Candidate {
  const { name, version } = manifest
  const candidate = readCandidate(
    parsePackageName(typeof name === 'string' ? name : '', place),
    parseVersion(typeof version === 'string' ? version : '0.0.0', place),
    { ...manifest, dist: { tarball: 'http://localhost/', ...(integrity === undefined ? {} : { integrity }) } },
  )
  if (candidate === undefined) throw userError('MANIFEST_INVALID', `${place} does not hold a package`)
  return candidate
}

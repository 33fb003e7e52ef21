/** Dependencies from git: what a specifier means now or meant when it was locked, and a commit as a package. */
import { join } from 'node:path'
import { parseSpecifier } from '@alkahest/core'
import type { PackageId, Resolution, ResolvedPackage, Source, Specifier } from '@alkahest/core'
import type { GitOptions, PackedCommit } from '@alkahest/git'
import type { ExternalRequest, ResolveInput } from '@alkahest/resolver'
import { lockFile } from '@alkahest/store'
import { makeFolder } from '@alkahest/store/make-folder'
import type { OperationContext } from './context.ts'

type GitRequest = ExternalRequest & { readonly kind: 'git' }
type GitSource = Source & { readonly kind: 'git' }

/** Repositories lie in the cache: they can be deleted at any time. */
export function gitOptions(context: OperationContext, offline: boolean): GitOptions {
  const cacheDirectory = join(context.home, 'cache', 'git')
  makeFolder(cacheDirectory)
  return {
    cacheDirectory,
    env: context.env,
    offline,
    lock: (path) =>
      lockFile(path, {
        mode: 'exclusive',
        onWait: () => context.progress({ kind: 'note', text: 'waiting for another command to fetch from git' }),
      }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  }
}

/** What the request means now, packed. Says what is not in the package. */
export async function fetchGit(
  request: GitRequest,
  { context, offline }: { readonly context: OperationContext; readonly offline: boolean },
): Promise<{ readonly source: GitSource; readonly packed: PackedCommit }> {
  const { packCommit, resolveCommit } = await import('@alkahest/git')
  const options = gitOptions(context, offline)
  const { url, folder } = request
  context.progress({ kind: 'step', what: 'fetching from git' })
  const commit = await resolveCommit(request, options)
  const packed = await packCommit({ url, commit, folder }, options)
  for (const text of packed.warnings) context.progress({ kind: 'note', text })
  return { source: { kind: 'git', url, commit, folder }, packed }
}

/** The bytes of a locked package; the store compares them with the integrity in the lockfile. */
export async function gitTarball(
  { url, commit, folder }: GitSource,
  { context, offline }: { readonly context: OperationContext; readonly offline: boolean },
): Promise<Uint8Array> {
  const { packCommit } = await import('@alkahest/git')
  return (await packCommit({ url, commit, folder }, gitOptions(context, offline))).tarball
}

/** What the lockfile has for a request and may keep: branches move, what is locked does not. */
export function lockedGit({ locked, unlock }: ResolveInput): (request: GitRequest) => ResolvedPackage | undefined {
  if (locked === undefined || unlock === 'all') return () => undefined
  const packages = new Map<PackageId, ResolvedPackage>()
  for (const one of locked.packages) if (one.source.kind === 'git') packages.set(one.id, one)
  const known = new Map<string, ResolvedPackage>()
  for (const { alias, specifier, target } of packages.size === 0 ? [] : edgesOf(locked)) {
    const found = target === undefined ? undefined : packages.get(target)
    if (found === undefined || (unlock !== 'none' && (unlock.includes(found.name) || unlock.includes(alias)))) continue
    const parsed = parseSpecifier(alias, specifier, 'the lockfile')
    if (parsed.kind === 'git') known.set(keyOf(parsed), found)
  }
  return (request) => known.get(keyOf(request))
}

function* edgesOf(locked: Resolution): Generator<Resolution['packages'][number]['edges'][number]> {
  for (const { edges } of locked.members) yield* edges
  for (const { edges } of locked.packages) yield* edges
}

function keyOf({ url, committish, range, folder }: GitRequest | (Specifier & { readonly kind: 'git' })): string {
  return JSON.stringify([url, committish, range, folder])
}

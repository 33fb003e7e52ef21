/**
 * Bare repositories in the cache, one for each address: a commit that was fetched once is read without the network. Only
 * what is asked for is fetched, one commit deep; a server that gives no single commits is asked for everything.
 */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { userError } from '@alkahest/core'
import { checkAddress, shownAddress } from './address.ts'
import { gitFailure } from './git-failure.ts'
import { runGit } from './run-git.ts'
import type { GitEnded, GitOptions } from './run-git.ts'

/** What a killed git leaves behind, or a disk that lost something: the copy is made anew. */
const DAMAGED = /\.lock': File exists|not a git repository|corrupt|bad object|unable to read/i

export type Mirror = {
  readonly directory: string
  readonly url: string
}

/** Runs `use` alone with the copy of a repository; a damaged copy is removed and `use` runs once more. */
export async function withMirror<Result>(
  url: string,
  options: GitOptions,
  use: (mirror: Mirror) => Promise<Result>,
): Promise<Result> {
  checkAddress(url)
  const key = createHash('sha256').update(url).digest('hex').slice(0, 32)
  const mirror = { directory: join(options.cacheDirectory, `${key}.git`), url }
  using _lock = await options.lock(join(options.cacheDirectory, `${key}.lock`))
  try {
    await openMirror(mirror, options)
    return await use(mirror)
  } catch (error) {
    if (!(error instanceof Error) || !DAMAGED.test(error.message)) throw error
    await rm(mirror.directory, { recursive: true, force: true })
    await openMirror(mirror, options)
    return await use(mirror)
  }
}

async function openMirror({ directory, url }: Mirror, options: GitOptions): Promise<void> {
  const { exitCode, stderr } = await runGit({ args: ['init', '--quiet', '--bare', '--template=', directory] }, options)
  if (exitCode !== 0) throw gitFailure(url, stderr)
}

export async function hasCommit({ directory }: Mirror, commit: string, options: GitOptions): Promise<boolean> {
  return (await runGit({ directory, args: ['cat-file', '-e', `${commit}^{commit}`] }, options)).exitCode === 0
}

/** Makes a commit readable. Throws `GIT_REF_NOT_FOUND`, `GIT_ACCESS_DENIED`, `GIT_FAILED`, `OFFLINE_MISSING`. */
export async function fetchCommit(mirror: Mirror, commit: string, options: GitOptions): Promise<void> {
  if (await hasCommit(mirror, commit, options)) return
  refuseOffline(mirror, options)
  const single = await fetch(mirror, ['--depth=1', mirror.url, `${commit}:refs/alkahest/${commit}`], options)
  if (single.exitCode === 0 && (await hasCommit(mirror, commit, options))) return
  await fetchAll(mirror, options)
  if (!(await hasCommit(mirror, commit, options))) throw noCommit(mirror, commit)
}

/** The full name of a commit that was written short. */
export async function fetchShortCommit(mirror: Mirror, short: string, options: GitOptions): Promise<string> {
  const read = async (): Promise<string | undefined> => {
    const args = ['rev-parse', '--verify', '--quiet', `${short}^{commit}`]
    const { exitCode, stdout } = await runGit({ directory: mirror.directory, args }, options)
    return exitCode === 0 ? stdout.toString().trim() : undefined
  }
  refuseOffline(mirror, options)
  await fetchAll(mirror, options)
  const found = await read()
  if (found === undefined) throw noCommit(mirror, short)
  return found
}

/** Throws `OFFLINE_MISSING` where the network must not be used. */
export function refuseOffline({ url }: Pick<Mirror, 'url'>, { offline }: GitOptions): void {
  if (!offline || url.startsWith('file:')) return
  throw userError(
    'OFFLINE_MISSING',
    `cannot read ${shownAddress(url)}: it is not in the cache, and the network must not be used`,
    { hint: 'run the command once without --offline' },
  )
}

async function fetchAll(mirror: Mirror, options: GitOptions): Promise<void> {
  const refs = ['+refs/heads/*:refs/remote/heads/*', '+refs/tags/*:refs/remote/tags/*']
  const shallow = await runGit({ directory: mirror.directory, args: ['rev-parse', '--is-shallow-repository'] }, options)
  const depth = shallow.stdout.toString().trim() === 'true' ? ['--unshallow'] : []
  const { exitCode, stderr } = await fetch(mirror, [...depth, mirror.url, ...refs], options)
  if (exitCode !== 0) throw gitFailure(mirror.url, stderr)
}

function fetch({ directory }: Mirror, args: readonly string[], options: GitOptions): Promise<GitEnded> {
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules']
  return runGit({ directory, args: ['fetch', ...quiet, ...args] }, options)
}

function noCommit({ url }: Mirror, commit: string): Error {
  return userError('GIT_REF_NOT_FOUND', `${shownAddress(url)} has no commit, tag or branch ${commit}`, {
    hint: 'it may have been removed by a force push: name another one, or a tag',
  })
}

/** Which commit a git specifier means: the default branch, a tag, a branch, a commit, or the highest tag in a range. */
import { userError } from '@alkahest/core'
import { checkAddress, shownAddress } from './address.ts'
import { gitFailure } from './git-failure.ts'
import { fetchShortCommit, refuseOffline, withMirror } from './mirror.ts'
import { commitOfRange, commitOfRef, parseRemoteRefs, versionsOfTags } from './remote-refs.ts'
import type { RemoteRefs } from './remote-refs.ts'
import { runGit } from './run-git.ts'
import type { GitOptions } from './run-git.ts'

export type GitRequest = {
  readonly url: string
  /** Branch, tag or commit; undefined means the default branch. */
  readonly committish: string | undefined
  /** Of `#semver:<range>`. */
  readonly range: string | undefined
}

const FULL_COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i
const SHORT_COMMIT = /^[0-9a-f]{7,63}$/i

/** Tags named in a sentence about a range that none of them is in. */
const VERSIONS_SHOWN_MAX = 3

/**
 * The full commit. One that is written whole is believed, and looked for when it is packed. Throws `GIT_REF_NOT_FOUND`,
 * `GIT_ACCESS_DENIED`, `GIT_FAILED`, `GIT_MISSING`, `OFFLINE_MISSING`, `SPECIFIER_UNSUPPORTED`.
 */
export async function resolveCommit(request: GitRequest, options: GitOptions): Promise<string> {
  const { url, committish, range } = request
  checkAddress(url)
  if (range === undefined && committish !== undefined && FULL_COMMIT.test(committish)) return committish.toLowerCase()
  const refs = await listRefs(url, options)
  if (range !== undefined) return commitOfRange(refs, range) ?? noVersion(request, refs)
  const found = commitOfRef(refs, committish ?? 'HEAD')
  if (found !== undefined) return found
  if (committish !== undefined && SHORT_COMMIT.test(committish)) {
    return withMirror(url, options, (mirror) => fetchShortCommit(mirror, committish.toLowerCase(), options))
  }
  throw noRef(request, refs)
}

async function listRefs(url: string, options: GitOptions): Promise<RemoteRefs> {
  refuseOffline({ url }, options)
  const { exitCode, stdout, stderr } = await runGit({ args: ['ls-remote', '--quiet', '--', url] }, options)
  if (exitCode !== 0) throw gitFailure(url, stderr)
  return parseRemoteRefs(stdout.toString())
}

function noRef({ url, committish }: GitRequest, refs: RemoteRefs): Error {
  const branches = [...refs.keys()].filter((name) => name.startsWith('refs/heads/'))
  const shown = branches.slice(0, VERSIONS_SHOWN_MAX).map((name) => name.slice('refs/heads/'.length))
  const what = committish === undefined ? 'has no default branch' : `has no commit, tag or branch ${committish}`
  return userError('GIT_REF_NOT_FOUND', `${shownAddress(url)} ${what}`, {
    hint: shown.length === 0 ? 'it is empty' : `its branches begin with ${shown.join(', ')}`,
  })
}

function noVersion({ url, range }: GitRequest, refs: RemoteRefs): never {
  const shown = versionsOfTags(refs).slice(0, VERSIONS_SHOWN_MAX)
  throw userError('GIT_REF_NOT_FOUND', `no tag of ${shownAddress(url)} is a version in ${String(range)}`, {
    hint: shown.length === 0 ? 'none of its tags is a version' : `the newest it has are ${shown.join(', ')}`,
  })
}

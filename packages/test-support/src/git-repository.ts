/** A git repository on disk, made by git itself in a folder of its own, for tests of what comes from git. */
import { execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { tempTree } from './temp-tree.ts'
import type { TempTree, TreeEntry } from './temp-tree.ts'

export interface GitRepository extends AsyncDisposable {
  /** `file://...`: git reads it through the same protocol as from a server. */
  readonly url: string
  /** The repository lies in its folder `work`. */
  readonly tree: TempTree
  /** Under which git knows its author and nothing of the developer's own configuration. */
  readonly env: Readonly<Record<string, string>>
  /** Writes the files, commits everything there is on `main`, and gives the commit. */
  commit(files: Readonly<Record<string, TreeEntry>>): Promise<string>
  /** Runs git in it and gives what it printed. */
  git(...args: readonly string[]): string
}

/** A fixed author and time, so that the same files are the same commit. */
const ENV = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
}

export async function makeGitRepository(): Promise<GitRepository> {
  const tree = await tempTree({ work: null })
  const work = tree.resolve('work')
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: work, env: ENV, stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim()
  git('init', '--quiet', '--initial-branch=main', '--template=')
  return {
    url: pathToFileURL(work).href,
    tree,
    env: ENV,
    commit: async (files) => {
      await tree.write(Object.fromEntries(Object.entries(files).map(([path, entry]) => [`work/${path}`, entry])))
      git('add', '--all')
      git('commit', '--quiet', '--message', 'a commit')
      return git('rev-parse', 'HEAD')
    },
    git,
    [Symbol.asyncDispose]: () => tree[Symbol.asyncDispose](),
  }
}

/** A repository of a test with the options that read it. */
import { makeGitRepository } from '@alkahest/test-support'
import type { GitRepository } from '@alkahest/test-support'
import type { GitOptions } from '../src/index.ts'

export type Repository = GitRepository & { readonly options: GitOptions }

export async function makeRepository(changes: Partial<GitOptions> = {}): Promise<Repository> {
  const repository = await makeGitRepository()
  await repository.tree.write({ cache: null })
  const options = {
    cacheDirectory: repository.tree.resolve('cache'),
    offline: false,
    lock: () => Promise.resolve({ [Symbol.dispose]: () => undefined }),
    ...changes,
    env: { ...repository.env, ...changes.env },
  }
  return { ...repository, options }
}

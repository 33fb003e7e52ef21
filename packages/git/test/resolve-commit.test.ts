import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UserError } from '@alkahest/core'
import { expectErrorGolden } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { resolveCommit } from '../src/index.ts'
import { makeRepository } from './repository.ts'

const MANIFEST = { 'package.json': { json: { name: 'a', version: '1.0.0' } } }

async function errorOf(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (error instanceof UserError) return error
  throw new Error('no error for people came', { cause: error })
}

test('the default branch, a branch, a tag, an annotated tag, and the highest tag in a range', async () => {
  await using repository = await makeRepository()
  const { url, options } = repository
  const ask = (committish?: string, range?: string): Promise<string> =>
    resolveCommit({ url, committish, range }, options)
  const first = await repository.commit(MANIFEST)
  repository.git('tag', 'v1.0.0')
  repository.git('tag', 'v1.1.0-rc.1')
  repository.git('branch', 'old')
  const second = await repository.commit({ 'a.js': '1' })
  repository.git('tag', '--annotate', '--message', 'two', 'release-1.2.0')
  repository.git('tag', 'v2.0.0')
  const third = await repository.commit({ 'a.js': '2' })
  expect(await ask()).toBe(third)
  expect(await ask('old')).toBe(first)
  expect(await ask('v1.0.0')).toBe(first)
  expect(await ask('release-1.2.0')).toBe(second)
  expect(await ask(undefined, '^1.0.0')).toBe(second)
  expect(await ask(undefined, '~1.0.0')).toBe(first)
  expect(await ask(third)).toBe(third)
  expect(await ask(second.slice(0, 8))).toBe(second)
})

test('a commit that is written whole needs no question', async () => {
  await using repository = await makeRepository({ env: { PATH: '' } })
  const commit = 'A'.repeat(40)
  const { url, options } = repository
  expect(await resolveCommit({ url, committish: commit, range: undefined }, options)).toBe('a'.repeat(40))
})

test('what a repository does not have is named, and what it has is the hint', async () => {
  await using repository = await makeRepository()
  const { url, options } = repository
  await repository.commit(MANIFEST)
  repository.git('tag', 'v1.0.0')
  const branch = await errorOf(resolveCommit({ url, committish: 'mian', range: undefined }, options))
  expectErrorGolden('GIT_REF_NOT_FOUND', branch, { replace: { '<repository>': url } })
  const range = await errorOf(resolveCommit({ url, committish: undefined, range: '^2' }, options))
  expect(range).toMatchObject({
    code: 'GIT_REF_NOT_FOUND',
    message: `no tag of ${url} is a version in ^2`,
    hint: 'the newest it has are 1.0.0',
  })
  const short = await errorOf(resolveCommit({ url, committish: 'abcdef12', range: undefined }, options))
  expect(short.message).toBe(`${url} has no commit, tag or branch abcdef12`)
})

test('a machine without git', async () => {
  await using repository = await makeRepository({ env: { PATH: '' } })
  const { url, options } = repository
  expectErrorGolden(
    'GIT_MISSING',
    await errorOf(resolveCommit({ url, committish: undefined, range: undefined }, options)),
  )
})

/** An address with a server behind it that answers everything with one status. */
async function withServer<Result>(status: number, use: (host: string) => Promise<Result>): Promise<Result> {
  const server = createServer((_, answer) => answer.writeHead(status, { 'www-authenticate': 'Basic' }).end())
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  try {
    return await use(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('a private repository asks nobody anything, and no password is shown', async () => {
  await using repository = await makeRepository()
  await withServer(401, async (host) => {
    const ask = { committish: undefined, range: undefined }
    const error = await errorOf(resolveCommit({ ...ask, url: `http://${host}/secret.git` }, repository.options))
    expectErrorGolden('GIT_ACCESS_DENIED', error, { replace: { 'example.com': host } })
    const known = await errorOf(resolveCommit({ ...ask, url: `http://me:word@${host}/secret.git` }, repository.options))
    expect(known.code).toBe('GIT_ACCESS_DENIED')
    expect(`${known.message} ${known.hint}`).not.toContain('word')
  })
})

test('a server in trouble is told in the words of git', async () => {
  await using repository = await makeRepository()
  await withServer(500, async (host) => {
    const request = { url: `http://${host}/a.git`, committish: undefined, range: undefined }
    const error = await errorOf(resolveCommit(request, repository.options))
    expectErrorGolden('GIT_FAILED', error, { replace: { 'example.com': host } })
  })
})

test('without the network nothing is asked of another machine', async () => {
  await using repository = await makeRepository({ offline: true, env: { PATH: '' } })
  const request = { url: 'https://example.com/a.git', committish: 'main', range: undefined }
  expect((await errorOf(resolveCommit(request, repository.options))).code).toBe('OFFLINE_MISSING')
})

test.each(['--upload-pack=touch /x', 'ext::sh -c touch% /x', 'https://example.com/a b', '-oProxyCommand=x@h:a'])(
  '%s is no address',
  async (url) => {
    await using repository = await makeRepository()
    const error = await errorOf(resolveCommit({ url, committish: undefined, range: undefined }, repository.options))
    expect(error.code).toBe('SPECIFIER_UNSUPPORTED')
  },
)

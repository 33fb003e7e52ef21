import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '@alkahest/core'
import { readTarball } from '@alkahest/protocol'
import { expectErrorGolden } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { packCommit } from '../src/index.ts'
import type { PackedCommit } from '../src/index.ts'
import { makeRepository } from './repository.ts'
import type { Repository } from './repository.ts'

const manifest = (fields: object = {}): { readonly json: object } => ({
  json: { name: 'a', version: '1.0.0', ...fields },
})

/** The protocol in which a server may refuse single commits. */
const OLD_PROTOCOL = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.version', GIT_CONFIG_VALUE_0: '0' }

function pack({ url, options }: Repository, commit: string, folder?: string): Promise<PackedCommit> {
  return packCommit({ url, commit, folder }, options)
}

async function paths(packed: PackedCommit): Promise<readonly string[]> {
  const { report } = await readTarball(packed.tarball, { place: 'a' })
  return report.included.map((file) => (file.executable ? `${file.path} *` : file.path))
}

test('the files that npm would publish, with their modes, and nothing else', async () => {
  await using repository = await makeRepository()
  const commit = await repository.commit({
    'package.json': manifest({
      files: ['lib'],
      bin: 'lib/run.js',
      bundleDependencies: true,
      dependencies: { b: '^1' },
    }),
    'lib/index.js': 'module.exports = 1',
    'lib/run.js': '#!/usr/bin/env node',
    'lib/link.js': { link: '../src/index.ts' },
    'src/index.ts': 'export {}',
    'README.md': 'a',
  })
  const packed = await pack(repository, commit)
  expect(await paths(packed)).toEqual(['README.md', 'lib/index.js', 'lib/run.js *', 'package.json'])
  expect(packed.manifest).toEqual({
    name: 'a',
    version: '1.0.0',
    files: ['lib'],
    bin: 'lib/run.js',
    dependencies: { b: '^1' },
  })
  expect(packed.warnings).toEqual([])
})

test('the same bytes from a copy that was fetched otherwise', async () => {
  await using repository = await makeRepository()
  const commit = await repository.commit({ 'package.json': manifest(), 'index.js': 'x'.repeat(100_000) })
  await repository.commit({ 'index.js': 'newer' })
  const single = await pack(repository, commit)
  rmSync(repository.options.cacheDirectory, { recursive: true })
  await repository.tree.write({ cache: null })
  repository.git('config', 'uploadpack.allowAnySHA1InWant', 'false')
  const { options } = repository
  const all = await packCommit(
    { url: repository.url, commit, folder: undefined },
    { ...options, env: { ...options.env, ...OLD_PROTOCOL } },
  )
  expect(all.integrity).toBe(single.integrity)
})

test('what was fetched once needs no repository any more, and nothing is left beside it', async () => {
  await using repository = await makeRepository()
  const commit = await repository.commit({ 'package.json': manifest() })
  const first = await pack(repository, commit)
  rmSync(repository.tree.resolve('work'), { recursive: true })
  expect((await pack(repository, commit)).integrity).toBe(first.integrity)
  expect(readdirSync(repository.options.cacheDirectory)).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.git$/)])
})

test.each(['shallow.lock', 'HEAD'])('a copy with a damaged %s is made anew', async (file) => {
  await using repository = await makeRepository()
  await pack(repository, await repository.commit({ 'package.json': manifest() }))
  const [copy] = readdirSync(repository.options.cacheDirectory)
  writeFileSync(path.join(repository.options.cacheDirectory, copy ?? '', file), '')
  const commit = await repository.commit({ 'package.json': manifest({ version: '1.1.0' }) })
  expect((await pack(repository, commit)).manifest).toMatchObject({ version: '1.1.0' })
})

test('a folder of a repository is a package of its own', async () => {
  await using repository = await makeRepository()
  const commit = await repository.commit({
    'package.json': manifest({ name: 'whole' }),
    'packages/b/package.json': manifest({ name: 'b' }),
    'packages/b/index.js': '',
  })
  const packed = await pack(repository, commit, '/packages/b')
  expect(packed.manifest.name).toBe('b')
  expect(await paths(packed)).toEqual(['index.js', 'package.json'])
})

test('scripts that npm would run are named and not run', async () => {
  await using repository = await makeRepository()
  const commit = await repository.commit({
    'package.json': manifest({ main: './dist/index.js', scripts: { prepare: 'touch ran' } }),
  })
  const { warnings, tarball } = await pack(repository, commit)
  expect(warnings).toEqual([
    `${repository.url}#${commit.slice(0, 7)} has a script "prepare", which alk does not run for dependencies from git; its "main", dist/index.js, is not in the repository`,
  ])
  expect((await readTarball(tarball, { place: 'a' })).report.included.map((file) => file.path)).toEqual([
    'package.json',
  ])
})

test('a repository without a package.json, and a commit that is gone', async () => {
  await using repository = await makeRepository()
  const commit = await repository.commit({ 'README.md': '' })
  const error = await pack(repository, commit).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(UserError)
  const replace = { '<repository>': repository.url, '<commit>': commit.slice(0, 7) }
  expectErrorGolden('GIT_NO_PACKAGE', error, { replace })
  await expect(pack(repository, commit, '/none')).rejects.toThrow('holds no package.json')
  await expect(pack(repository, '0'.repeat(40))).rejects.toMatchObject({ code: 'GIT_REF_NOT_FOUND' })
})

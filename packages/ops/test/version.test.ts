import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { expectErrorGolden } from '@alkahest/test-support'
import { version } from '../src/index.ts'
import { errorOf, openWorld } from './world.ts'
import type { World } from './world.ts'

const changelog = '# Changelog\n\n## Unreleased\n\n- A fix.\n'

function gitIn(world: World): (...args: readonly string[]) => string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  return (...args) => execFileSync('git', [...identity, ...args], { cwd: world.project, encoding: 'utf8' })
}

test('package.json and changelog go on, and the scripts run around it', async () => {
  await using world = await openWorld({
    manifest: {
      scripts: { preversion: 'echo $npm_package_version > before', version: 'echo $npm_package_version > now' },
    },
    files: { 'CHANGELOG.md': changelog },
  })
  expect(await version(world.at(), { wanted: 'minor', noGit: true })).toEqual({
    name: 'app',
    from: '1.0.0',
    to: '1.1.0',
    changelog: `${world.project}/CHANGELOG.md`,
    tag: null,
  })
  expect((await world.manifest()).version).toBe('1.1.0')
  expect(await world.read('CHANGELOG.md')).toBe('# Changelog\n\n## Unreleased\n\n## 1.1.0 (2026-11-22)\n\n- A fix.\n')
  expect([await world.read('before'), await world.read('now')]).toEqual(['1.0.0\n', '1.1.0\n'])
})

test('git has a commit and a tag; a member of a workspace is named in it', async () => {
  await using world = await openWorld({
    manifest: { workspaces: ['packages/*'] },
    files: {
      'packages/a/package.json': { json: { name: '@acme/a', version: '1.0.0' } },
      'packages/a/CHANGELOG.md': changelog,
    },
  })
  const git = gitIn(world)
  git('init', '--quiet')
  git('config', 'user.name', 'Ada')
  git('config', 'user.email', 'ada@example.com')
  git('add', '.')
  git('commit', '--quiet', '-m', 'First')
  const report = await version(world.at('packages/a'), { wanted: 'prerelease', identifier: 'rc' })
  expect(report).toMatchObject({ to: '1.0.1-rc.0', tag: '@acme/a@1.0.1-rc.0' })
  expect(git('log', '-1', '--format=%s', '--name-only').trim().split('\n')).toEqual([
    'Release @acme/a@1.0.1-rc.0',
    '',
    'packages/a/CHANGELOG.md',
    'packages/a/package.json',
  ])
  expect(git('tag').trim()).toBe('@acme/a@1.0.1-rc.0')

  await world.tree.write({ 'project/packages/a/CHANGELOG.md': `${changelog}- More.\n` })
  const dirty = await errorOf(version(world.at('packages/a'), { wanted: 'patch' }))
  expectErrorGolden('GIT_REFUSED', dirty)
  git('checkout', '--quiet', '.')
  git('tag', '@acme/a@1.0.1')
  const taken = await errorOf(version(world.at('packages/a'), { wanted: 'patch' }))
  expect(taken.message).toBe('there is a tag @acme/a@1.0.1 already')
  expect((await world.manifest('packages/a')).version).toBe('1.0.1-rc.0')
})

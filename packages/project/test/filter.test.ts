import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadWorkspace, memberGraph, orderMembers, selectMembers } from '../src/index.ts'
import type { Workspace } from '../src/index.ts'
import { failure, folder } from './folder.ts'

const tree = {
  'package.json': { name: 'root', workspaces: ['packages/*', 'apps/*'] },
  'packages/core/package.json': { name: '@acme/core', version: '1.2.0' },
  'packages/ui/package.json': { name: '@acme/ui', version: '1.0.0', dependencies: { '@acme/core': 'workspace:^' } },
  'packages/old/package.json': { name: '@acme/old', version: '1.0.0', dependencies: { '@acme/core': '^0.9.0' } },
  'apps/web/package.json': {
    name: 'web',
    dependencies: { '@acme/ui': '^1.0.0' },
    devDependencies: { tool: 'file:../../packages/tool' },
  },
  'packages/tool/package.json': { name: 'tool', version: '1.0.0', devDependencies: { web: '*' } },
}

const workspace = async (): Promise<Workspace> => loadWorkspace(await folder(tree))

test('members need each other by workspace:, by a range that fits, and by folder', async () => {
  const graph = memberGraph(await workspace())
  expect(graph.needs.get('apps/web')).toEqual(['packages/tool', 'packages/ui'])
  expect(graph.needs.get('packages/ui')).toEqual(['packages/core'])
  expect(graph.needs.get('packages/old')).toEqual([])
  expect(graph.neededBy.get('packages/core')).toEqual(['packages/ui'])
})

test('what is needed comes first; a circle is cut where it begins', async () => {
  const all = await workspace()
  const ordered = orderMembers(all.members, memberGraph(all)).map(({ path }) => path)
  expect(ordered).toEqual(
    ['.', 'packages/core', 'packages/ui', 'packages/tool', 'apps/web', 'packages/old'].sort(
      (a, b) => ordered.indexOf(a) - ordered.indexOf(b),
    ),
  )
  expect(ordered.indexOf('packages/core')).toBeLessThan(ordered.indexOf('packages/ui'))
  expect(ordered.indexOf('packages/ui')).toBeLessThan(ordered.indexOf('apps/web'))
})

test.each<[string[], string[]]>([
  [[], ['.', 'apps/web', 'packages/core', 'packages/old', 'packages/tool', 'packages/ui']],
  [['@acme/*'], ['packages/core', 'packages/old', 'packages/ui']],
  [['core'], ['packages/core']],
  [['./packages/core'], ['packages/core']],
  [['./packages/**'], ['packages/core', 'packages/old', 'packages/tool', 'packages/ui']],
  [['{packages/*}'], ['packages/core', 'packages/old', 'packages/tool', 'packages/ui']],
  [['.'], ['.']],
  [['@acme/ui...'], ['packages/core', 'packages/ui']],
  [['@acme/ui^...'], ['packages/core']],
  [['...@acme/core'], ['apps/web', 'packages/core', 'packages/tool', 'packages/ui']],
  [['...^@acme/core'], ['apps/web', 'packages/tool', 'packages/ui']],
  [
    ['@acme/*', '!@acme/old'],
    ['packages/core', 'packages/ui'],
  ],
  [
    ['!web', '!root'],
    ['packages/core', 'packages/old', 'packages/tool', 'packages/ui'],
  ],
  [['[main]'], ['packages/core']],
  [['...[main]'], ['apps/web', 'packages/core', 'packages/tool', 'packages/ui']],
  [['web[main]'], []],
])('--filter %j is %j', async (filters, expected) => {
  const changedFiles = (): Promise<string[]> => Promise.resolve(['packages/core/src/a.ts'])
  expect((await selectMembers(await workspace(), { filters, changedFiles })).map(({ path }) => path)).toEqual(expected)
})

test.each([
  ['nothing', 'FILTER_MATCHES_NOTHING: --filter nothing matches no member of the workspace'],
  ['../outside', 'FILTER_INVALID: --filter "../outside" does not mean anything'],
  ['...', 'FILTER_INVALID: --filter "..." does not mean anything'],
])('--filter %s', async (filter, expected) => {
  expect(await failure(selectMembers(await workspace(), { filters: [filter] }))).toBe(expected)
})

test('git says what changed since a commit, committed or not', async () => {
  const root = await folder(tree)
  const git = (...args: string[]): void => {
    execFileSync('git', ['-C', root, '-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
      stdio: 'ignore',
    })
  }
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-qm', 'first')
  await writeFile(join(root, 'packages/old/new file.ts'), '')
  const members = await selectMembers(await loadWorkspace(root), { filters: ['[main]'] })
  expect(members.map(({ path }) => path)).toEqual(['packages/old'])
  expect(await failure(selectMembers(await loadWorkspace(root), { filters: ['[--output=x]'] }))).toBe(
    'FILTER_INVALID: git does not know "--output=x", which a filter asks for',
  )
})

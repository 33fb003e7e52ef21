import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadWorkspace, memberAt } from '../src/index.ts'
import { failure, folder } from './folder.ts'

test('a project alone is a workspace of one', async () => {
  const root = await folder({ 'package.json': { name: 'x', version: '1.0.0' } })
  const workspace = await loadWorkspace(root)
  expect(workspace.members.map((member) => member.path)).toEqual(['.'])
  expect(workspace.catalogs).toEqual({})
})

test('members come from `workspaces`, the root first, then by path; exclusions and node_modules stay out', async () => {
  const root = await folder({
    'package.json': { name: 'root', workspaces: ['./packages/*', 'apps/**', '!packages/old'] },
    'packages/b/package.json': { name: 'b' },
    'packages/a/package.json': { name: 'a' },
    'packages/old/package.json': { name: 'old' },
    'packages/empty/readme.txt': '',
    'apps/web/front/package.json': { name: 'front' },
    'apps/web/front/node_modules/x/package.json': { name: 'x' },
  })
  const workspace = await loadWorkspace(root)
  expect(workspace.members.map((member) => member.path)).toEqual(['.', 'apps/web/front', 'packages/a', 'packages/b'])
  expect(memberAt(workspace, join(root, 'packages/a')).manifest.name).toBe('a')
})

test('pnpm-workspace.yaml gives members, catalogs and overrides, and wins over `workspaces`', async () => {
  const root = await folder({
    'package.json': { name: 'root', workspaces: ['nowhere/*'], pnpm: { overrides: { a: '1.0.0', b: '1.0.0' } } },
    'pnpm-workspace.yaml': [
      'packages: [packages/*]',
      'catalog:',
      '  zod: ^3.23.0',
      'catalogs:',
      '  react17:',
      '    react: ^17',
      'overrides:',
      '  b: 2.0.0',
      '',
    ].join('\n'),
    'packages/a/package.json': { name: 'a' },
  })
  const workspace = await loadWorkspace(root)
  expect(workspace.members.map((member) => member.path)).toEqual(['.', 'packages/a'])
  expect(workspace.catalogs).toEqual({ default: { zod: '^3.23.0' }, react17: { react: '^17' } })
  expect(workspace.members[0]!.manifest.overrides.pnpm).toEqual({ a: '1.0.0', b: '2.0.0' })
})

test.each([
  ['packages: [\n', 'WORKSPACE_INVALID: pnpm-workspace.yaml:2:1 is not valid YAML: '],
  ['packages: yes\n', 'WORKSPACE_INVALID: "packages" in pnpm-workspace.yaml is not a list of texts'],
  ['- a\n', 'WORKSPACE_INVALID: pnpm-workspace.yaml does not hold a mapping'],
  ['catalog: {zod: 3}\n', 'WORKSPACE_INVALID: "catalog" in pnpm-workspace.yaml is not a mapping of names to texts'],
  [
    'catalog: {zod: "3"}\ncatalogs: {default: {zod: "3"}}\n',
    'WORKSPACE_INVALID: pnpm-workspace.yaml has both "catalog" and "catalogs.default": they are the same one',
  ],
  [
    'packages: ["../*"]\n',
    'WORKSPACE_INVALID: pnpm-workspace.yaml names members by "../*", which leaves the workspace',
  ],
])('a wrong pnpm-workspace.yaml: %j', async (text, expected) => {
  const message = await failure(loadWorkspace(await folder({ 'package.json': {}, 'pnpm-workspace.yaml': text })))
  expect(message.slice(0, expected.length)).toBe(expected)
})

test('two members of one name are refused', async () => {
  const root = await folder({
    'package.json': { name: 'root', workspaces: ['packages/*'] },
    'packages/a/package.json': { name: 'twin' },
    'packages/b/package.json': { name: 'twin' },
  })
  expect(await failure(loadWorkspace(root))).toBe(
    'WORKSPACE_INVALID: two members of the workspace are named twin: packages/a/package.json and packages/b/package.json',
  )
})

test('a broken member is an error that names it, never a member less', async () => {
  const root = await folder({
    'package.json': { workspaces: ['packages/*'] },
    'packages/a/package.json': { name: 'a' },
    'packages/b/package.json': '{"name": }',
  })
  expect(await failure(loadWorkspace(root))).toBe(
    'JSON_INVALID: packages/b/package.json is not valid JSON: mistake at line 1, column 10',
  )
})

test('a folder that is a link out of the workspace is no member of it', async () => {
  const outside = await folder({ 'package.json': { name: 'outside' } })
  const root = await folder({
    'package.json': { workspaces: ['packages/*', 'linked'] },
    'packages/a/package.json': { name: 'a' },
  })
  await symlink(outside, join(root, 'linked'))
  await symlink(outside, join(root, 'packages/b'))
  expect((await loadWorkspace(root)).members.map((member) => member.path)).toEqual(['.', 'packages/a'])
})

import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findProject, listPackFiles, loadWorkspace } from '../src/index.ts'
import { failure, folder } from './folder.ts'

async function packed(tree: Readonly<Record<string, string | object>>): Promise<string[]> {
  const { directory, manifest } = await findProject(await folder(tree))
  return (await listPackFiles(directory, manifest)).files.map((file) => file.path)
}

test('`files` is an allow-list; package.json, readme, licence, main and bin are always in', async () => {
  const tree = {
    'package.json': { name: 'x', version: '1.0.0', files: ['dist'], main: './lib/main.js', bin: { x: './cli.js' } },
    'README.md': '',
    LICENSE: '',
    'dist/a.js': '',
    'dist/deep/b.js': '',
    'lib/main.js': '',
    'cli.js': '',
    'src/a.ts': '',
    '.env': 'SECRET=1',
    'node_modules/y/package.json': {},
    'package-lock.json': {},
  }
  expect(await packed(tree)).toEqual([
    'LICENSE',
    'README.md',
    'cli.js',
    'dist/a.js',
    'dist/deep/b.js',
    'lib/main.js',
    'package.json',
  ])
})

test('without `files`, .npmignore decides before .gitignore', async () => {
  const base = { 'package.json': { name: 'x', version: '1.0.0' }, 'a.js': '', 'b.js': '', 'c.js': '' }
  expect(await packed({ ...base, '.gitignore': 'a.js\n' })).toEqual(['b.js', 'c.js', 'package.json'])
  expect(await packed({ ...base, '.gitignore': 'a.js\n', '.npmignore': 'b.js\n' })).toEqual([
    'a.js',
    'c.js',
    'package.json',
  ])
})

test('symbolic links, to files and to folders outside, are never in', async () => {
  const outside = await folder({ 'secret.txt': 'x', 'sub/other.txt': 'x' })
  const root = await folder({
    'package.json': { name: 'x', version: '1.0.0', files: ['dist', 'link.txt', 'out'] },
    'dist/a.js': '',
  })
  await symlink(join(outside, 'secret.txt'), join(root, 'link.txt'))
  await symlink(join(outside, 'sub'), join(root, 'out'))
  await symlink(outside, join(root, 'dist/out'))
  const { manifest } = await findProject(root)
  expect((await listPackFiles(root, manifest)).files.map((file) => file.path)).toEqual(['dist/a.js', 'package.json'])
})

test('a `files` entry that climbs out names nothing', async () => {
  const outside = await folder({ 'secret.txt': 'x' })
  const tree = { 'package.json': { name: 'x', version: '1.0.0', files: ['../*/secret.txt', 'a.js'] }, 'a.js': '' }
  expect(outside).not.toBe('')
  expect(await packed(tree)).toEqual(['a.js', 'package.json'])
})

test('sizes, executables and secrets are told', async () => {
  const root = await folder({
    'package.json': { name: 'x', version: '1.0.0', bin: 'cli.js' },
    'cli.js': '#!/usr/bin/env node\n',
    '.env': 'A=1',
    '.env.example': 'A=',
    'server.pem': '',
  })
  const { manifest } = await findProject(root)
  const list = await listPackFiles(root, manifest)
  expect(list.files.find((file) => file.path === 'cli.js')).toEqual({ path: 'cli.js', executable: true, size: 20 })
  expect(list.warnings).toEqual([
    { path: '.env', reason: 'it looks like a secret' },
    { path: 'server.pem', reason: 'it looks like a secret' },
  ])
})

test('a root package does not hold its members', async () => {
  const root = await folder({
    'package.json': { name: 'root', version: '1.0.0', workspaces: ['packages/*'] },
    'index.js': '',
    'packages/a/package.json': { name: 'a', version: '1.0.0' },
    'packages/a/index.js': '',
  })
  const workspace = await loadWorkspace(root)
  const [first, second] = workspace.members
  const paths = async (member: typeof first): Promise<string[]> =>
    (await listPackFiles(member!.directory, member!.manifest, { workspace })).files.map((file) => file.path)
  expect(await paths(first)).toEqual(['index.js', 'package.json'])
  expect(await paths(second)).toEqual(['index.js', 'package.json'])
})

test('bundleDependencies are refused by name', async () => {
  const tree = { 'package.json': { name: 'x', version: '1.0.0', bundleDependencies: ['y'] } }
  expect(await failure(packed(tree))).toBe(
    'PACK_BUNDLES_DEPENDENCIES: x asks for bundleDependencies, which alk cannot pack',
  )
})

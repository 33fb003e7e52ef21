import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findProject } from '../src/index.ts'
import { failure, folder } from './folder.ts'

test('the nearest package.json upward is the project', async () => {
  const root = await folder({
    'package.json': { name: 'outer' },
    'a/package.json': { name: 'inner' },
    'a/src/deep/x.ts': '',
  })
  const project = await findProject(join(root, 'a/src/deep'))
  expect(project.directory).toBe(join(root, 'a'))
  expect(project.root).toBe(join(root, 'a'))
  expect(project.manifest.name).toBe('inner')
})

test.each([
  ['workspaces', { 'package.json': { name: 'outer', workspaces: ['packages/*'] } }],
  ['pnpm-workspace.yaml', { 'package.json': { name: 'outer' }, 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' }],
])('a member knows the root of its workspace, named by %s', async (_, files) => {
  const root = await folder({
    ...files,
    'packages/a/package.json': { name: 'a' },
    'other/b/package.json': { name: 'b' },
  })
  expect((await findProject(join(root, 'packages/a'))).root).toBe(root)
  expect((await findProject(join(root, 'other/b'))).root).toBe(join(root, 'other/b'))
})

test('no package.json anywhere', async () => {
  const root = await folder({ 'a/b.txt': '' })
  expect(await failure(findProject(join(root, 'a')))).toBe(
    `PROJECT_NOT_FOUND: no package.json in ${join(root, 'a')} or any folder above it`,
  )
})

test.each([
  [
    '{\n  "name": "x",\n  "version" "1.0.0"\n}\n',
    'JSON_INVALID: package.json is not valid JSON: mistake at line 3, column 13',
  ],
  ['', 'JSON_INVALID: package.json is not valid JSON: it is empty'],
  ['[]', 'MANIFEST_INVALID: package.json does not hold a JSON object'],
  ['{"dependencies": {"x": 1}}', 'MANIFEST_INVALID: "dependencies" in package.json is not an object of texts'],
])('a malformed package.json is named with its place: %s', async (text, expected) => {
  expect(await failure(findProject(await folder({ 'package.json': text })))).toBe(expected)
})

test('seen from below, the file is named by the way to it', async () => {
  const root = await folder({ 'package.json': '{', 'src/x.ts': '' })
  expect(await failure(findProject(join(root, 'src')))).toMatch(/^JSON_INVALID: \.\.\/package\.json is not valid JSON/)
})

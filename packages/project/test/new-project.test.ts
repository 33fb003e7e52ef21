import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applyCompletion, fillTemplate, findHostWorkspace, planCompletion, readTemplateFolder } from '../src/index.ts'
import { failure, folder } from './folder.ts'

test('a new folder that the patterns of a workspace match becomes its member', async () => {
  const root = await folder({
    'package.json': { name: 'root', workspaces: ['packages/*', 'apps/*/*'] },
    'packages/a/package.json': { name: '@acme/a' },
    'packages/b/package.json': { name: '@acme/b' },
  })
  const host = await findHostWorkspace(join(root, 'packages/new'))
  expect(host).toMatchObject({ toRoot: '../..', scope: '@acme' })
  expect(host!.workspace.root).toBe(root)
  expect(await findHostWorkspace(join(root, 'apps/x/y'))).toMatchObject({ toRoot: '../../..' })
  expect(await findHostWorkspace(join(root, 'elsewhere'))).toBeUndefined()
  await writeFile(join(root, 'packages/b/package.json'), '{"name": "@other/b"}')
  expect((await findHostWorkspace(join(root, 'packages/new')))!.scope).toBeUndefined()
})

const scaffold = {
  'package.json': JSON.stringify({
    name: 'x',
    version: '0.1.0',
    type: 'module',
    scripts: { build: 'tsc', test: 'vitest run' },
    devDependencies: { typescript: '7.0.2', vitest: '5.1.1' },
  }),
  'tsconfig.json': '{}\n',
  '.gitignore': 'dist/\n',
  'src/index.ts': 'example\n',
  'test/tsconfig.json': '{}\n',
}

test('init adds what is missing and changes nothing', async () => {
  const mine = '{\n  "name": "mine",\n  "scripts": { "test": "mine" },\n  "dependencies": { "vitest": "1" }\n}\n'
  const root = await folder({ 'package.json': mine, 'tsconfig.json': '{"mine": true}\n', 'lib/a.js': '' })
  const plan = await planCompletion(root, scaffold)
  expect(plan.kept).toEqual(['package.json', 'tsconfig.json'])
  expect(Object.keys(plan.files)).toEqual(['.gitignore', 'test/tsconfig.json'])
  await applyCompletion(plan)
  expect(JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))).toEqual({
    name: 'mine',
    version: '0.1.0',
    scripts: { test: 'mine', build: 'tsc' },
    dependencies: { vitest: '1' },
    devDependencies: { typescript: '7.0.2' },
  })
  expect(await readFile(join(root, 'tsconfig.json'), 'utf8')).toBe('{"mine": true}\n')
  const again = await planCompletion(root, scaffold)
  expect([again.files, again.edits]).toEqual([{}, []])
})

test('init in an empty folder is the whole scaffold', async () => {
  const root = await folder()
  const plan = await planCompletion(root, scaffold)
  expect([plan.files, plan.kept, plan.edits]).toEqual([scaffold, [], []])
})

test('a folder or a package with a folder `template` is a template', async () => {
  const files = {
    'package.json': { name: '{{name}}', description: '{{unknown}}' },
    'src/__name__.ts': '// {{name}}',
    _gitignore: 'dist',
  }
  const plain = await folder(files)
  const packaged = await folder({
    'package.json': { name: 'create-thing' },
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`template/${path}`, text])),
  })
  await symlink('/etc', join(plain, 'etc'))
  for (const place of [plain, packaged]) {
    const tree = fillTemplate(await readTemplateFolder(place), { name: 'hello' })
    expect(Object.keys(tree).sort()).toEqual(['.gitignore', 'package.json', 'src/hello.ts'])
    expect(tree['src/hello.ts']).toBe('// hello')
    expect(JSON.parse(tree['package.json']!)).toEqual({ name: 'hello', description: '{{unknown}}' })
  }
})

test('what is no template', async () => {
  const none = await folder({ 'a.txt': '' })
  expect(await failure(readTemplateFolder(none))).toBe(`TEMPLATE_INVALID: the template in ${none} has no package.json`)
  const binary = await folder({ 'package.json': {}, 'a.bin': '\0' })
  expect(await failure(readTemplateFolder(binary))).toBe(`TEMPLATE_INVALID: a.bin in the template is no text`)
  const filled = Promise.resolve().then(() => fillTemplate({ 'package.json': '{}', '__name__/x': '' }, { name: '..' }))
  expect(await failure(filled)).toBe('TEMPLATE_INVALID: __name__/x in the template leaves its folder')
})

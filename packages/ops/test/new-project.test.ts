/** `alk new` from templates of the user's own: folders, and packages of a registry. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { newProject, newProjectChoices, publish } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const template = {
  'package.json': '{"name": "whatever", "description": "{{unscoped}} of {{name}}, {{other}}"}',
  'src/__unscoped__.ts': "export const root = '{{root}}'\n",
  _gitignore: 'dist\n',
}

async function read(world: World, file: string): Promise<string> {
  return readFile(path.join(world.project, file), 'utf8')
}

test('a folder is a template: its placeholders are filled in, and the project has its own name', async () => {
  const files = Object.entries(template).map(([file, text]) => [`mine/${file}`, text])
  await using world = await openWorld({ files: Object.fromEntries(files) })
  const report = await newProject(world.at(), { directory: 'shop', template: './mine', name: '@acme/shop' })
  expect(report).toMatchObject({ name: '@acme/shop', files: ['.gitignore', 'package.json', 'src/shop.ts'] })
  expect(JSON.parse(await read(world, 'shop/package.json'))).toEqual({
    name: '@acme/shop',
    description: 'shop of @acme/shop, {{other}}',
  })
  expect(await read(world, 'shop/src/shop.ts')).toBe("export const root = '.'\n")
  expect(await wordsOf(newProject(world.at(), { directory: 'x', template: './none' }))).toMatch(
    /^TEMPLATE_INVALID the template in .*none is no folder$/,
  )
  expect(await wordsOf(newProject(world.at(), { directory: 'x', template: './mine', name: 'No Name' }))).toMatch(
    /^PACKAGE_NAME_INVALID "No Name" cannot be the name of a package/,
  )
})

test('a package with a folder `template` is one, fetched from the registry of its scope; nothing of it runs', async () => {
  await using world = await openWorld({ flags: { claims: '@acme' } })
  const token = `//127.0.0.1:${world.registry.port}/:_authToken=${world.registry.token}\n`
  const files = Object.entries(template).map(([file, text]) => [`pack/template/${file}`, text])
  await world.tree.write({
    'home/.npmrc': `registry=${world.registry.url}\nfetch-retries=0\n${token}`,
    ...Object.fromEntries(files),
    'pack/package.json': {
      json: { name: '@acme/template', version: '1.0.0', files: ['template'], scripts: { postinstall: 'exit 1' } },
    },
    'plain/package.json': { json: { name: '@acme/plain', version: '1.0.0' } },
  })
  await publish(world.at('../pack'), {})
  await publish(world.at('../plain'), {})
  const report = await newProject(world.at(), { directory: 'shop', template: '@acme/template@^1' })
  expect(report).toMatchObject({ name: 'shop', files: ['.gitignore', 'package.json', 'src/shop.ts'] })
  const words = (name: string) => wordsOf(newProject(world.at(), { directory: 'x', template: name }))
  expect(await words('@acme/plain')).toBe(
    'TEMPLATE_INVALID @acme/plain@1.0.0 is no template: it has no folder template',
  )
  expect(await words('@acme/template@9')).toBe('VERSION_NOT_FOUND @acme/template has no version 9')
  const hint = 'hint: use lib, app, cli, web, workspace, a folder such as ./template, or a package that is a template'
  expect(await words('libb')).toBe(`TEMPLATE_INVALID there is no template "libb": did you mean lib?\n${hint}`)
  expect(await words('@acme/lost')).toBe(
    `TEMPLATE_INVALID there is no template "@acme/lost": ${world.registry.url} has no package @acme/lost either\n${hint}`,
  )
})

test('a member takes the common scope, and a template learns the way to the root', async () => {
  const files = Object.entries(template).map(([file, text]) => [`mine/${file}`, text])
  await using world = await openWorld({
    manifest: { private: true, workspaces: ['packages/*'] },
    files: { 'packages/a/package.json': { json: { name: '@acme/a', version: '1.0.0' } }, ...Object.fromEntries(files) },
  })
  expect(await newProjectChoices(world.at(), { directory: 'packages/shop' })).toMatchObject({
    name: '@acme/shop',
    templates: expect.arrayContaining([{ name: 'lib', summary: expect.any(String) }]),
  })
  await newProject(world.at(), { directory: 'packages/shop', template: './mine' })
  expect(await read(world, 'packages/shop/src/shop.ts')).toBe("export const root = '../..'\n")
})

/** Workspaces: members see each other, `catalog:` means the same everywhere, commands run in a member change that member. */
import { readFile, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { add, install, remove, tree, update } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World, WorldOptions } from './world.ts'

const PACKAGES = `
  zod 3.1.0
  zod 3.2.0: bin:zod
  zod 4.0.0: bin:zod
  tool 1.0.0: bin:tool`

const WORKSPACE =
  'packages:\n  - packages/*\n  - apps/*\ncatalog:\n  zod: ^3.1.0\ncatalogs:\n  next:\n    zod: ^4.0.0\n'

function member(name: string, fields: object = {}): { readonly json: object } {
  return { json: { name, version: '2.1.0', ...fields } }
}

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: PACKAGES })
})
afterAll(() => registry.close())

function openWorkspace(
  changes: Readonly<Record<string, { readonly json: object }>> = {},
  own: WorldOptions = { registry },
): Promise<World> {
  return openWorld({
    ...own,
    manifest: { private: true, devDependencies: { tool: '^1.0.0' } },
    files: {
      'pnpm-workspace.yaml': WORKSPACE,
      'packages/lib/package.json': member('@acme/lib', { bin: { lib: './lib.js' }, dependencies: { zod: 'catalog:' } }),
      'packages/lib/lib.js': { executable: '#!/usr/bin/env node\nconsole.log("lib")\n' },
      'apps/web/package.json': member('web', { dependencies: { '@acme/lib': 'workspace:^', zod: 'catalog:next' } }),
      ...changes,
    },
  })
}

describe('a workspace', () => {
  it('links members to each other and gives each what it asks for', async () => {
    await using world = await openWorkspace()
    const report = await install(world.at(), {})
    expect(report.added).toEqual([
      { name: 'tool', version: '1.0.0' },
      { name: 'zod', version: '3.2.0' },
      { name: 'zod', version: '4.0.0' },
    ])
    expect(await realpath(world.tree.resolve('project/apps/web/node_modules/@acme/lib'))).toBe(
      await realpath(world.tree.resolve('project/packages/lib')),
    )
    expect(await world.installed('zod', 'packages/lib')).toBe('zod@3.2.0')
    expect(await world.installed('zod', 'apps/web')).toBe('zod@4.0.0')
    await expect(world.installed('zod')).rejects.toThrow('ENOENT')
    expect(await world.read('alkahest.lock')).toContain(`
member .
  name app
  development tool ^1.0.0 -> 1.0.0

member apps/web
  name web
  dependency @acme/lib workspace:^ -> workspace:packages/lib
  dependency zod ^4.0.0 -> 4.0.0

member packages/lib
  name @acme/lib
  dependency zod ^3.1.0 -> 3.2.0
`)
  })

  it('is installed whole from any of its folders', async () => {
    await using world = await openWorkspace()
    await install(world.at('apps/web'), {})
    expect(await world.installed('zod', 'packages/lib')).toBe('zod@3.2.0')
    expect((await install(world.at('packages/lib'), {})).upToDate).toBe(true)
    expect((await install(world.at(), {})).upToDate).toBe(true)
  })

  it("puts the commands of a member, of the member's own dependencies and the root's where each finds them", async () => {
    await using world = await openWorkspace()
    await install(world.at(), {})
    const command = (path: string): Promise<string> => realpath(world.tree.resolve('project', path))
    expect(await command('apps/web/node_modules/.bin/lib')).toMatch(/\/packages\/lib\/lib\.js$/)
    const version = async (path: string): Promise<unknown> =>
      JSON.parse(await readFile(join(await command(path), '../../package.json'), 'utf8')).version
    expect(await version('apps/web/node_modules/.bin/zod')).toBe('4.0.0')
    expect(await version('packages/lib/node_modules/.bin/zod')).toBe('3.2.0')
    expect(await version('node_modules/.bin/tool')).toBe('1.0.0')
    await expect(command('node_modules/.bin/zod')).rejects.toThrow('ENOENT')
  })

  it('notices a new member, a changed catalog and a member that goes', async () => {
    await using world = await openWorkspace()
    await install(world.at(), {})
    await world.tree.write({
      'project/packages/more/package.json': member('more', { dependencies: { tool: '1.0.0' } }),
    })
    expect(await install(world.at(), {})).toMatchObject({ upToDate: false, lockfile: 'written' })
    expect(await world.installed('tool', 'packages/more')).toBe('tool@1.0.0')
    await world.tree.write({ 'project/pnpm-workspace.yaml': WORKSPACE.replace('^3.1.0', '3.1.0') })
    expect((await install(world.at(), {})).changed).toEqual([{ name: 'zod', from: '3.2.0', to: '3.1.0' }])
    expect(await world.installed('zod', 'packages/lib')).toBe('zod@3.1.0')
    await rm(world.tree.resolve('project/packages/more'), { recursive: true })
    expect(await install(world.at(), {})).toMatchObject({ upToDate: false, lockfile: 'written' })
    expect(await world.read('alkahest.lock')).not.toContain('packages/more')
  })

  it('by the "workspaces" of package.json is the same', async () => {
    await using world = await openWorld({
      registry,
      manifest: { workspaces: ['packages/*'] },
      files: {
        'packages/lib/package.json': member('lib'),
        'packages/web/package.json': member('web', { dependencies: { lib: '^2.0.0', zod: '^3.0.0' } }),
      },
    })
    await install(world.at(), {})
    expect(await world.read('alkahest.lock')).toContain('  dependency lib ^2.0.0 -> workspace:packages/lib\n')
    expect(await world.installed('lib', 'packages/web')).toBe('lib@2.1.0')
  })

  it('refuses what names no member, no version of it or no entry of a catalog, and says where', async () => {
    const refused = async (specifier: string, name = 'zod'): Promise<string> => {
      const web = member('web', { dependencies: { [name]: specifier } })
      await using world = await openWorkspace({ 'apps/web/package.json': web })
      const before = (await world.digests()).project
      const words = await wordsOf(install(world.at(), {}))
      expect((await world.digests()).project).toBe(before)
      return words
    }
    expect(await refused('workspace:*')).toMatch(
      /^MEMBER_NOT_FOUND Because apps\/web\/package\.json asks for zod workspace:\*/,
    )
    expect(await refused('workspace:^9.0.0', '@acme/lib')).toMatch(
      /^MEMBER_NOT_FOUND Because apps\/web\/package\.json asks for @acme\/lib/,
    )
    expect(await refused('catalog:', 'left-pad')).toMatch(
      /^CATALOG_ENTRY_NOT_FOUND apps\/web\/package\.json asks for left-pad/,
    )
    expect(await refused('catalog:old')).toMatch(/^CATALOG_ENTRY_NOT_FOUND apps\/web\/package\.json asks for zod/)
  })
})

describe('in a member', () => {
  it("add writes its manifest and nobody else's, and the lockfile of the root", async () => {
    await using world = await openWorkspace()
    await install(world.at(), {})
    const root = await world.read('package.json')
    await add(world.at('apps/web'), { packages: ['tool'] })
    expect((await world.manifest('apps/web')).dependencies).toEqual({
      '@acme/lib': 'workspace:^',
      tool: '^1.0.0',
      zod: 'catalog:next',
    })
    expect(await world.read('package.json')).toBe(root)
    expect(await world.installed('tool', 'apps/web')).toBe('tool@1.0.0')
    await expect(world.read('apps/web/alkahest.lock')).rejects.toThrow('ENOENT')
  })

  it.each(['@acme/lib@workspace:^', '@acme/lib@workspace:*'])('add %s links the member', async (wish) => {
    await using world = await openWorkspace({ 'apps/web/package.json': member('web') })
    await add(world.at('apps/web'), { packages: [wish] })
    expect((await world.manifest('apps/web')).dependencies).toEqual({ '@acme/lib': wish.slice('@acme/lib@'.length) })
    expect(await world.installed('@acme/lib', 'apps/web')).toBe('@acme/lib@2.1.0')
  })

  it('add of a name that a member has links the member', async () => {
    await using world = await openWorkspace({ 'apps/web/package.json': member('web') })
    await add(world.at('apps/web'), { packages: ['@acme/lib'] })
    expect((await world.manifest('apps/web')).dependencies).toEqual({ '@acme/lib': 'workspace:^' })
    expect(await world.asked()).toEqual(['tool', 'tool-1.0.0.tgz', 'zod', 'zod-3.2.0.tgz'])
  })

  it('add NAME@catalog: takes what the catalog says', async () => {
    await using world = await openWorkspace({ 'apps/web/package.json': member('web') })
    await add(world.at('apps/web'), { packages: ['zod@catalog:'] })
    expect((await world.manifest('apps/web')).dependencies).toEqual({ zod: 'catalog:' })
    expect(await world.installed('zod', 'apps/web')).toBe('zod@3.2.0')
  })

  it('add of a path writes it relative to the member', async () => {
    await using world = await openWorkspace({ 'vendor/left/package.json': member('left') })
    await add(world.at('apps/web'), { packages: ['../../vendor/left'] })
    expect((await world.manifest('apps/web')).dependencies).toMatchObject({ left: 'file:../../vendor/left' })
    expect(await world.installed('left', 'apps/web')).toBe('left@2.1.0')
  })

  it('remove and update mean the member', async () => {
    await using world = await openWorkspace({}, { packages: PACKAGES })
    await install(world.at(), {})
    expect(await wordsOf(remove(world.at(), { names: ['zod'] }))).toBe(
      `DEPENDENCY_NOT_FOUND zod is not a dependency in ${world.project}/package.json`,
    )
    const removed = await remove(world.at('apps/web'), { names: ['zod'] })
    expect(removed.removed).toEqual([{ name: 'zod', version: '4.0.0' }])
    await world.registry.publish('zod 3.3.0')
    await update(world.at('packages/lib'), { names: ['zod'] })
    expect(await world.installed('zod', 'packages/lib')).toBe('zod@3.3.0')
    expect((await world.manifest('packages/lib')).dependencies).toEqual({ zod: 'catalog:' })
  })
})

it('tree shows members, what they depend on, and a member that another depends on as a package too', async () => {
  await using world = await openWorkspace()
  await install(world.at(), {})
  expect(await tree(world.at('apps/web'))).toEqual({
    members: [
      { name: 'app', path: '.', dependencies: { tool: 'tool@1.0.0' } },
      { name: 'web', path: 'apps/web', dependencies: { '@acme/lib': 'workspace:packages/lib', zod: 'zod@4.0.0' } },
      { name: '@acme/lib', path: 'packages/lib', dependencies: { zod: 'zod@3.2.0' } },
    ],
    packages: [
      {
        id: 'workspace:packages/lib',
        name: '@acme/lib',
        version: '2.1.0',
        kind: 'workspace',
        dependencies: { zod: 'zod@3.2.0' },
        peers: {},
      },
      { id: 'tool@1.0.0', name: 'tool', version: '1.0.0', kind: 'registry', dependencies: {}, peers: {} },
      { id: 'zod@3.2.0', name: 'zod', version: '3.2.0', kind: 'registry', dependencies: {}, peers: {} },
      { id: 'zod@4.0.0', name: 'zod', version: '4.0.0', kind: 'registry', dependencies: {}, peers: {} },
    ],
  })
})

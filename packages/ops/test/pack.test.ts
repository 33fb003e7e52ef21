import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTarball } from '@alkahest/protocol'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { pack } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

/** Appends its name to a file, so that the order is seen. */
function noting(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `echo ${name} >> order.txt`]))
}

async function packedManifest(file: string): Promise<Readonly<Record<string, unknown>>> {
  return (await readTarball(await readFile(file), { place: file })).manifest
}

describe('pack', () => {
  it('makes the tarball that publish would send, of the files that npm would take', async () => {
    await using world = await openWorld({
      registry,
      manifest: { name: '@acme/lib', files: ['dist'], main: 'dist/index.js', bin: { lib: './dist/cli.js' } },
      files: {
        'dist/index.js': 'export {}\n',
        'dist/cli.js': '#!/usr/bin/env node\n',
        'src/index.ts': 'not packed',
        'README.md': '# lib\n',
        LICENSE: 'MIT',
        '.npmrc': 'not packed',
        'node_modules/x/index.js': 'not packed',
      },
    })
    const report = await pack(world.at(), {})
    expect(report).toEqual({
      name: '@acme/lib',
      version: '1.0.0',
      file: world.tree.resolve('project/acme-lib-1.0.0.tgz'),
      files: [
        { path: 'LICENSE', size: 3 },
        { path: 'README.md', size: 6 },
        { path: 'dist/cli.js', size: 20 },
        { path: 'dist/index.js', size: 10 },
        { path: 'package.json', size: (await world.read('package.json')).length },
      ],
      size: (await readFile(report.file)).length,
      unpackedSize: report.files.reduce((sum, { size }) => sum + size, 0),
      integrity: expect.stringMatching(/^sha512-/),
      shasum: expect.stringMatching(/^[0-9a-f]{40}$/),
      warnings: [],
      problems: expect.arrayContaining([{ severity: 'warning', message: expect.stringMatching(/interpreted as CJS/) }]),
    })
    expect(gunzipSync(await readFile(report.file)).includes('package/dist/cli.js')).toBe(true)
  })

  it('is the same bytes every time, from whatever folder', async () => {
    await using world = await openWorld({ registry, files: { 'index.js': 'x', 'src/deep/y.js': 'y' } })
    const first = await pack(world.at(), { destination: '../out' })
    const second = await pack(world.at('src/deep'), { destination: '../../../out' })
    expect(second).toEqual(first)
    expect(first.file).toBe(world.tree.resolve('out/app-1.0.0.tgz'))
  })

  it('names what looks as if it should stay at home', async () => {
    await using world = await openWorld({ registry, files: { '.env': 'SECRET=1', 'index.js': '' } })
    expect((await pack(world.at(), {})).warnings).toEqual([{ path: '.env', reason: 'it looks like a secret' }])
  })

  it('needs a name and a version', async () => {
    await using world = await openWorld({ registry, manifest: { version: undefined } })
    const before = (await world.digests()).project
    expect(await wordsOf(pack(world.at(), {}))).toBe(
      `MANIFEST_INVALID ${world.project}/package.json has no "version", which a package needs`,
    )
    expect((await world.digests()).project).toBe(before)
  })
})

describe('pack, scripts', () => {
  it('run in the order of npm, before and after the files are read', async () => {
    const scripts = {
      ...noting('postpack', 'prepare', 'prepack', 'prepublishOnly', 'test'),
      prepare: 'echo made > made.txt && echo prepare >> order.txt',
    }
    await using world = await openWorld({ registry, manifest: { scripts } })
    const { files } = await pack(world.at(), {})
    expect(await world.read('order.txt')).toBe('prepack\nprepare\npostpack\n')
    expect(files.map(({ path }) => path)).toContain('made.txt')
  })

  it('that fail end it before there is a tarball', async () => {
    await using world = await openWorld({
      registry,
      manifest: { scripts: { prepack: 'exit 3', prepare: 'echo never > never.txt' } },
    })
    const before = (await world.digests()).project
    expect(await wordsOf(pack(world.at(), {}))).toBe(
      'SCRIPT_FAILED the script "prepack" of app ended with code 3\nhint: run it alone with `alk run prepack`',
    )
    expect((await world.digests()).project).toBe(before)
  })

  it('may change the manifest that is packed', async () => {
    const prepack = `node -e "const fs=require('fs');const m=JSON.parse(fs.readFileSync('package.json'));m.built=true;fs.writeFileSync('package.json',JSON.stringify(m))"`
    await using world = await openWorld({ registry, manifest: { scripts: { prepack } } })
    const { file } = await pack(world.at(), {})
    expect(await packedManifest(file)).toMatchObject({ built: true })
  })
})

describe('pack in a workspace', () => {
  const member = (name: string, fields: object = {}): { readonly json: object } => ({
    json: { name, version: '2.1.0', ...fields },
  })

  function openWorkspace(web: object, lib: object = {}): Promise<World> {
    return openWorld({
      registry,
      manifest: { private: true },
      files: {
        'pnpm-workspace.yaml':
          'packages: [packages/*]\ncatalog:\n  zod: ^3.0.0\ncatalogs:\n  next:\n    zod: ^4.0.0\n    lib: workspace:~\n',
        '.gitignore': '*.log\n',
        'packages/lib/package.json': member('lib', lib),
        'packages/web/package.json': member('web', web),
        'packages/web/noise.log': '',
      },
    })
  }

  it('says to everybody what only the workspace understands', async () => {
    await using world = await openWorkspace({
      dependencies: { lib: 'workspace:^', zod: 'catalog:', other: 'workspace:lib@*' },
      devDependencies: { lib: 'workspace:*' },
      optionalDependencies: { zod: 'catalog:next' },
      peerDependencies: { lib: 'workspace:>=2', plain: '^1.0.0' },
    })
    const { file, files } = await pack(world.at('packages/web'), {})
    expect(await packedManifest(file)).toEqual({
      name: 'web',
      version: '2.1.0',
      dependencies: { lib: '^2.1.0', zod: '^3.0.0', other: 'npm:lib@2.1.0' },
      devDependencies: { lib: '2.1.0' },
      optionalDependencies: { zod: '^4.0.0' },
      peerDependencies: { lib: '>=2', plain: '^1.0.0' },
    })
    expect((await world.manifest('packages/web')).dependencies).toMatchObject({ lib: 'workspace:^' })
    expect(files.map(({ path }) => path)).toEqual(['package.json'])
  })

  it('also through a catalog that names a member', async () => {
    await using world = await openWorkspace({ dependencies: { lib: 'catalog:next' } })
    const { file } = await pack(world.at('packages/web'), {})
    expect(await packedManifest(file)).toMatchObject({ dependencies: { lib: '~2.1.0' } })
  })

  it('leaves members out of the root', async () => {
    await using world = await openWorkspace({})
    const { files } = await pack(world.at(), {})
    expect(files.map(({ path }) => path)).toEqual(['package.json', 'pnpm-workspace.yaml'])
  })

  it.each([
    [
      'a member that is not there',
      { nobody: 'workspace:*' },
      {},
      'MEMBER_NOT_FOUND packages/web/package.json asks for nobody as "workspace:*", but the workspace has no such package',
    ],
    [
      'a member without a version',
      { lib: 'workspace:*' },
      { version: undefined },
      'MEMBER_NOT_FOUND packages/web/package.json asks for lib as "workspace:*", but it has no version',
    ],
    [
      'an entry that no catalog has',
      { left: 'catalog:' },
      {},
      'CATALOG_ENTRY_NOT_FOUND packages/web/package.json asks for left from the catalog default, which has no such entry',
    ],
  ])('refuses %s', async (...[, dependencies, lib, words]) => {
    await using world = await openWorkspace({ dependencies }, lib)
    const before = (await world.digests()).project
    expect((await wordsOf(pack(world.at('packages/web'), {}))).split('\n')[0]).toBe(words)
    expect((await world.digests()).project).toBe(before)
  })
})

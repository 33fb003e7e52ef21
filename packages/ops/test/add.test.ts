import { mkdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packTarball } from '@alkahest/protocol'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { add, install } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const PACKAGES = `
  a 1.0.0
  a 1.4.2
  a 2.0.0-rc.1: tag:next
  b 0.3.1
  c 3.0.0: a ^1
  old 1.0.0: deprecated:use-a-instead
  old 1.1.0: tag:beta
  @acme/b 2.1.0`

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: PACKAGES })
})
afterAll(() => registry.close())

async function dependenciesAfter(world: World, ...packages: readonly string[]): Promise<unknown> {
  await add(world.at(), { packages })
  return (await world.manifest()).dependencies
}

describe('add', () => {
  it.each([
    ['a', '^1.4.2', 'a@1.4.2'],
    ['b', '^0.3.1', 'b@0.3.1'],
    ['a@latest', '^1.4.2', 'a@1.4.2'],
    ['a@next', '^2.0.0-rc.1', 'a@2.0.0-rc.1'],
    ['a@~1.0.0', '~1.0.0', 'a@1.0.0'],
    ['a@1.0.0', '1.0.0', 'a@1.0.0'],
    ['a@>=1 <1.4', '>=1 <1.4', 'a@1.0.0'],
    ['a@*', '*', 'a@1.4.2'],
    ['@acme/b', '^2.1.0', '@acme/b@2.1.0'],
    ['@acme/b@2', '2', '@acme/b@2.1.0'],
  ])('%s is written as %s', async (wish, written, installed) => {
    await using world = await openWorld({ registry })
    const name = installed.slice(0, installed.indexOf('@', 1))
    expect(await dependenciesAfter(world, wish)).toEqual({ [name]: written })
    expect(await world.installed(name)).toBe(installed)
    expect(await world.read('alkahest.lock')).toContain(`\n  dependency ${name} ${written} -> `)
    expect((await install(world.at(), {})).upToDate).toBe(true)
  })

  it.each([
    ['mine@npm:a@^1.0.0', 'npm:a@^1.0.0', 'a@1.4.2'],
    ['mine@npm:a@1.0.0', 'npm:a@1.0.0', 'a@1.0.0'],
    ['mine@npm:@acme/b@^2', 'npm:@acme/b@^2', '@acme/b@2.1.0'],
    ['mine@npm:a', 'npm:a@^1.4.2', 'a@1.4.2'],
    ['mine@npm:a@next', 'npm:a@^2.0.0-rc.1', 'a@2.0.0-rc.1'],
  ])('the alias %s is written as %s', async (wish, written, installed) => {
    await using world = await openWorld({ registry })
    expect(await dependenciesAfter(world, wish)).toEqual({ mine: written })
    expect(await world.installed('mine')).toBe(installed)
    expect((await install(world.at(), {})).upToDate).toBe(true)
  })

  it('writes the version itself when it is to be exact', async () => {
    await using world = await openWorld({ registry })
    await add(world.at(), { packages: ['a', 'b@^0.3.0'], exact: true })
    expect((await world.manifest()).dependencies).toEqual({ a: '1.4.2', b: '^0.3.0' })
  })

  it('takes several at once, sorted into what stands there', async () => {
    await using world = await openWorld({ registry, manifest: { dependencies: { b: '0.3.1' } } })
    const report = await add(world.at(), { packages: ['c', 'a@1.0.0', '@acme/b'] })
    expect(Object.entries((await world.manifest()).dependencies as object)).toEqual([
      ['@acme/b', '^2.1.0'],
      ['a', '1.0.0'],
      ['b', '0.3.1'],
      ['c', '^3.0.0'],
    ])
    expect(report.added).toEqual([
      { name: '@acme/b', version: '2.1.0' },
      { name: 'a', version: '1.0.0' },
      { name: 'b', version: '0.3.1' },
      { name: 'c', version: '3.0.0' },
    ])
  })

  it('says that a package is deprecated', async () => {
    await using world = await openWorld({ registry })
    const { deprecated } = await add(world.at(), { packages: ['old@1.0.0'] })
    expect(deprecated).toEqual([{ name: 'old', version: '1.0.0', message: 'use a instead' }])
  })

  it('keeps the rest of package.json as it is written', async () => {
    await using world = await openWorld({ registry })
    const text = '{\n\t"private": true,\n\n\t"name": "app",\n\t"files": ["x",   "y"]\n}'
    await world.tree.write({ 'project/package.json': text })
    await add(world.at(), { packages: ['b'] })
    expect(await world.read('package.json')).toBe(
      '{\n\t"private": true,\n\n\t"name": "app",\n\t"files": ["x",   "y"],\n\t"dependencies": {\n\t\t"b": "^0.3.1"\n\t}\n}',
    )
  })

  it('changes nothing when what is asked for stands there and is installed', async () => {
    await using world = await openWorld({ registry, manifest: { dependencies: { a: '^1.4.2' } } })
    await install(world.at(), {})
    const before = await world.digests()
    const report = await add(world.at(), { packages: ['a'] })
    expect(report).toMatchObject({ added: [], changed: [], removed: [], lockfile: 'unchanged' })
    expect((await world.digests()).project).toBe(before.project)
  })

  it('moves what is asked for and nothing else', async () => {
    await using world = await openWorld({ packages: PACKAGES, manifest: { dependencies: { a: '1.0.0', b: '*' } } })
    await install(world.at(), {})
    await world.registry.publish(['b 0.3.2', 'a 1.5.0'])
    const report = await add(world.at(), { packages: ['a@^1.0.0'] })
    expect(report).toMatchObject({ added: [], changed: [{ name: 'a', from: '1.0.0', to: '1.5.0' }], removed: [] })
  })
})

describe('add, sections', () => {
  it.each([
    ['dependency', 'dependencies'],
    ['development', 'devDependencies'],
    ['optional', 'optionalDependencies'],
    ['peer', 'peerDependencies'],
  ] as const)('kind %s goes into %s', async (kind, section) => {
    await using world = await openWorld({ registry })
    await add(world.at(), { packages: ['a'], kind })
    expect(await world.manifest()).toEqual({ name: 'app', version: '1.0.0', [section]: { a: '^1.4.2' } })
    expect(await world.installed('a')).toBe('a@1.4.2')
  })

  it.each(['devDependencies', 'optionalDependencies', 'peerDependencies'])(
    'a package that stands in %s stays there',
    async (section) => {
      await using world = await openWorld({ registry, manifest: { [section]: { a: '1.0.0' } } })
      await add(world.at(), { packages: ['a'] })
      expect(await world.manifest()).toEqual({ name: 'app', version: '1.0.0', [section]: { a: '^1.4.2' } })
    },
  )

  it('a kind that is named moves it out of the other sections', async () => {
    await using world = await openWorld({ registry, manifest: { devDependencies: { a: '1.0.0', b: '*' } } })
    await add(world.at(), { packages: ['a@1.0.0'], kind: 'dependency' })
    expect(await world.manifest()).toMatchObject({ dependencies: { a: '1.0.0' }, devDependencies: { b: '*' } })
  })

  it('an optional package that does not exist is written and left out', async () => {
    await using world = await openWorld({ registry })
    await add(world.at(), { packages: ['nowhere@^1.0.0'], kind: 'optional' })
    expect(await world.manifest()).toMatchObject({ optionalDependencies: { nowhere: '^1.0.0' } })
    expect(await world.read('alkahest.lock')).toContain('  optional nowhere ^1.0.0 -> none\n')
  })
})

describe('add, paths', () => {
  it.each(['./vendor/left', 'file:vendor/left', 'link:vendor/left'])('the folder %s is linked', async (wish) => {
    const left = { json: { name: 'left', version: '1.0.0', dependencies: { a: '1.0.0' } } }
    await using world = await openWorld({ registry, files: { 'vendor/left/package.json': left } })
    await add(world.at(), { packages: [wish] })
    const protocol = wish.startsWith('link:') ? 'link' : 'file'
    expect((await world.manifest()).dependencies).toEqual({ left: `${protocol}:vendor/left` })
    expect(await world.installed('left')).toBe('left@1.0.0')
    expect((await install(world.at(), {})).upToDate).toBe(true)
  })

  it('the path is read from the folder where the command runs and written from the package', async () => {
    const left = { json: { name: 'left', version: '1.0.0' } }
    await using world = await openWorld({ files: { 'src/deep/x.ts': '', 'vendor/left/package.json': left } })
    await add(world.at('src/deep'), { packages: ['../../vendor/left'] })
    expect((await world.manifest()).dependencies).toEqual({ left: 'file:vendor/left' })
  })

  it.each(['./vendor/right-3.0.0.tgz', 'vendor/right-3.0.0.tgz'])(
    'the tarball %s is unpacked, and its hash is locked',
    async (wish) => {
      const manifest = JSON.stringify({ name: 'right', version: '3.0.0', dependencies: { a: '^1.0.0' } })
      await using world = await openWorld({ registry })
      const { bytes, integrity } = packTarball([{ path: 'package.json', content: Buffer.from(manifest) }])
      await mkdir(world.tree.resolve('project/vendor'))
      await writeFile(world.tree.resolve('project/vendor/right-3.0.0.tgz'), bytes)
      await add(world.at(), { packages: [wish] })
      expect((await world.manifest()).dependencies).toEqual({ right: 'file:vendor/right-3.0.0.tgz' })
      expect(await world.installed('right')).toBe('right@3.0.0')
      expect(await world.read('alkahest.lock')).toContain(`  integrity ${integrity}\n`)
    },
  )

  it('a tarball at an address is fetched, and its hash is locked', async () => {
    await using world = await openWorld({ registry })
    const url = `${world.registry.url}c/-/c-3.0.0.tgz`
    await add(world.at(), { packages: [`c@${url}`] })
    expect((await world.manifest()).dependencies).toEqual({ c: url })
    expect(await world.installed('c')).toBe('c@3.0.0')
    expect(await world.read('alkahest.lock')).toContain(
      `\npackage c 3.0.0\n  source tarball ${url}\n  integrity sha512-`,
    )
    expect((await install(world.at(), {})).upToDate).toBe(true)
  })

  it('a path with nothing there is named', async () => {
    await using world = await openWorld()
    expect(await wordsOf(add(world.at(), { packages: ['./vendor/nothing'] }))).toBe(
      'PATH_NOT_FOUND there is no package at ./vendor/nothing',
    )
  })
})

describe('add, what cannot be had', () => {
  it.each([
    ['nowhere', 'PACKAGE_NOT_FOUND Because package.json asks for nowhere latest, which is not in the registry'],
    ['nowhere@^1.0.0', 'PACKAGE_NOT_FOUND Because package.json asks for nowhere ^1.0.0, which is not in the registry'],
    ['a@^9.0.0', 'VERSION_NOT_FOUND Because package.json asks for a ^9.0.0, which no published version matches'],
    ['a@beta', 'VERSION_NOT_FOUND Because package.json asks for a beta, '],
    ['a@npm:', 'PACKAGE_NAME_INVALID '],
    ['../a', 'PATH_NOT_FOUND there is no package at ../a'],
    ['A b', 'PACKAGE_NAME_INVALID '],
    ['', 'PACKAGE_NAME_INVALID '],
    ['a@%%', 'SPECIFIER_INVALID the command line asks for a as "%%"'],
    ['a@git+http://127.0.0.1:1/a.git', 'GIT_FAILED http://127.0.0.1:1/a.git could not be read'],
  ])('%j is refused with a reason, and nothing changes', async (wish, words) => {
    await using world = await openWorld({ registry, manifest: { dependencies: { b: '^0.3.0' } } })
    await install(world.at(), {})
    const before = (await world.digests()).project
    const refused = await wordsOf(add(world.at(), { packages: ['a@1.0.0', wish] }))
    expect(refused.slice(0, words.length)).toBe(words)
    expect((await world.digests()).project).toBe(before)
  })

  it('nothing is left in a project that had nothing', async () => {
    await using world = await openWorld({ registry })
    const before = await world.digests()
    expect(await wordsOf(add(world.at(), { packages: ['nowhere'] }))).toMatch(/^PACKAGE_NOT_FOUND /)
    expect((await world.digests()).project).toBe(before.project)
  })
})

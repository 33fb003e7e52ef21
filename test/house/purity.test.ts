/** Which of Node's modules a package may touch. What is pure can be tested without a disk, a network or a clock. */
import { builtinModules } from 'node:module'
import { expect, test } from 'vitest'
import { importsOf } from './imports.ts'
import type { Import } from './imports.ts'
import { listFiles } from './workspace.ts'

/**
 * Arithmetic on bytes and nothing else. `buffer` and `stream` are not among them: Buffer is a global, and a pure
 * package takes and gives whole values or async iterables.
 */
const PURE_MODULES = new Set(['node:crypto', 'node:zlib'])

const purePackages = ['core', 'protocol', 'resolver', 'lockfile', 'templates']

/** cli prints and ops composes: what is on the disk belongs to the packages below them. */
const packagesWithoutDisk = ['cli', 'ops']

test.each(purePackages)('%s is pure: of Node it imports crypto and zlib at most', (name) => {
  const impure = importsOfPackage(name).filter(
    ({ specifier }) => specifier.startsWith('node:') && !PURE_MODULES.has(specifier),
  )
  expect(placesOf(impure, `take what it gives as an argument; ${name} is pure`)).toEqual([])
})

test.each(packagesWithoutDisk)('%s does not touch the disk itself', (name) => {
  const disk = importsOfPackage(name).filter(({ specifier }) => /^node:fs(\/|$)/.test(specifier))
  expect(placesOf(disk, 'call the package that owns those files (project, store, linker, release)')).toEqual([])
})

test('supervisor imports nothing but Node and itself: it travels in every release', () => {
  const foreign = importsOfPackage('supervisor').filter(({ specifier }) => !/^(node:|\.)/.test(specifier))
  expect(placesOf(foreign, 'a release has no node_modules for the supervisor')).toEqual([])
})

test("Node's modules are imported with the node: prefix", () => {
  const bare = listFiles('{packages,apps}/*/{src,test}/**/*.ts')
    .filter((file) => !file.includes('/fixtures/'))
    .flatMap(importsOf)
    .filter(({ specifier }) => builtinModules.includes(specifier) && !specifier.startsWith('node:'))
  expect(placesOf(bare, 'write node: in front')).toEqual([])
})

function importsOfPackage(name: string): readonly Import[] {
  const files = listFiles(`packages/${name}/src/**/*.ts`)
  expect(files, `packages/${name}/src holds no file to check`).not.toEqual([])
  return files.flatMap(importsOf)
}

function placesOf(imports: readonly Import[], advice: string): readonly string[] {
  return imports.map(({ file, line, specifier }) => `${file}:${line} imports ${specifier}: ${advice}`)
}

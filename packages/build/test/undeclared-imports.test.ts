/** Which imports are nobody's: each row is one line of code, in a package that declares `known`. */
import { expect, test } from 'vitest'
import { findUndeclaredImports } from '../src/index.ts'
import { world } from './world.ts'

const manifest = { name: 'own', dependencies: { known: '1.0.0' }, peerDependencies: { host: '*' } }

const rows: readonly (readonly [line: string, name: string | undefined])[] = [
  ["import x from 'left-pad'", 'left-pad'],
  ["} from 'left-pad/lib/x.js'", 'left-pad'],
  ["import 'left-pad'", 'left-pad'],
  ["export * from '@scope/pad/deep'", '@scope/pad'],
  ["const x = await import('left-pad')", 'left-pad'],
  ["const x = require('left-pad')", 'left-pad'],
  ["import x from 'known/deep'", undefined],
  ["import x from 'host'", undefined],
  ["import x from 'own'", undefined],
  ["import x from 'installed'", undefined],
  ["import type { Node } from 'in-types'", undefined],
  ["import x from 'fs/promises'", undefined],
  ["import x from 'node:sqlite'", undefined],
  ["import x from './left-pad'", undefined],
  ["import x from '#left-pad'", undefined],
  ["import x from 'virtual:left-pad'", undefined],
  ["import x from '$lib/left-pad'", undefined],
  ["import x from '@/left-pad'", undefined],
  ["import x from 'mapped/left-pad'", undefined],
  ["import x from 'src/left-pad'", undefined],
  ["// import x from 'left-pad'", undefined],
  [" * import x from 'left-pad'", undefined],
]

test.each(rows)('%s', async (line, name) => {
  const files = {
    'src/main.ts': `\n${line}\n`,
    'tsconfig.json': '{ "compilerOptions": { "paths": { "mapped/*": ["./x/*"] } } }',
    'node_modules/installed/package.json': '{}',
    'node_modules/@types/in-types/package.json': '{}',
    'inner/package.json': '{}',
    'inner/index.js': "import 'of-another-package'",
    'dist/index.js': "import 'of-a-tool'",
  }
  const { build } = await world(manifest, { files })
  const found = findUndeclaredImports(build.directory, build.manifest)
  expect(found).toEqual(name === undefined ? [] : [{ name, file: 'src/main.ts', line: 2 }])
})

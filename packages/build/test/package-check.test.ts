/** What is told of a package before it is published: of its entries by publint itself, of its types by a program. */
import { expect, test } from 'vitest'
import { checkEntries, checkTypes, hasTypes, openBuild, planTypeCheck } from '../src/index.ts'
import type { PackedFile } from '../src/index.ts'
import { failureOf, world } from './world.ts'

const TOOL = 'tools/node_modules/@arethetypeswrong/cli/dist/index.js'

function packed(files: Readonly<Record<string, object | string>>): readonly PackedFile[] {
  return Object.entries(files).map(([path, content]) => ({
    path,
    content: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
  }))
}

async function profileFor(manifest: object): Promise<string | undefined> {
  const { build, directory } = await world(manifest, { files: { [TOOL]: '' } })
  const options = { toolDirectory: `${directory}/tools`, tarball: '/x.tgz', manifest: build.manifest.document }
  return planTypeCheck(build, options).args[3]
}

test('entries that are not there, or not of the kind that they say, are told', async () => {
  const manifest = {
    name: 'left',
    version: '1.0.0',
    type: 'module',
    exports: { '.': { require: './index.cjs', import: './index.js' }, './lost': './lost.js' },
  }
  const problems = await checkEntries(
    packed({ 'package.json': manifest, 'index.cjs': 'export {}', 'index.js': 'export {}' }),
  )
  expect(problems.map(({ severity }) => severity)).toEqual(expect.arrayContaining(['error', 'warning']))
  expect(problems.map(({ message }) => message).join('\n')).toMatch(/lost\.js .*does not exist/)
  const good = { ...manifest, exports: './index.js' }
  expect(await checkEntries(packed({ 'package.json': good, 'index.js': 'export {}' }))).toEqual([])
})

test('types are asked for as those consumers find them to whom the package promises something', async () => {
  expect(hasTypes([{ path: 'dist/index.d.mts' }])).toBe(true)
  expect(hasTypes([{ path: 'src/index.ts' }])).toBe(false)
  expect(await profileFor({ type: 'module', exports: { '.': { default: './a.js' } } })).toBe('esm-only')
  expect(await profileFor({ type: 'module', exports: { require: './a.cjs', default: './a.js' } })).toBe('node16')
  expect(await profileFor({ type: 'module', main: './a.js' })).toBe('esm-only')
  expect(await profileFor({ type: 'module', main: './a.cjs' })).toBe('strict')
  expect(await profileFor({ main: './a.js' })).toBe('strict')
})

test('what the program found becomes sentences, without those that concern nobody', async () => {
  const problems = {
    UntypedResolution: [
      { kind: 'UntypedResolution', entrypoint: './x', resolutionKind: 'bundler' },
      { kind: 'UntypedResolution', entrypoint: './x', resolutionKind: 'node10' },
    ],
    FalseESM: [{ kind: 'FalseESM', typesFileName: '/node_modules/left/index.d.ts' }],
  }
  const text = JSON.stringify({ analysis: {}, problems })
  const { build, directory } = await world(
    {},
    { files: { [TOOL]: `console.log(${JSON.stringify(text)}); process.exit(1)` } },
  )
  const { runProgram: _, ...options } = build
  const manifest = { type: 'module', exports: './index.js' }
  const toolDirectory = `${directory}/tools`
  expect(await checkTypes(openBuild(options), { toolDirectory, tarball: Buffer.from(''), manifest })).toEqual([
    { severity: 'error', message: 'the entry "./x" is found, but has no types for bundler' },
    { severity: 'error', message: 'left/index.d.ts is CommonJS, but its types say ES module' },
  ])
})

test('a program that says nothing sensible, or is not there, is an error', async () => {
  const { build, directory } = await world({}, { files: { [TOOL]: 'process.exit(3)' } })
  const { runProgram: _, ...options } = build
  const check = { tarball: Buffer.from(''), manifest: {} }
  await expect(checkTypes(openBuild(options), { ...check, toolDirectory: `${directory}/tools` })).rejects.toMatchObject(
    {
      code: 'PROGRAM_FAILED',
      message: 'the types could not be checked: attw said nothing',
    },
  )
  expect(failureOf(() => planTypeCheck(build, { toolDirectory: '/none', tarball: '/x.tgz', manifest: {} }))).toContain(
    'TOOL_MISSING: @arethetypeswrong/cli is not installed in /none',
  )
})

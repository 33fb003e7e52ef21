import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { documentedOf, ownEntries, writeDoctests } from '../../src/doctest/doctest-files.ts'
import type { DoctestPackage } from '../../src/doctest/doctest-files.ts'
import { world } from '../world.ts'

async function packageWith(
  files: Record<string, string>,
): Promise<DoctestPackage & { write(path: string, text: string): void }> {
  const { directory } = await world({}, { files })
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  return {
    directory,
    name: 'pkg',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './sub': './dist/sub.js' },
    write,
  }
}

const documented =
  'export type T = 1\n\n/**\n * @example\n * one() // => 1\n */\nexport function one(): T { return 1 }\nexport { one as uno }\n'

test('a documented file gives a test file with its examples on their own lines', async () => {
  const pkg = await packageWith({
    'src/one.ts': documented,
    'src/plain.ts': 'export const x = 1\n',
    'README.md': '# A\n\n```ts doctest\n1 // => 1\n```\n',
  })
  const files = writeDoctests(pkg)
  expect(files.map((file) => [file.documented, file.examples])).toEqual([
    ['README.md', 1],
    ['src/one.ts', 1],
  ])
  const lines = readFileSync(join(pkg.directory, 'node_modules/.doctest/src/one.ts'), 'utf8').split('\n')
  expect(lines[0]).toContain('import { T, one, uno } from "../../../src/one.ts";')
  expect(lines[3]).toBe(' test("one", async () => {')
  expect(lines[4]).toBe('   expect(await (one())).toEqual(1);')
  expect(lines[5]).toBe('});')
  expect(documentedOf('node_modules/.doctest/README.md.ts')).toBe('README.md')
  expect(documentedOf('node_modules/.doctest/src/one.ts')).toBe('src/one.ts')
})

test('nothing is written again without a change, and what lost its examples goes', async () => {
  const pkg = await packageWith({ 'src/one.ts': documented, 'src/two.ts': documented })
  const generated = join(pkg.directory, 'node_modules/.doctest/src/one.ts')
  writeDoctests(pkg)
  const before = statSync(generated).mtimeMs
  pkg.write('src/two.ts', 'export const two = 2\n')
  expect(writeDoctests(pkg)).toHaveLength(1)
  expect(statSync(generated).mtimeMs).toBe(before)
  expect(existsSync(join(pkg.directory, 'node_modules/.doctest/src/two.ts'))).toBe(false)
})

test('a line picks the example that stands there', async () => {
  const pkg = await packageWith({ 'README.md': '```ts doctest\n1 // => 1\n```\n\n```ts doctest\n2 // => 2\n```\n' })
  expect(writeDoctests(pkg, [{ path: 'README.md', line: 6 }])).toMatchObject([{ examples: 1 }])
  expect(readFileSync(join(pkg.directory, 'node_modules/.doctest/README.md.ts'), 'utf8')).not.toContain('toEqual(1)')
})

test('one test file holds them all; a filter narrows it and leaves the others where they are', async () => {
  const pkg = await packageWith({ 'src/one.ts': documented, 'src/two.ts': documented })
  const entry = (): string[] =>
    [
      ...readFileSync(join(pkg.directory, 'node_modules/.doctest/examples.ts'), 'utf8').matchAll(
        /^examples\("(.+?)"/gm,
      ),
    ].map((match) => match[1]!)
  expect(writeDoctests(pkg)).toHaveLength(2)
  expect(entry()).toEqual(['src/one.ts', 'src/two.ts'])
  expect(writeDoctests(pkg, [{ path: 'tw', line: undefined }])).toMatchObject([{ documented: 'src/two.ts' }])
  expect(entry()).toEqual(['src/two.ts'])
  expect(existsSync(join(pkg.directory, 'node_modules/.doctest/src/one.ts'))).toBe(true)
  expect(writeDoctests(pkg, [{ path: 'none', line: undefined }])).toEqual([])
})

test("the package's own names mean its sources", async () => {
  const pkg = await packageWith({ 'src/index.ts': '', 'src/sub.ts': '' })
  expect(ownEntries(pkg)).toEqual({ pkg: 'src/index.ts', 'pkg/sub': 'src/sub.ts' })
  expect(ownEntries({ ...pkg, exports: './dist/index.js' })).toEqual({ pkg: 'src/index.ts' })
  expect(ownEntries({ ...pkg, name: undefined })).toEqual({})
})

test('500 examples are generated out of one pass over the files', async () => {
  const block = (index: number): string =>
    `/**\n * @example\n * f${index}() // => ${index}\n */\nexport const f${index} = () => ${index}\n`
  const pkg = await packageWith(
    Object.fromEntries(
      Array.from({ length: 50 }, (_, file) => [
        `src/f${file}.ts`,
        Array.from({ length: 10 }, (_, index) => block(index)).join(''),
      ]),
    ),
  )
  expect(writeDoctests(pkg).reduce((sum, file) => sum + file.examples, 0)).toBe(500)
})

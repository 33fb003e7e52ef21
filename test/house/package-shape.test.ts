/** Every member has the same shape, so that a reader who knows one package knows where things are in all. */
import { describe, expect, test } from 'vitest'
import { parseAst } from 'rolldown/parseAst'
import { listFiles, readManifest, readMembers, readText } from './workspace.ts'

const members = readMembers()
const version = readManifest('package.json').version

/** In this order; the last two only when there is something to declare. */
const KEYS = ['name', 'version', 'private', 'license', 'type', 'exports', 'engines', 'dependencies', 'devDependencies']

describe.each(members)('$folder', ({ name, folder, manifest }) => {
  test('package.json is of the one shape', () => {
    const { name: _, version: __, dependencies, devDependencies, exports, ...rest } = manifest.raw
    expect(rest, `${folder}/package.json`).toEqual({
      private: true,
      license: 'MIT',
      type: 'module',
      engines: { node: '>=24' },
    })
    expect(exports).toEqual({ ...lazyEntries(exports), '.': './src/index.ts' })
    expect({ name: manifest.name, version: manifest.version }).toEqual({ name: `@alkahest/${name}`, version })
    expect(Object.keys(manifest.raw)).toEqual(KEYS.filter((key) => key in manifest.raw))
    expect([dependencies, devDependencies], 'leave an empty list out').not.toContainEqual({})
  })

  test('dependencies are sorted, ours by workspace:*, all others by an exact version', () => {
    for (const list of [manifest.dependencies, manifest.devDependencies]) {
      expect(Object.keys(list)).toEqual(Object.keys(list).toSorted())
    }
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter(([target, range]) => !(target.startsWith('@alkahest/') ? range === 'workspace:*' : isExact(range)))
      .map(([target, range]) => `${folder}/package.json: ${target} is ${range}`)
    expect(loose).toEqual([])
  })

  test('has a README, an index and tests', () => {
    const files = listFiles(`${folder}/{README.md,src/index.ts,test/**/*.test.ts}`)
    expect(files).toContain(`${folder}/README.md`)
    expect(files).toContain(`${folder}/src/index.ts`)
    expect(files.filter((file) => file.endsWith('.test.ts'), `${folder}/test holds no test`)).not.toEqual([])
  })

  test('src/index.ts is a table of contents: named exports and no code', () => {
    const other = parseAst(readText(`${folder}/src/index.ts`), { lang: 'ts' }).body.filter(
      (statement) => statement.type !== 'ExportNamedDeclaration' || statement.source === null,
    )
    expect(other.map((statement) => `${folder}/src/index.ts holds a ${statement.type}`)).toEqual([])
  })
})

test('one version of each third-party package, wherever it is declared', () => {
  const versions = new Map<string, Set<string>>()
  for (const { dependencies, devDependencies } of [
    ...members.map(({ manifest }) => manifest),
    readManifest('package.json'),
  ]) {
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
      versions.set(name, (versions.get(name) ?? new Set()).add(range))
    }
  }
  const several = [...versions].filter(([, ranges]) => ranges.size > 1)
  expect(several.map(([name, ranges]) => `${name} is declared as ${[...ranges].join(' and ')}`)).toEqual([])
})

/** What is loaded only when it is needed may have an entry of its own: `./import` is `./src/import.ts`. */
function lazyEntries(exports: unknown): Readonly<Record<string, string>> {
  const names = Object.keys(exports as object).filter((entry) => /^\.\/[a-z-]+$/.test(entry))
  return Object.fromEntries(names.map((entry) => [entry, `./src/${entry.slice(2)}.ts`]))
}

function isExact(range: string): boolean {
  return /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(range)
}

/** Who imports whom: the arrows, the declared dependencies, and no cycle anywhere. Type imports count. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { arrows, escapingImports, forbiddenImports, foreignPackageOf, ownPackageOf } from './arrows.ts'
import { findCycles } from './cycles.ts'
import type { Graph } from './cycles.ts'
import { importsIn, importsOf } from './imports.ts'
import type { Import } from './imports.ts'
import { listFiles, readManifest, readMembers, readText } from './workspace.ts'
import type { Member } from './workspace.ts'

const members = readMembers()

describe('the arrows between the packages', () => {
  test('every member has its arrows decided, and every decision has a member', () => {
    expect(members.map((member) => member.name).toSorted()).toEqual(Object.keys(arrows).toSorted())
  })

  test('src imports along the arrows and nothing else', () => {
    expect(members.flatMap((member) => forbiddenImports(member.name, importsOfMember(member, 'src')))).toEqual([])
  })

  test('package.json declares no dependency of ours that has no arrow', () => {
    const undecided = members.flatMap((member) =>
      ownDependencies(member.manifest.dependencies)
        .filter((target) => !arrows[member.name]?.includes(target))
        .map((target) => `${member.folder}/package.json depends on ${target}; test/house/arrows.ts has no such arrow`),
    )
    expect(undecided).toEqual([])
  })

  test('a relative import stays inside its package', () => {
    const all = members.flatMap((member) =>
      (['src', 'test'] as const).flatMap((part) => escapingImports(member.folder, importsOfMember(member, part))),
    )
    expect(all).toEqual([])
  })

  test('test-support is for tests', () => {
    const users = members.filter((member) => 'dependencies' in member.manifest.raw && hasOwn(member, 'test-support'))
    expect(users.map((member) => `${member.name}: move @alkahest/test-support to devDependencies`)).toEqual([])
  })

  test('no cycle between packages, development dependencies included', () => {
    const graph: Graph = new Map(
      members.map(({ name, manifest }) => [
        name,
        ownDependencies({ ...manifest.dependencies, ...manifest.devDependencies }),
      ]),
    )
    expect(findCycles(graph)).toEqual([])
  })

  test('no cycle between files', () => {
    const files = listFiles('{packages,apps}/*/src/**/*.ts')
    const graph: Graph = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter(({ specifier }) => specifier.startsWith('.'))
          .map(({ specifier }) => path.posix.join(path.posix.dirname(file), specifier)),
      ]),
    )
    expect(findCycles(graph)).toEqual([])
  })
})

describe('what is imported is declared', () => {
  test('src imports only what dependencies declare', () => {
    expect(
      members.flatMap((member) =>
        undeclared(importsOfMember(member, 'src'), member.manifest.dependencies, `dependencies of ${member.folder}`),
      ),
    ).toEqual([])
  })

  test('tests import only what dependencies or devDependencies declare, or the root for all', () => {
    const { devDependencies: shared } = readManifest('package.json')
    const common = Object.fromEntries(Object.entries(shared).filter(([name]) => ownPackageOf(name) === undefined))
    expect(
      members.flatMap((member) => {
        const { name, dependencies, devDependencies } = member.manifest
        const declared = { ...dependencies, ...devDependencies, ...common, [name]: 'itself' }
        return undeclared(importsOfMember(member, 'test'), declared, `devDependencies of ${member.folder}`)
      }),
    ).toEqual([])
  })

  test('test/ imports only what the root declares', () => {
    const { devDependencies } = readManifest('package.json')
    const imports = listFiles('test/**/*.{ts,mjs}').filter(isOurs).flatMap(importsOf)
    expect(undeclared(imports, devDependencies, 'devDependencies of the root')).toEqual([])
  })

  test('nothing is declared that nothing imports', () => {
    const unused = members.flatMap((member) => {
      const inSource = namesOf(importsOfMember(member, 'src'))
      const inTests = namesOf(importsOfMember(member, 'test'))
      const { dependencies, devDependencies } = member.manifest
      return [
        ...Object.keys(dependencies).filter((name) => !inSource.has(name)),
        // A test may use a package without importing it, for example as what a scaffold installs.
        ...Object.keys(devDependencies).filter(
          (name) => !inTests.has(name) && !isTypesOf(name, inSource, inTests) && !testsMention(member, name),
        ),
      ].map((name) => `${member.folder}/package.json declares ${name}, and no file imports it`)
    })
    expect(unused).toEqual([])
  })
})

describe('the means of this check', () => {
  test('every form of import is seen, and text that only looks like one is not', () => {
    const source = [
      `import type { A } from '@alkahest/a'`,
      `export { b } from '@alkahest/b'`,
      `export * from '@alkahest/c'`,
      `const d = await import('@alkahest/d')`,
      `type E = import('@alkahest/e').E`,
      `const f = require('@alkahest/f')`,
      `// import '@alkahest/g'`,
      `const text = "import '@alkahest/h'"`,
    ].join('\n')
    expect(importsIn(source, 'x.ts').map(({ line, specifier }) => `${line} ${specifier}`)).toEqual([
      '1 @alkahest/a',
      '2 @alkahest/b',
      '3 @alkahest/c',
      '4 @alkahest/d',
      '5 @alkahest/e',
      '6 @alkahest/f',
    ])
  })

  test('an arrow that does not exist is named with its place', () => {
    const imports: Import[] = [{ file: 'packages/store/src/open.ts', line: 7, specifier: '@alkahest/resolver' }]
    expect(forbiddenImports('store', imports)).toEqual([
      'packages/store/src/open.ts:7 imports @alkahest/resolver; store may import only core, protocol',
    ])
  })

  test('a way round the face of a package is named', () => {
    const imports: Import[] = [
      { file: 'packages/store/src/open.ts', line: 1, specifier: './index.ts' },
      { file: 'packages/store/src/open.ts', line: 2, specifier: '../../core/src/errors.ts' },
    ]
    expect(escapingImports('packages/store', imports)).toEqual([
      'packages/store/src/open.ts:2 imports ../../core/src/errors.ts, outside packages/store; import the package by name',
    ])
  })

  test('cycles are found, each once', () => {
    const graph: Graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['a', 'd']],
      ['d', ['d']],
      ['e', ['a']],
    ])
    expect(findCycles(graph)).toEqual(['a -> b -> c -> a', 'd -> d'])
  })
})

function importsOfMember(member: Member, part: 'src' | 'test'): readonly Import[] {
  return listFiles(`${member.folder}/${part}/**/*.ts`).filter(isOurs).flatMap(importsOf)
}

/** Fixtures are projects of their own: what they import is not for us to declare. */
function isOurs(file: string): boolean {
  return !/\/(fixtures|goldens)\//.test(file)
}

function ownDependencies(dependencies: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(dependencies).flatMap((name) => ownPackageOf(name) ?? [])
}

function hasOwn(member: Member, name: string): boolean {
  return ownDependencies(member.manifest.dependencies).includes(name)
}

function namesOf(imports: readonly Import[]): ReadonlySet<string> {
  return new Set(
    imports.flatMap(({ specifier }) => {
      const own = ownPackageOf(specifier)
      return own === undefined ? (foreignPackageOf(specifier) ?? []) : `@alkahest/${own}`
    }),
  )
}

function undeclared(
  imports: readonly Import[],
  declared: Readonly<Record<string, string>>,
  where: string,
): readonly string[] {
  return imports.flatMap(({ file, line, specifier }) => {
    const [name] = namesOf([{ file, line, specifier }])
    return name === undefined || name in declared ? [] : [`${file}:${line} imports ${name}; add it to the ${where}`]
  })
}

function testsMention(member: Member, name: string): boolean {
  return listFiles(`${member.folder}/test/**/*.ts`).some((file) => readText(file).includes(name))
}

/** `@types/semver` is used where `semver` is imported. */
function isTypesOf(name: string, ...imported: readonly ReadonlySet<string>[]): boolean {
  const typed = /^@types\/(.+)$/.exec(name)?.[1]?.replace(/^(.+)__(.+)$/, '@$1/$2')
  return typed !== undefined && imported.some((names) => names.has(typed))
}

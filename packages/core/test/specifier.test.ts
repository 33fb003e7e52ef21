import { parseSpecifier } from '@alkahest/core'
import { describe, expect, test } from 'vitest'

function read(text: string, alias = 'a'): unknown {
  const found = parseSpecifier(alias, text, 'package.json')
  return found.kind === 'range' ? { ...found, range: found.range.text } : found
}

describe('the grammar of specifiers', () => {
  test.each([
    ['', { kind: 'range', name: 'a', range: '*' }],
    ['^1.2', { kind: 'range', name: 'a', range: '^1.2' }],
    ['1.2.3', { kind: 'range', name: 'a', range: '1.2.3' }],
    ['1 || 2', { kind: 'range', name: 'a', range: '1 || 2' }],
    ['latest', { kind: 'tag', name: 'a', tag: 'latest' }],
    ['npm:@s/b@^1', { kind: 'range', name: '@s/b', range: '^1' }],
    ['npm:b', { kind: 'range', name: 'b', range: '*' }],
    ['npm:b@next', { kind: 'tag', name: 'b', tag: 'next' }],
    ['npm:^1.2', { kind: 'range', name: 'a', range: '^1.2' }],
    ['workspace:*', { kind: 'workspace', name: 'a', range: '*' }],
    ['workspace:^', { kind: 'workspace', name: 'a', range: '^' }],
    ['workspace:@s/b@~', { kind: 'workspace', name: '@s/b', range: '~' }],
    ['catalog:', { kind: 'catalog', catalog: 'default' }],
    ['catalog:react18', { kind: 'catalog', catalog: 'react18' }],
    ['file:../b', { kind: 'directory', path: '../b' }],
    ['file:../b.tgz', { kind: 'file', path: '../b.tgz' }],
    ['link:../b', { kind: 'directory', path: '../b' }],
    ['./b', { kind: 'directory', path: './b' }],
    ['..\\b', { kind: 'directory', path: '../b' }],
    ['~/b', { kind: 'directory', path: '~/b' }],
    ['https://example.org/b.tgz', { kind: 'tarball', url: 'https://example.org/b.tgz' }],
    [
      'git+https://example.org/b.git#v1',
      { kind: 'git', url: 'https://example.org/b.git', committish: 'v1', range: undefined, folder: undefined },
    ],
    [
      'git+https://example.org/b.git#semver:^1',
      { kind: 'git', url: 'https://example.org/b.git', committish: undefined, range: '^1', folder: undefined },
    ],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  test.each(['git+ssh://git@github.com/owner/repository.git#v1', 'git@github.com:owner/repository.git#v1'])(
    '%s keeps its ssh',
    (text) => {
      expect(read(text)).toMatchObject({ url: 'ssh://git@github.com/owner/repository.git', committish: 'v1' })
    },
  )

  test.each(['&', '::'])("a folder of a repository stands behind %s, as pnpm's or npm's", (divider) => {
    const expected = { kind: 'git', url: 'https://example.org/b.git', committish: 'main', folder: '/packages/b' }
    expect(read(`git+https://example.org/b.git#main${divider}path:/packages/b`)).toMatchObject(expected)
  })

  test('a hosted short form is a git repository', () => {
    expect(read('owner/repository#main')).toMatchObject({ kind: 'git', committish: 'main' })
    expect(read('github:owner/repository')).toMatchObject({
      kind: 'git',
      url: 'https://github.com/owner/repository.git',
    })
  })

  test.each(['../../x', '.', 'node_modules/x', 'a b', ''])('an alias that is no name is refused: %s', (alias) => {
    expect(() => parseSpecifier(alias, '^1', 'package.json')).toThrow('is not a package name')
  })

  test.each(['foo bar baz!', '^1.2.3.4.5 %', 'x'.repeat(3000)])('nonsense is refused with the place: %s', (text) => {
    expect(() => parseSpecifier('a', text, 'packages/x/package.json')).toThrow('packages/x/package.json asks for a as')
  })
})

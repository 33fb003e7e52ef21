import { expect, test } from 'vitest'
import { storedName } from '@alkahest/store'

test.each([
  ['package.json', 'package.json'],
  ['lib/deep/x.js', 'lib;deep;x.js'],
  ['routes/+page.svelte', 'routes;+page.svelte'],
  ['a'.repeat(200), 'a'.repeat(200)],
])('%s keeps its name', (path, name) => {
  expect(storedName(path)).toBe(name)
})

test('what could mean two paths, or is too long for a file system, goes by its hash', () => {
  const paths = ['a;b', 'a/b', `a/~b`, '~a', 'grün/x', 'a'.repeat(201), `${'a/'.repeat(100)}b`, ';index', 'index']
  const names = paths.map((path) => storedName(path))
  expect(new Set(names).size).toBe(paths.length)
  expect(names.filter((name) => /^~[0-9a-f]{64}$/.test(name)).length).toBe(7)
  expect(names).not.toContain(';index')
})

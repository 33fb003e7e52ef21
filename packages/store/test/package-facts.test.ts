import { expect, test } from 'vitest'
import { readPackageFacts } from '../src/package-facts.ts'

const paths = new Set(['package.json', 'cli.js', 'bin/one', 'bin/two.js', 'bin/.hidden', 'bin/deep/three'])

function bins(manifest: object): object {
  return readPackageFacts({ manifest: { name: '@s/a', ...manifest }, what: '@s/a@1.0.0', paths }).bin
}

test.each([
  ['a text is a command with the name of the package', { bin: './cli.js' }, { a: 'cli.js' }],
  ['a scope in a command is taken off', { bin: { '@s/run': 'cli.js' } }, { run: 'cli.js' }],
  ['a path that climbs stays inside', { bin: { run: '../../cli.js' } }, { run: 'cli.js' }],
  ['a command that is a path keeps its last part', { bin: { '../../../etc/run': 'cli.js' } }, { run: 'cli.js' }],
  ['a command without its file is passed over', { bin: { run: 'missing.js', go: 'cli.js' } }, { go: 'cli.js' }],
  ['`.` and `..` are no commands', { bin: { '.': 'cli.js', '..': 'cli.js' } }, {}],
  [
    'every visible file of directories.bin is a command',
    { directories: { bin: './bin/' } },
    { three: 'bin/deep/three', one: 'bin/one', 'two.js': 'bin/two.js' },
  ],
  ['directories.bin counts only without bin', { bin: {}, directories: { bin: 'bin' } }, {}],
  ['directories.bin does not climb', { directories: { bin: '../bin' } }, {}],
  ['the whole package is no directories.bin', { directories: { bin: '.' } }, {}],
])('%s', (_, manifest, expected) => {
  expect(bins(manifest)).toStrictEqual(expected)
})

test.each([
  [{ scripts: { postinstall: 'x' } }, false, true],
  [{ scripts: { prepare: 'x' } }, false, false],
  [{}, true, true],
  [{ gypfile: false }, true, false],
  [{ scripts: { install: 'x' } }, true, true],
  [{ hasInstallScript: false, scripts: { install: 'x' } }, false, true],
])('%j with binding.gyp %j: has an install script %j', (manifest, gyp, expected) => {
  const files = new Set(gyp ? ['package.json', 'binding.gyp'] : ['package.json'])
  expect(
    readPackageFacts({ manifest: { name: 'a', ...manifest }, what: 'a@1.0.0', paths: files }).hasInstallScript,
  ).toBe(expected)
})

test('a package without a usable name goes by the one it was asked for', () => {
  const facts = readPackageFacts({ manifest: { name: '../x', bin: 'cli.js' }, what: '@s/asked@1.0.0', paths })
  expect(facts).toStrictEqual({
    name: undefined,
    version: undefined,
    bin: { asked: 'cli.js' },
    hasInstallScript: false,
  })
})

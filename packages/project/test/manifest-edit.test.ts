import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { editManifest, editManifestFile } from '../src/index.ts'
import type { ManifestEdit } from '../src/index.ts'
import { folder } from './folder.ts'

const add = (
  name: string,
  specifier: string,
  section: 'dependencies' | 'devDependencies' = 'dependencies',
): ManifestEdit => ({
  kind: 'set',
  section,
  name,
  specifier,
})
const edit = (text: string, ...edits: ManifestEdit[]): string => editManifest(text, edits, 'package.json')

test('a dependency is added in its place and nothing else moves', () => {
  const text = `{
    "name": "x",
    "files": ["dist", "src"],
    "dependencies": {
        "alpha": "^1.0.0",
        "omega": "^1.0.0"
    },
    "zeta": true
}
`
  expect(edit(text, add('mid', '^2.0.0'))).toBe(
    text.replace('        "omega"', '        "mid": "^2.0.0",\n        "omega"'),
  )
  expect(edit(text, add('zz', '^2.0.0'))).toBe(
    text.replace('"omega": "^1.0.0"', '"omega": "^1.0.0",\n        "zz": "^2.0.0"'),
  )
  expect(edit(text, add('aaa', '1'))).toBe(text.replace('        "alpha"', '        "aaa": "1",\n        "alpha"'))
})

test('an existing dependency changes where it stands', () => {
  const text = '{\n  "dependencies": { "b": "1", "a": "1" }\n}'
  expect(edit(text, add('b', '^2'))).toBe('{\n  "dependencies": { "b": "^2", "a": "1" }\n}')
})

test('tabs, CRLF, a missing final newline and a byte order mark stay', () => {
  const text = '\uFEFF{\r\n\t"name": "x"\r\n}'
  expect(edit(text, add('a', '1'))).toBe('\uFEFF{\r\n\t"name": "x",\r\n\t"dependencies": {\r\n\t\t"a": "1"\r\n\t}\r\n}')
})

test('a new section stands beside its siblings', () => {
  const text = '{\n  "name": "x",\n  "devDependencies": {\n    "t": "1"\n  },\n  "license": "MIT"\n}\n'
  expect(edit(text, add('a', '1'))).toBe(
    '{\n  "name": "x",\n  "dependencies": {\n    "a": "1"\n  },\n  "devDependencies": {\n    "t": "1"\n  },\n  "license": "MIT"\n}\n',
  )
  expect(edit('{}\n', add('a', '1'))).toBe('{\n  "dependencies": {\n    "a": "1"\n  }\n}\n')
  expect(edit('{"name":"x"}', add('a', '1'))).toBe('{"name":"x","dependencies":{"a":"1"}}')
})

test('a name moves between the installing sections, and an emptied section goes', () => {
  const text = '{\n  "name": "x",\n  "devDependencies": {\n    "a": "1"\n  }\n}\n'
  expect(edit(text, add('a', '2'))).toBe('{\n  "name": "x",\n  "dependencies": {\n    "a": "2"\n  }\n}\n')
})

test('a name is removed from every section, first, middle and last', () => {
  const text =
    '{\n  "dependencies": {\n    "a": "1",\n    "b": "1",\n    "c": "1"\n  },\n  "peerDependencies": { "b": "1" },\n  "peerDependenciesMeta": { "b": { "optional": true } }\n}\n'
  expect(edit(text, { kind: 'remove', name: 'b' })).toBe(
    '{\n  "dependencies": {\n    "a": "1",\n    "c": "1"\n  }\n}\n',
  )
  expect(edit(text, { kind: 'remove', name: 'a', section: 'dependencies' })).toContain(
    '{\n    "b": "1",\n    "c": "1"\n  }',
  )
  expect(edit(text, { kind: 'remove', name: 'c', section: 'dependencies' })).toContain(
    '{\n    "a": "1",\n    "b": "1"\n  }',
  )
  expect(edit(text, { kind: 'remove', name: 'absent' })).toBe(text)
})

test('any other field is set, made on the way and taken away', () => {
  const text = '{\n  "version": "1.0.0"\n}\n'
  expect(edit(text, { kind: 'field', path: ['version'], value: '1.1.0' })).toBe('{\n  "version": "1.1.0"\n}\n')
  const allowed = edit(text, { kind: 'field', path: ['alkahest', 'allowBuilds', 'esbuild'], value: true })
  expect(JSON.parse(allowed)).toEqual({ version: '1.0.0', alkahest: { allowBuilds: { esbuild: true } } })
  expect(edit(allowed, { kind: 'field', path: ['alkahest'], value: undefined })).toBe(text)
})

test('braces, commas and quotes inside texts are no structure, and keys are compared as read', () => {
  const text =
    '{\n  "scripts": { "a\\"}": "echo \\"{,}\\" \\\\" },\n  "dependencies": { "\\u0061": "1", "b": [1, {"c": null}, -1.5e3] }\n}'
  const odd = text.replace('"b": [1, {"c": null}, -1.5e3]', '"b": "1"')
  expect(edit(odd, add('a', '2'))).toBe(odd.replace('"\\u0061": "1"', '"\\u0061": "2"'))
})

test('what would be no manifest is refused', () => {
  expect(() => edit('{"dependencies": []}', add('a', '1'))).toThrow(
    '"dependencies" in package.json is not an object of texts',
  )
  expect(() => edit('{}', add('../x', '1'))).toThrow('../x')
})

test('on disk: one rename, mode kept, nothing left beside it; false when nothing changes', async () => {
  const root = await folder({ 'package.json': { name: 'x' } })
  const path = join(root, 'package.json')
  expect(await editManifestFile(path, [add('a', '1')])).toBe(true)
  expect(await editManifestFile(path, [add('a', '1')])).toBe(false)
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ name: 'x', dependencies: { a: '1' } })
  await writeFile(path, '{')
  await expect(editManifestFile(path, [add('a', '1')])).rejects.toThrow('is not valid JSON')
  expect(await readFile(path, 'utf8')).toBe('{')
})

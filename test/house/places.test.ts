/** Nothing in the repository names a place that only one machine has, or a registry that only somebody else uses. */
import { expect, test } from 'vitest'
import { listFiles, readText } from './workspace.ts'

const forbidden: readonly { readonly what: RegExp; readonly advice: string }[] = [
  {
    what: /(?<![\w.$}~-])\/(?:root|work|tmp)\/\w/,
    advice: 'a path of one machine; use os.tmpdir(), a relative path or an angle-bracket name',
  },
  {
    what: /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\.\w+|\bnpm\.pkg\.github\b|\brepo\.hex\.pm\b/,
    advice: "a registry's host; the default comes from npm's own configuration",
  },
]

test('no file names a path of this machine or the host of a registry', () => {
  const files = listFiles('{packages,apps,docs,test}/**/*.{ts,mjs,js,cjs,json,jsonc,md,txt,sh,yaml,yml}').concat(
    listFiles('*.{md,json,jsonc,ts,yaml}'),
  )
  expect(files.length).toBeGreaterThan(0)
  expect(files.flatMap((file) => findingsIn(readText(file), file))).toEqual([])
})

test('the means of this check: what it finds and what it leaves alone', () => {
  const home = ['', 'root', 'x'].join('/')
  const host = ['registry', 'npmjs', 'org'].join('.')
  expect(findingsIn(`a\nb ${home}\n`, 'x.md')).toEqual([
    'x.md:2 names a path of one machine; use os.tmpdir(), a relative path or an angle-bracket name',
  ])
  expect(findingsIn(`https://${host}/`, 'x.md')).toEqual([
    "x.md:1 names a registry's host; the default comes from npm's own configuration",
  ])
  expect(findingsIn('packages/work/x and ${TMPDIR:-/tmp} and registry.example.com', 'x.md')).toEqual([])
})

function findingsIn(text: string, file: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      forbidden.filter(({ what }) => what.test(line)).map(({ advice }) => `${file}:${index + 1} names ${advice}`),
    )
}

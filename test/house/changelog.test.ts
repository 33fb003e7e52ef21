import { expect, test } from 'vitest'
import { readManifest, readText } from './workspace.ts'

test("the changelog's first version is the version of the packages", () => {
  const first = /^## (\S+)/m.exec(readText('CHANGELOG.md'))?.[1]
  expect(first, 'the first "## VERSION" of CHANGELOG.md').toBe(readManifest('package.json').version)
})

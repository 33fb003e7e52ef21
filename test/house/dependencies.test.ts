/** Every third-party dependency has its line with a reason, and no line outlives its dependency. */
import { expect, test } from 'vitest'
import { readManifest, readMembers, readText } from './workspace.ts'

const PAGE = 'docs/decisions/dependencies.md'

test('docs/decisions/dependencies.md lists exactly the third-party dependencies of all package.json files', () => {
  const manifests = [readManifest('package.json'), ...readMembers().map((member) => member.manifest)]
  const declared = new Set(
    manifests
      .flatMap(({ dependencies, devDependencies }) => Object.keys({ ...dependencies, ...devDependencies }))
      .filter((name) => !name.startsWith('@alkahest/')),
  )
  const listed = [...readText(PAGE).matchAll(/^- `([^`]+)`: \S.{10,}/gm)].map((match) => match[1]!)
  expect(
    {
      withoutLine: [...declared].filter((name) => !listed.includes(name)).toSorted(),
      withoutDependency: listed.filter((name) => !declared.has(name)),
      unsorted: listed.filter((name, index) => index > 0 && name < listed[index - 1]!),
    },
    `one line each in ${PAGE}: - \`name\`: the reason`,
  ).toEqual({ withoutLine: [], withoutDependency: [], unsorted: [] })
})

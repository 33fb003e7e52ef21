/** The exact text of errors that no command causes yet; those of commands are in test/e2e. */
import { expect, test } from 'vitest'
import type { ErrorCode } from '@alkahest/core'
import { expectErrorGolden } from '@alkahest/test-support'
import { expandAliases, fillTemplate, loadEnvironment, loadWorkspace, selectMembers } from '../src/index.ts'
import { folder } from './folder.ts'

const workspaceTree = {
  'package.json': { name: 'root', workspaces: ['packages/*'] },
  'packages/a/package.json': { name: 'a' },
}

type Cause = (directory: string) => unknown

const cases: readonly (readonly [ErrorCode, Readonly<Record<string, string | object>>, Cause])[] = [
  ['ALIAS_CYCLE', {}, () => expandAliases({ a: ['b'], b: ['a'] }, ['a'])],
  ['ENVIRONMENT_INVALID', {}, (directory) => loadEnvironment({ directory, variables: { ALK_ENV: 'my env' } })],
  [
    'FILTER_INVALID',
    workspaceTree,
    async (directory) => selectMembers(await loadWorkspace(directory), { filters: ['...'] }),
  ],
  [
    'FILTER_MATCHES_NOTHING',
    workspaceTree,
    async (directory) => selectMembers(await loadWorkspace(directory), { filters: ['b'] }),
  ],
  ['TEMPLATE_INVALID', {}, () => fillTemplate({ 'package.json': '{}', '__name__/x': '' }, { name: '..' })],
]

test.each(cases)('%s', async (code, tree, cause) => {
  const directory = await folder(tree)
  const thrown = await Promise.resolve()
    .then(() => cause(directory))
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  expect(thrown).toMatchObject({ code })
  expectErrorGolden(code, thrown, { replace: { '<project>': directory } })
})

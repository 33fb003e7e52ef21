/** The commands on published packages: what they ask, what they hand over, what they refuse. */
import { expectErrorGolden } from '@alkahest/test-support'
import { expect, it, vi } from 'vitest'
import type { Operations } from '../src/operations.ts'
import { alk } from './test-world.ts'

const published = {
  name: 'left',
  version: '1.0.0',
  file: 'left-1.0.0.tgz',
  files: [{ path: 'package.json', size: 20 }],
  size: 100,
  unpackedSize: 20,
  integrity: 'sha512-x',
  shasum: 'y',
  warnings: [],
  problems: [],
  registry: 'http://r/',
  tag: 'latest',
  dependencies: {},
  published: true,
}

it('publish shows what it would send and asks on a terminal, and nowhere else', async () => {
  const publish = vi.fn<Operations['publish']>(async (_context, { confirm }) => ({
    ...published,
    published: (await confirm?.([published])) ?? true,
  }))
  const asked = await alk(['publish'], { operations: { publish }, isTerminal: true, answers: ['no'] })
  expect(asked.questions).toEqual(['Publish?'])
  expect(asked.stderr).toContain('to http://r/ with the tag latest\n')
  expect(asked.stdout).toContain('was not published\n')
  for (const flags of [['--yes'], ['--dry-run'], ['--json']]) {
    const run = await alk(['publish', ...flags], { operations: { publish }, isTerminal: true })
    expect(run).toMatchObject({ exitCode: 0, questions: [] })
  }
  expect((await alk(['publish'], { operations: { publish } })).questions).toEqual([])
})

it('unpublish needs a yes', async () => {
  const unpublish = vi.fn<Operations['unpublish']>(async () => ({
    name: 'left',
    registry: 'http://r/',
    version: '1.0.0',
  }))
  const alone = await alk(['unpublish', 'left@1.0.0'], { operations: { unpublish } })
  expect(alone).toMatchObject({
    exitCode: 1,
    stderr: 'error CONFIRMATION_NEEDED unpublishing left@1.0.0 needs a yes\n\nhint: say --yes\n',
  })
  expect(unpublish).not.toHaveBeenCalled()
  const run = await alk(['unpublish', 'left@1.0.0', '--yes'], { operations: { unpublish } })
  expect(run.stdout).toBe('left@1.0.0 is no longer at http://r/\n')
})

it.each([
  ['deprecate left', 'a deprecation needs a message, or --undo and none'],
  ['dist-tag add left@1.0.0', 'add is not a whole action'],
  ['owner grant left ada', 'grant is not a whole action'],
  ['token revoke', 'revoke is not a whole action'],
])('refuses alk %s', async (line, sentence) => {
  const run = await alk(line.split(' '))
  expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`error USAGE ${sentence}\n`) })
})

it('a token is made with a password from stdin, and shown once', async () => {
  const createToken = vi.fn<Operations['createToken']>(async () => ({
    registry: 'http://r/',
    key: 'k1',
    name: 'ci',
    readOnly: true,
    created: null,
    expires: null,
    token: 'npm_secret',
  }))
  const line = 'token create --name ci --read-only --package @acme --package left --password-stdin'
  const run = await alk(line.split(' '), { operations: { createToken }, stdin: 'secret\n' })
  expect(run.stdout).toBe('npm_secret\n\nIt is not shown again. Its key is k1\n')
  expect(createToken.mock.calls[0]?.[1]).toEqual({
    packages: ['@acme', 'left'],
    addresses: [],
    name: 'ci',
    readOnly: true,
    password: 'secret',
  })
})

const advisory = {
  id: 'GHSA-a',
  name: 'left',
  versions: ['1.1.0'],
  range: '<1.2.0',
  severity: 'high',
  title: 'Eats data',
  url: 'https://github.com/advisories/GHSA-a',
}
const clean = { packages: 2, advisories: [], ignored: [], expiredIgnores: [], unusedIgnores: [] }

it('audit fails when something is known, and says what', async () => {
  const audit: Operations['audit'] = async () => ({ ...clean, advisories: [advisory] })
  const run = await alk(['audit'], { operations: { audit } })
  expect(run).toMatchObject({
    exitCode: 1,
    stdout: 'Known:\n  high  left 1.1.0  Eats data  https://github.com/advisories/GHSA-a\n',
  })
  expectErrorGolden('ADVISORIES_FOUND', run.stderr)
  const json = JSON.parse((await alk(['audit', '--json'], { operations: { audit } })).stdout)
  expect(json).toMatchObject({ ok: false, error: { details: { advisories: [{ id: 'GHSA-a' }] } } })
  const good = await alk(['audit'], { operations: { audit: async () => clean } })
  expect(good).toMatchObject({ exitCode: 0, stdout: '2 packages, nothing is known against them\n' })
})

it('licenses are listed by license, and the doctor fails with a check', async () => {
  const licenses: Operations['licenses'] = async () => ({
    packages: [
      { name: 'a', version: '1.0.0', license: 'MIT' },
      { name: 'b', version: '1.0.0', license: null },
    ],
  })
  expect((await alk(['licenses'], { operations: { licenses } })).stdout).toBe(
    'MIT (1):\n  a  1.0.0\n\nnot stated, or not installed (1):\n  b  1.0.0\n',
  )
  const doctor: Operations['doctor'] = async () => ({
    checks: [{ name: 'registry', state: 'failed', message: 'no answer', hint: 'start it' }],
  })
  expect(await alk(['doctor'], { operations: { doctor } })).toMatchObject({
    exitCode: 1,
    stdout: '  failed  registry  no answer\n                    hint: start it\n',
  })
})

it('diff shows files and patches, and nothing in them speaks to the terminal', async () => {
  const common = { sizeBefore: 8, sizeAfter: 9, executableBefore: false, executableAfter: false, withheld: null }
  const diff = vi.fn<Operations['diff']>(async () => ({
    name: 'left',
    registry: 'http://r/',
    from: '1.0.0',
    to: '1.1.0',
    fromLocked: true,
    files: [
      {
        ...common,
        path: 'index.js',
        change: 'changed',
        linesAdded: 1,
        linesRemoved: 1,
        patch: `--- a/index.js\n+++ b/index.js\n@@ -1 +1 @@\n-old\n+new \u001b[2J\u202e${'x'.repeat(400)}\n`,
      },
      {
        ...common,
        path: 'logo.png',
        change: 'added',
        sizeBefore: null,
        executableBefore: null,
        linesAdded: 0,
        linesRemoved: 0,
        patch: null,
        withheld: 'binary',
      },
    ],
  }))
  const run = await alk(['diff', 'left'], { operations: { diff } })
  expect(run.stdout).toBe(`left 1.0.0 (locked) to 1.1.0
  ~ index.js  +1 -1
  + logo.png  no text, 9 B

--- a/index.js
+++ b/index.js
@@ -1 +1 @@
-old
+new \\u001b[2J\\u202e${'x'.repeat(290)} ... (110 more characters)

2 files: 1 line more, 1 less
`)
  expect(diff.mock.calls[0]?.[1]).toEqual({ package: 'left', versions: [] })
  const colored = await alk(['diff', 'left'], { operations: { diff }, env: { FORCE_COLOR: '1' } })
  expect(colored.stdout).toContain('\u001b[31m-old\u001b[39m\n')
  expect(await alk(['diff', 'left', '1', '2', '3'])).toMatchObject({ exitCode: 2 })
})

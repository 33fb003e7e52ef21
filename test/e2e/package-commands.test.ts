/** A package's life after it was published, by the whole command against the registry as a process: every answer is of the promised shape. */
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as operations from '@alkahest/ops'
import { jsonDocuments } from '../../packages/cli/src/json-shapes.ts'
import { run } from '../../packages/cli/src/run.ts'
import { shapeMistakes } from '../../packages/cli/test/reference/shape-mistakes.ts'
import { openCliWorld } from './cli-world.ts'
import type { CliWorld } from './cli-world.ts'

let world: CliWorld
let cwd = ''

const advisory = {
  id: 7,
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
  title: 'Eats data',
  severity: 'high',
  vulnerable_versions: '<1.1.0',
}

beforeAll(async () => {
  world = await openCliWorld()
  cwd = world.newProject('left', { name: 'left', version: '1.0.0', license: 'MIT', description: 'Goes left' })
})
afterAll(async () => world.close())

/** Runs it with --json: the exit code and the document, which must have its shape. */
async function json(title: string, args: readonly string[], input = ''): Promise<Record<string, unknown>> {
  let stdout = ''
  const exitCode = await run({
    argv: [...args, '--json'],
    env: {
      PATH: process.env.PATH,
      HOME: path.join(world.directory, 'home'),
      ALKAHEST_HOME: world.alkahestHome,
      // The world's own is short, for registries that hang; here it is as slow as the machine is busy.
      npm_config_fetch_timeout: '60000',
    },
    stdin: Readable.from([input]),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: () => undefined },
    userHome: path.join(world.directory, 'home'),
    now: Date.now,
    cwd: () => cwd,
    changeDirectory: () => undefined,
    onStopSignal: () => () => undefined,
    loadOperations: async () => operations,
    loadPrompts: async () => {
      throw new Error('nobody is there to be asked')
    },
  })
  const document = JSON.parse(stdout) as Record<string, unknown>
  const { shape } = jsonDocuments.find((known) => known.title === title)!
  expect({ args, mistakes: shapeMistakes(document, shape) }).toEqual({ args, mistakes: [] })
  expect(exitCode).toBe(document.ok === true ? 0 : 1)
  return document
}

it('is published, found, tagged, shared, warned of and taken back', async () => {
  await json('Identity', ['login', '--username', 'ada', '--email', 'ada@example.com', '--password-stdin'], 'secret\n')
  await json('Publish', ['publish'])
  world.write('left/package.json', JSON.stringify({ name: 'left', version: '1.1.0', license: 'MIT', main: 'left.js' }))
  world.write('left/left.js', 'module.exports = 1\n')
  await json('Publish', ['publish'])

  expect(await json('Search', ['search', 'left'])).toMatchObject({ total: 1, packages: [{ version: '1.1.0' }] })
  expect(await json('Dist-tags', ['dist-tag', 'add', 'left@1.0.0', 'stable'])).toMatchObject({
    tags: { latest: '1.1.0', stable: '1.0.0' },
  })
  expect(await json('Info', ['info', 'left@stable'])).toMatchObject({ version: '1.0.0', owners: ['ada'] })
  expect(await json('Dist-tags', ['dist-tag', 'remove', 'left', 'stable'])).toMatchObject({ tags: { latest: '1.1.0' } })
  expect(await json('Diff', ['diff', 'left', '1.0.0', '1.1.0'])).toMatchObject({
    files: [{ path: 'package.json' }, { path: 'left.js', change: 'added' }],
  })
  expect(await json('Deprecate', ['deprecate', 'left@1.0.0', 'use 1.1'])).toMatchObject({ versions: ['1.0.0'] })
  expect(await json('Info', ['info', 'left@1.0.0'])).toMatchObject({ deprecated: 'use 1.1' })

  expect(await json('Failure', ['owner', 'add', 'left', 'nobody'])).toMatchObject({ ok: false })
  expect(await json('Owners', ['owner', 'list', 'left'])).toMatchObject({ owners: [{ name: 'ada' }] })
  const made = await json(
    'New token',
    ['token', 'create', '--name', 'ci', '--read-only', '--password-stdin'],
    'secret\n',
  )
  const key = String(made.key)
  expect(await json('Tokens', ['token', 'list'])).toMatchObject({
    tokens: expect.arrayContaining([expect.objectContaining({ key, name: 'ci', readOnly: true })]),
  })
  await json('Revoked token', ['token', 'revoke', key])
  const { tokens } = (await json('Tokens', ['token', 'list'])) as { tokens: readonly { readonly key: string }[] }
  expect(tokens.map((token) => token.key)).not.toContain(key)

  expect(await json('Unpublish', ['unpublish', 'left@1.0.0', '--yes'])).toMatchObject({ version: '1.0.0' })
  expect(await json('Info', ['info', 'left'])).toMatchObject({ versions: ['1.1.0'] })
})

it('what is locked is audited, listed with its terms, and looked after', async () => {
  await world.publish('base', '1.0.0')
  const ignore = (expires: string) => ({ id: 'GHSA-aaaa-bbbb-cccc', reason: 'not reached', expires })
  const manifest = (ignored: readonly object[]) => ({
    name: 'shop',
    version: '1.0.0',
    dependencies: { base: '1.0.0' },
    alkahest: { audit: { ignore: ignored } },
  })
  cwd = world.newProject('shop', manifest([]))
  await json('Install', ['install'])
  expect(await json('Audit', ['audit'])).toMatchObject({ packages: 1, advisories: [] })
  world.proxy.setFault(/advisories\/bulk/, {
    kind: 'answer',
    status: 200,
    type: 'application/json',
    body: JSON.stringify({ base: [advisory] }),
  })
  expect(await json('Failure', ['audit'])).toMatchObject({ error: { code: 'ADVISORIES_FOUND' } })
  world.write('shop/package.json', JSON.stringify(manifest([ignore('2999-01-01')])))
  expect(await json('Audit', ['audit'])).toMatchObject({
    ignored: [{ id: 'GHSA-aaaa-bbbb-cccc', reason: 'not reached' }],
  })
  world.write('shop/package.json', JSON.stringify(manifest([ignore('2020-01-01')])))
  expect(await json('Failure', ['audit'])).toMatchObject({ error: { code: 'ADVISORIES_FOUND' } })
  world.proxy.setFault(/advisories\/bulk/, undefined)

  expect(await json('Licenses', ['licenses'])).toMatchObject({ packages: [{ name: 'base', license: null }] })
  expect(await json('Bill of materials', ['sbom'])).toMatchObject({ sbom: { bomFormat: 'CycloneDX' } })
  expect(await json('Doctor', ['doctor'])).toMatchObject({ checks: expect.any(Array) })
})

/** Real Hex clients against a running registry, on both indexes: Debian's rebar3, and the hex_core inside it. */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { tempTree } from '@alkahest/test-support'
import type { TempTree } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askHex, publishHex } from '../e2e/hex-requests.ts'
import { run, serve } from '../e2e/registry-process.ts'
import type { ServeProcess } from '../e2e/registry-process.ts'
import { login } from '../e2e/registry-requests.ts'
import { forgetFetched, hasRebar3, otpLibrary, REBAR3, rebar3, runProgram, writeRebarProject } from './hex-rebar3.ts'
import type { RebarProject } from './hex-rebar3.ts'
import { findPostgres, startPostgres } from './registry-postgres.ts'
import type { PrivatePostgres } from './registry-postgres.ts'

const bin = await findPostgres()
const driver = path.join(import.meta.dirname, 'hex-driver.escript')

let postgres: PrivatePostgres | undefined

beforeAll(async () => {
  postgres = bin === undefined ? undefined : await startPostgres(bin)
})
afterAll(() => postgres?.[Symbol.asyncDispose]())

describe.skipIf(!hasRebar3())('Hex clients', () => {
  describe.each(['SQLite', ...(bin === undefined ? [] : ['PostgreSQL'])])('on %s', (database) => {
    let tree: TempTree
    let registry: ServeProcess
    let token: string
    let publicKey: string
    let index: readonly string[]

    const target = () => ({ url: registry.ready.url, token })
    const project = (name: string, change: Partial<RebarProject> = {}): RebarProject => ({
      folder: path.join(tree.path, name),
      home: path.join(tree.path, `${name}-home`),
      repository: 'alkahest',
      url: `${registry.ready.url}repo`,
      publicKey,
      deps: ['bar'],
      ...change,
    })

    beforeAll(async () => {
      tree = await tempTree()
      const url = database === 'SQLite' ? undefined : await postgres?.createDatabase()
      index = url === undefined ? [] : ['--database-url', url]
      registry = await serve(['--data', 'data', '--upstream', 'none', ...index], { cwd: tree.path })
      token = (await login(registry.ready, { name: 'alice', password: 'secret' })).json.token
      publicKey = (await askHex(registry.ready, 'repo/public_key')).bytes.toString()
      for (const wanted of [
        otpLibrary('foo', '1.0.0'),
        otpLibrary('foo', '1.1.0'),
        otpLibrary('bar', '1.0.0', { foo: '~> 1.0' }),
      ])
        await publishHex(target(), wanted)
    })
    afterAll(async () => {
      await registry[Symbol.asyncDispose]()
      await tree[Symbol.asyncDispose]()
    })

    test('hex_core makes users and keys, publishes, verifies, retires and reverts', async () => {
      const folder = path.join(tree.path, 'driver')
      const ran = await runProgram('/usr/bin/escript', [driver, REBAR3, folder, registry.ready.url, 'alkahest'], {
        folder: tree.path,
        home: tree.path,
      })
      expect(ran.output.replaceAll(/\s*\n\s+/g, ' ')).toBe(
        [
          'user: 201',
          'keys: 200',
          'me: erl',
          'read_key_publishes: 401 key not authorized for this action',
          'publish: 201',
          'publish_again: 201',
          'publish_other: 422 Validation error(s) #{<<"inserted_at">> => <<"is published already, and a published version never changes here: publish another one">>}',
          'nobody_publishes: 401 missing authentication information',
          'package: [#{app => <<"dep_app">>,optional => true,package => <<"dep">>, requirement => <<"~> 1.0">>}]',
          'package_with_etag: 304',
          'names: [<<"bar">>,<<"erl_pkg">>,<<"foo">>]',
          'versions: [[<<"1.0.0">>],[<<"1.0.0">>],[<<"1.0.0">>,<<"1.1.0">>]]',
          'tarball_with_etag: 304',
          'wrong_name: error unverified',
          'wrong_key: error unverified',
          'missing: 404',
          'retire: 204',
          'retired: #{message => <<"leaks">>,reason => \'RETIRED_SECURITY\'}',
          'retired_indexes: [[],[0],[]]',
          'unretire: 204',
          'second_user: 201',
          'owner_add: 204',
          'owners: [{<<"erl">>,<<"full">>},{<<"second">>,<<"maintainer">>}]',
          'owner_remove: 204',
          'search: [<<"erl_pkg">>]',
          'revert: 204',
          'reverted: 404',
          'key_delete: 200',
          'deleted_key: 401 invalid API key',
          '',
        ].join('\n'),
      )
    })

    test('rebar3 resolves, fetches, compiles, locks, shows and upgrades', async () => {
      const app = project('app')
      await writeRebarProject(app)
      const fetched = await rebar3(app, 'get-deps')
      expect([fetched.code, fetched.output]).toEqual([0, expect.stringContaining('Fetching bar v1.0.0')])
      const compiled = await rebar3(app, 'compile')
      expect([compiled.code, compiled.output]).toEqual([0, expect.stringContaining('Compiling app')])
      const lock = await readFile(path.join(app.folder, 'rebar.lock'), 'utf8')
      expect(lock).toMatch(/\{<<"bar">>,\{pkg,<<"bar">>,<<"1\.0\.0">>\},0\}/)
      expect(lock).toMatch(/\{<<"foo">>,\{pkg,<<"foo">>,<<"1\.1\.0">>\},1\}/)
      expect(lock).toMatch(/pkg_hash_ext/)
      expect((await rebar3(app, 'tree')).output).toMatch(
        /bar.1\.0\.0 \(hex package\)[\s\S]*foo.1\.1\.0 \(hex package\)/,
      )
      await publishHex(target(), otpLibrary('foo', '1.2.0'))
      // The lock decides, also with nothing cached, until it is asked for.
      await forgetFetched(app)
      expect((await rebar3(app, 'tree')).output).toMatch(/foo.1\.1\.0/)
      const upgraded = await rebar3(app, 'upgrade', '--all')
      expect([upgraded.code, upgraded.output]).toEqual([0, expect.stringContaining('foo v1.2.0')])
    })

    test('rebar3 pkgs tells about a package from the API', async () => {
      const app = project('pkgs', { api: `${registry.ready.url}api` })
      await writeRebarProject(app)
      const { output } = await rebar3(app, 'pkgs', 'bar')
      expect(output).toMatch(/Name: bar[\s\S]*Description: the package bar[\s\S]*Licenses: MIT[\s\S]*Versions: 1\.0\.0/)
    })

    test('rebar3 believes neither another key, nor another name, nor other bytes', async () => {
      await publishHex(target(), otpLibrary('tampered', '1.0.0'))
      const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
      const otherKey = other.export({ format: 'pem', type: 'spki' }).toString()
      const wrongKey = project('wrong-key', { publicKey: otherKey })
      await writeRebarProject(wrongKey)
      const first = await rebar3(wrongKey, 'get-deps')
      expect([first.code, first.output]).toEqual([
        1,
        expect.stringMatching(/Package not found in any repo: bar|bad_signature|unverified/),
      ])
      const wrongName = project('wrong-name', { repository: 'acme' })
      await writeRebarProject(wrongName)
      const second = await rebar3(wrongName, 'get-deps')
      expect([second.code, second.output]).toEqual([
        1,
        expect.stringMatching(/Package not found in any repo: bar|unverified|bad_repo_name/),
      ])
      await tamper(path.join(tree.path, 'data'), 'tampered')
      const tampered = project('tampered', { deps: ['tampered'] })
      await writeRebarProject(tampered)
      const third = await rebar3(tampered, 'get-deps')
      // rebar3 3.19 refuses it with a crash of its own.
      expect(third.code).not.toBe(0)
      expect(third.output).toContain('{hex_tarball,')
      const verified = await run(['verify', '--data', 'data', ...index], { cwd: tree.path })
      expect([verified.code, verified.stdout]).toEqual([1, expect.stringContaining('hex:alkahest/tampered@1.0.0')])
    })

    test('rebar3 fetches from an organisation with a key, and not without', async () => {
      await askHex(target(), 'api/orgs', { method: 'POST', key: token, body: { name: 'team' } })
      await publishHex(target(), otpLibrary('inner', '1.0.0'), { organisation: 'team' })
      const url = `${registry.ready.url}repo/repos/team`
      const without = project('org-without', { repository: 'team', url, deps: ['inner'] })
      await writeRebarProject(without)
      expect((await rebar3(without, 'get-deps')).code).toBe(1)
      const key = (await askHex(target(), 'api/orgs/team/keys', { method: 'POST', key: token, body: { name: 'ci' } }))
        .value.secret
      const withKey = project('org-with', { repository: 'team', url, deps: ['inner'], key })
      await writeRebarProject(withKey)
      const fetched = await rebar3(withKey, 'get-deps')
      expect([fetched.code, fetched.output]).toEqual([0, expect.stringContaining('Fetching inner v1.0.0')])
    })

    test('rebar3 fetches from an exported folder', async () => {
      const exported = await run(['export', '--hex', 'out', '--data', 'data', ...index], { cwd: tree.path })
      expect([exported.code, exported.stderr]).toEqual([0, ''])
      const files = await serveFolder(path.join(tree.path, 'out'))
      try {
        const app = project('from-files', { url: files.url, deps: ['{bar, "1.0.0"}'] })
        await writeRebarProject(app)
        const fetched = await rebar3(app, 'get-deps')
        expect([fetched.code, fetched.output]).toEqual([0, expect.stringContaining('Fetching bar v1.0.0')])
      } finally {
        await files.close()
      }
    })

    /** One byte of a tarball on disk. */
    async function tamper(data: string, name: string): Promise<void> {
      const { bytes } = await askHex(target(), `repo/tarballs/${name}-1.0.0.tar`)
      const hex = createHash('sha512').update(bytes).digest('hex')
      const changed = Buffer.from(bytes)
      const at = changed.indexOf('contents.tar.gz') + 600
      changed[at] = (changed[at] ?? 0) ^ 1
      await writeFile(path.join(data, 'blobs/sha512', hex.slice(0, 2), hex), changed)
    }
  })
})

/** What nginx does: files with an ETag. */
async function serveFolder(folder: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = http.createServer((request, response) => {
    readFile(path.join(folder, path.normalize(request.url ?? '/'))).then(
      (bytes) => response.writeHead(200, { etag: `"${createHash('sha256').update(bytes).digest('hex')}"` }).end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => {
        resolve()
      })
    })
  return { url: `http://127.0.0.1:${port}`, close }
}

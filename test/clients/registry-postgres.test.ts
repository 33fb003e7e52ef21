import { tempTree } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hexIndexConformance } from '../../apps/registry/test/hex-index-conformance.ts'
import { indexConformance } from '../../apps/registry/test/index-conformance.ts'
import { schemaConformance } from '../../apps/registry/test/schema-conformance.ts'
import { openPostgres } from '../../apps/registry/src/index/postgres-database.ts'
import { openSqlIndex } from '../../apps/registry/src/index/sql-index.ts'
import { killWhilePublishingHex } from '../e2e/hex-kills.ts'
import { askHex, publishHex, readRecord } from '../e2e/hex-requests.ts'
import { killWhilePublishing } from '../e2e/registry-kills.ts'
import { run, serve } from '../e2e/registry-process.ts'
import { ask, login, publish } from '../e2e/registry-requests.ts'
import { findPostgres, startPostgres } from './registry-postgres.ts'
import type { PrivatePostgres } from './registry-postgres.ts'

const bin = await findPostgres()

describe.skipIf(bin === undefined)('PostgreSQL', () => {
  let postgres: PrivatePostgres

  beforeAll(async () => {
    postgres = await startPostgres(bin!)
  })
  afterAll(() => postgres[Symbol.asyncDispose]())

  describe('the laws of the index', () => {
    const open = async () => openSqlIndex(openPostgres(await postgres.createDatabase()))
    indexConformance(open)
    hexIndexConformance(open)
  })

  describe('the schema', () => {
    schemaConformance(async () => {
      const url = await postgres.createDatabase()
      return () => openPostgres(url)
    })
  })

  test('two replicas that start at once migrate once', async () => {
    const url = await postgres.createDatabase()
    const both = await Promise.all([openSqlIndex(openPostgres(url)), openSqlIndex(openPostgres(url))])
    for (const index of both) {
      expect(await index.counts()).toEqual({ packages: 0, versions: 0 })
      await index.close()
    }
  })

  test('two replicas on one database and one folder serve and accept publishes', async () => {
    await using tree = await tempTree()
    const args = [
      '--data',
      'data',
      '--upstream',
      'none',
      '--database-url',
      await postgres.createDatabase(),
      '--public-url',
      'http://registry.example/',
    ]
    await using one = await serve(args, { cwd: tree.path })
    await using two = await serve(args, { cwd: tree.path })
    const at = (replica: typeof one) => `http://127.0.0.1:${replica.ready.port}/`
    const { token } = (await login({ url: at(one) }, { name: 'alice', password: 'secret' })).json
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        publish({ url: at(index % 2 === 0 ? one : two), token }, `raced 1.0.0: dep-${index} ^1`),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const versions = Array.from({ length: 20 }, (_, patch) => `1.0.${patch + 1}`)
    await Promise.all(
      versions.map((version, index) => publish({ url: at(index % 2 === 0 ? one : two), token }, `raced ${version}:`)),
    )
    const [fromOne, fromTwo] = [await ask(`${at(one)}raced`), await ask(`${at(two)}raced`)]
    expect(Object.keys(fromOne.json.versions)).toEqual(['1.0.0', ...versions])
    expect([fromTwo.text, fromTwo.headers.get('etag')]).toEqual([fromOne.text, fromOne.headers.get('etag')])
    expect((await ask(`${at(two)}raced/-/raced-1.0.7.tgz`)).status).toBe(200)
  })

  test('two replicas are one Hex repository: one winner of a race, and the same signed bytes', async () => {
    await using tree = await tempTree()
    const flags = ['--data', 'data', '--upstream', 'none', '--database-url', await postgres.createDatabase()]
    await using one = await serve(flags, { cwd: tree.path })
    // The key is made when it is first asked for, and replicas share it.
    await askHex(one.ready, 'repo/public_key')
    await using two = await serve(flags, { cwd: tree.path })
    const { token } = (await login(one.ready, { name: 'alice', password: 'secret' })).json
    const replica = (index: number) => ({ url: (index % 2 === 0 ? one : two).ready.url, token })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        publishHex(replica(index), { name: 'raced', version: '1.0.0', requirements: { [`dep_${index}`]: '~> 1.0' } }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const versions = Array.from({ length: 20 }, (_, patch) => `1.0.${patch + 1}`)
    await Promise.all(versions.map((version, index) => publishHex(replica(index), { name: 'raced', version })))
    for (const path of ['names', 'versions', 'packages/raced', 'tarballs/raced-1.0.7.tar']) {
      const [first, second] = [await askHex(one.ready, `repo/${path}`), await askHex(two.ready, `repo/${path}`)]
      expect([path, first.status, first.headers.get('etag')]).toEqual([path, 200, second.headers.get('etag')])
      expect(first.bytes.equals(second.bytes)).toBe(true)
    }
    const record = await readRecord(two.ready, 'repo/packages/raced')
    expect(typeof record === 'number' ? record : record.releases.map(({ version }) => version)).toEqual([
      '1.0.0',
      ...versions,
    ])
  })

  test('20 kills under concurrent publishes of Hex packages', async () => {
    await using tree = await tempTree()
    const flags = ['--database-url', await postgres.createDatabase()]
    const report = await killWhilePublishingHex({ folder: tree.path, kills: 20, seed: 7, flags })
    expect(report.broken).toEqual([])
  })

  test('20 kills under concurrent publishes', async () => {
    await using tree = await tempTree()
    const flags = ['--database-url', await postgres.createDatabase()]
    const report = await killWhilePublishing({ folder: tree.path, kills: 20, seed: 7, flags })
    expect(report.broken).toEqual([])
  })

  test('a newer schema is refused', async () => {
    await using tree = await tempTree()
    const url = await postgres.createDatabase()
    const database = openPostgres(url)
    await (await openSqlIndex(database)).claim('a', '2026-01-01T00:00:00.000Z')
    await database.all('INSERT INTO schema_step (number) VALUES (1000)')
    await database.close()
    const { code, stderr } = await run(['claim', '--list', '--database-url', url], { cwd: tree.path })
    expect([code, stderr.startsWith('error REGISTRY_SCHEMA_NEWER ')]).toEqual([1, true])
  })
})

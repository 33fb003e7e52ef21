/** Kills under concurrent publishes of Hex packages, on each index: PostgreSQL is Debian's, and counted as skipped where there is none. */
import { tempTree } from '@alkahest/test-support'
import { describe, expect, test } from 'vitest'
import { findPostgres, startPostgres } from '../clients/registry-postgres.ts'
import { killWhilePublishingHex } from '../e2e/hex-kills.ts'

const KILLS = 300
const postgres = await findPostgres()

describe('every acknowledged version is whole', () => {
  test('after 20 kills', { timeout: 180_000 }, async () => {
    await using tree = await tempTree()
    const report = await killWhilePublishingHex({ folder: tree.path, kills: 20, seed: 20_261_122 })
    expect(report.broken).toEqual([])
    expect(report.acknowledged).toBeGreaterThan(0)
  })

  test(`after ${KILLS} kills, on SQLite`, async () => {
    await using tree = await tempTree()
    const report = await killWhilePublishingHex({ folder: tree.path, kills: KILLS, seed: 42 })
    expect(report.broken).toEqual([])
    expect(report.acknowledged).toBeGreaterThan(KILLS)
  })

  test.skipIf(postgres === undefined)(`after ${KILLS} kills, on PostgreSQL`, async () => {
    await using server = await startPostgres(postgres!)
    await using tree = await tempTree()
    const flags = ['--database-url', await server.createDatabase()]
    const report = await killWhilePublishingHex({ folder: tree.path, kills: KILLS, seed: 42, flags })
    expect(report.broken).toEqual([])
    expect(report.acknowledged).toBeGreaterThan(KILLS)
  })
})

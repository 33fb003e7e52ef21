import { tempTree } from '@alkahest/test-support'
import type { TempTree } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPostgres, startPostgres } from '../clients/registry-postgres.ts'
import { killWhilePublishing } from '../e2e/registry-kills.ts'
import { writeRegistryProgram } from '../pack/registry-program.ts'

const KILLS = 300

/** A kill takes a start, a few publishes and a killed process: under a second of an idle machine, several of a busy one. */
const TIMEOUT_MS = KILLS * 15_000

const bin = await findPostgres()

describe('300 kills under concurrent publishes: every acknowledged version is whole', () => {
  let tree: TempTree
  let program: string

  beforeAll(async () => {
    tree = await tempTree()
    program = await writeRegistryProgram(tree.path)
  }, 60_000)
  afterAll(() => tree[Symbol.asyncDispose]())

  test('on SQLite', { timeout: TIMEOUT_MS }, async () => {
    await using folder = await tempTree()
    const report = await killWhilePublishing({ folder: folder.path, kills: KILLS, seed: 42, program })
    expect(report.broken).toEqual([])
    expect(report.acknowledged).toBeGreaterThanOrEqual(KILLS)
  })

  test.skipIf(bin === undefined)('on PostgreSQL', { timeout: TIMEOUT_MS }, async () => {
    await using folder = await tempTree()
    await using postgres = await startPostgres(bin!)
    const flags = ['--database-url', await postgres.createDatabase()]
    const report = await killWhilePublishing({ folder: folder.path, kills: KILLS, seed: 43, flags, program })
    expect(report.broken).toEqual([])
    expect(report.acknowledged).toBeGreaterThanOrEqual(KILLS)
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { openSqlIndex } from '../src/index/sql-index.ts'
import { openSqlite } from '../src/index/sqlite-database.ts'
import { hexIndexConformance } from './hex-index-conformance.ts'
import { indexConformance } from './index-conformance.ts'
import { additiveSteps, schemaConformance } from './schema-conformance.ts'

let folder: string
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alkahest-index-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('SQLite', () => {
  const open = () => openSqlIndex(openSqlite(join(folder, `${count++}.sqlite`)))
  indexConformance(open)
  hexIndexConformance(open)
  schemaConformance(async () => {
    const file = join(folder, `${count++}.sqlite`)
    return () => openSqlite(file)
  })
  additiveSteps()
})

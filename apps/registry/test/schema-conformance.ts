/** An upgrade replica by replica: for a while programs of schema N and N-1 run on one database, for every implementation of it. */
import type { Integrity, PackageName, Version } from '@alkahest/core'
import { expect, test } from 'vitest'
import { schemaSteps } from '../src/index/schema.ts'
import type { SchemaSteps } from '../src/index/schema.ts'
import { openSqlIndex } from '../src/index/sql-index.ts'
import type { SqlDatabase } from '../src/index/sql-database.ts'
import type { Index, Publication } from '../src/ports/package-index.ts'

/** As the next version of this program would have them: a column more, a table more. */
const nextSteps: SchemaSteps = [
  ...schemaSteps,
  ["ALTER TABLE package ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'", 'CREATE TABLE mood (name TEXT PRIMARY KEY)'],
]

function publicationOf(name: string, version: string): Publication {
  return {
    name: name as PackageName,
    version: version as Version,
    full: JSON.stringify({ name, version, dist: { tarball: '' } }),
    abbreviated: JSON.stringify({ name, version, dist: { tarball: '' } }),
    tarball: { integrity: `sha512-${name}${version}` as Integrity, size: 1 },
    tags: ['latest'],
    access: 'public',
    readme: undefined,
    provenance: undefined,
    search: { description: '', keywords: [] },
    by: 'alice',
    administrator: false,
    at: '2026-01-01T00:00:00.000Z',
  }
}

/** @param connect makes connections to one fresh database */
export function schemaConformance(connect: () => Promise<() => SqlDatabase>): void {
  test('two programs, one a step of the schema behind, publish to one database and read what the other wrote', async () => {
    const open = await connect()
    const older = await openSqlIndex(open())
    // The newer one starts while the older one runs: that is where it adds its step.
    const newer = await openSqlIndex(open(), nextSteps)
    const name = 'a' as PackageName
    const indexes: readonly Index[] = [older, newer]
    const versions = Array.from({ length: 10 }, (_, patch) => `1.0.${patch}`)
    const outcomes = await Promise.all(
      versions.map((version, index) => indexes[index % 2]!.publish(publicationOf('a', version))),
    )
    expect(outcomes.map(({ kind }) => kind)).toEqual(versions.map(() => 'published'))
    const race = await Promise.all(
      indexes.map((index) => index.publish({ ...publicationOf('b', '1.0.0'), by: String(index === newer) })),
    )
    expect(race.filter(({ kind }) => kind === 'published')).toHaveLength(1)
    for (const index of indexes) {
      expect((await index.read(name))?.versions.map(({ version }) => version)).toEqual(versions)
      await index.close()
    }
  })

  test('a program that starts on a newer schema than its own refuses, and changes nothing', async () => {
    const open = await connect()
    const newer = await openSqlIndex(open(), nextSteps)
    const database = open()
    await expect(openSqlIndex(database)).rejects.toThrow(
      `the registry's database has schema ${nextSteps.length}, but this program knows ${schemaSteps.length}`,
    )
    expect(await database.all('SELECT COUNT(*) AS steps FROM schema_step')).toMatchObject([
      { steps: expect.anything() },
    ])
    await database.close()
    expect((await newer.publish(publicationOf('a', '1.0.0'))).kind).toBe('published')
    await newer.close()
  })
}

/** What an older program does not know of must not stop it: no step takes away, renames, or asks for a value that it does not give. */
export function additiveSteps(): void {
  test('every step of the schema only adds', () => {
    const statements = schemaSteps.slice(1).flat()
    const taking = /\b(DROP|RENAME|ALTER COLUMN)\b/i
    expect(statements.filter((statement) => taking.test(statement))).toEqual([])
    const demanding = statements.filter(
      (statement) => /ADD COLUMN/i.test(statement) && /NOT NULL/i.test(statement) && !/DEFAULT/i.test(statement),
    )
    expect(demanding).toEqual([])
  })
}

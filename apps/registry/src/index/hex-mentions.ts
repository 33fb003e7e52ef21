/** Which Hex packages speak of another one in what they require, looked for a part at a time. */
import { setImmediate } from 'node:timers/promises'
import { asJsonObject, parseJson } from '@alkahest/core'
import type { HexMention } from '../ports/hex-index.ts'
import { hexStatements as statements } from './hex-statements.ts'
import type { SqlDatabase } from './sql-database.ts'

/** Looked through in one statement: some milliseconds. */
const PACKAGES_AT_ONCE = 250

export async function findHexMentions(
  database: SqlDatabase,
  name: string,
  repositories: readonly string[],
): Promise<readonly HexMention[]> {
  const found: HexMention[] = []
  const pattern = `%"name":${JSON.stringify(name).replace(/[~%_]/g, '~$&')}%`
  for (const repository of repositories) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const [ahead] = await database.all(statements.packageAhead, [repository, after, PACKAGES_AT_ONCE - 1])
      const until = ahead === undefined ? undefined : String(ahead.name)
      const rows = await database.all(statements.mentioning, [repository, after, until ?? null, pattern])
      const byPackage = Map.groupBy(rows, (row) => String(row.package))
      for (const [mentioning, versions] of byPackage) {
        found.push({
          repository,
          name: mentioning,
          versions: versions.map(({ version, facts }) => ({
            version: String(version),
            facts: asJsonObject(parseJson(String(facts), 'a row of the index')) ?? {},
          })),
        })
      }
      after = until
      // On SQLite each statement holds the event loop: whoever else waits comes first.
      await setImmediate()
    }
  }
  return found
}

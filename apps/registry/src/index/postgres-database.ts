/**
 * PostgreSQL by pg: a pool of connections, so that any number of replicas can stand on one database.
 *
 * Why two writers of one package follow each other: the first statement of every change takes the package's row, and PostgreSQL holds it until the
 * transaction ends. What then still collides (a deadlock, a serialisation failure, two replicas that migrate at once) is run again from the
 * beginning: a transaction does nothing but ask and write through what it is given.
 */
import pg from 'pg'
import type { SqlDatabase, SqlReader, SqlRow, SqlValue } from './sql-database.ts'

const CONNECTIONS_MAX = 16
const CONNECT_TIMEOUT_MS = 10_000

/** A statement that takes longer than this has gone wrong. */
const STATEMENT_TIMEOUT_MS = 60_000

const ATTEMPTS_MAX = 5

/** serialization_failure, deadlock_detected, unique_violation and duplicate_table: told to the loser of a race. */
const RACE_CODES = new Set(['40001', '40P01', '23505', '42P07'])

export function openPostgres(url: string): SqlDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  })
  // An idle connection that breaks is replaced by the next request; without a listener it would end the process.
  pool.on('error', () => undefined)
  return new PostgresDatabase(pool)
}

class PostgresDatabase implements SqlDatabase {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  all(statement: string, parameters: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return rowsOf(this.#pool, statement, parameters)
  }

  async transaction<Result>(work: (writer: SqlReader) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(work)
      } catch (cause) {
        const { code } = cause as { code?: unknown }
        if (typeof code !== 'string' || !RACE_CODES.has(code) || attempt === ATTEMPTS_MAX) throw cause
      }
    }
  }

  stamp(): undefined {
    return undefined
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  async #attempt<Result>(work: (writer: SqlReader) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect()
    let broken: Error | undefined
    try {
      await client.query('BEGIN')
      const result = await work({ all: (statement, parameters = []) => rowsOf(client, statement, parameters) })
      await client.query('COMMIT')
      return result
    } catch (cause) {
      await client.query('ROLLBACK').catch((failure: unknown) => {
        broken = failure as Error
      })
      throw cause
    } finally {
      // One that could not be rolled back is thrown away with whatever state it is in.
      client.release(broken)
    }
  }
}

/** Numbers of 64 bits come as texts from pg; whoever reads them makes numbers of them. */
async function rowsOf(
  connection: Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>,
  statement: string,
  parameters: readonly SqlValue[],
): Promise<readonly SqlRow[]> {
  const { rows } = await connection.query<SqlRow>(statement, [...parameters])
  return rows
}

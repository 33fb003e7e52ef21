/**
 * SQLite by node:sqlite, in WAL mode: one connection that writes and one that reads.
 *
 * Why readers never see half a transaction: they have a connection of their own, and WAL gives each statement the last committed state.
 * Why writers never interleave: they stand in one queue. Whoever waits while a commit is under way is committed together with the others
 * that wait, each inside its own savepoint, since the sync to disk is what a commit costs.
 */
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import type { SqlDatabase, SqlReader, SqlRow, SqlValue } from './sql-database.ts'

/** How long another process (a backup, a claim) may hold the lock before a write fails. */
const BUSY_TIMEOUT_MS = 10_000

/** Committed together at most: bounds how long the event loop is held. */
const BATCH_MAX = 32

/** Pages of 4 KiB after which the log is folded into the file. */
const CHECKPOINT_PAGES = 1000

type Waiting = {
  readonly work: (writer: SqlReader) => Promise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (cause: unknown) => void
}

type Done = { readonly waiting: Waiting; readonly result: unknown }

export function openSqlite(file: string): SqlDatabase {
  return new SqliteDatabase(file)
}

/** Copies one consistent state to a new file, while others may write. */
export async function copySqlite(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true })
  try {
    await copyDatabase(source, to)
  } finally {
    source.close()
  }
}

class SqliteDatabase implements SqlDatabase {
  readonly #writer: Connection
  readonly #reader: Connection
  readonly #queue: Waiting[] = []
  /** What the reader's stamp was found to be in this turn of the loop. */
  #stamp: number | undefined
  #draining: Promise<void> | undefined

  constructor(file: string) {
    this.#writer = new Connection(file)
    this.#reader = new Connection(file)
  }

  async all(statement: string, parameters: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#reader.all(statement, parameters)
  }

  transaction<Result>(work: (writer: SqlReader) => Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as (result: unknown) => void, reject })
      this.#draining ??= this.#drain()
    })
  }

  /**
   * Asked once in each turn of the loop: every request that is handled in a turn had arrived before the turn asked, so none can miss a commit
   * that was answered before it began. Our own commits are seen at once.
   */
  stamp(): number {
    if (this.#stamp === undefined) {
      this.#stamp = this.#reader.stamp()
      setImmediate(this.#forgetStamp)
    }
    return this.#stamp
  }

  async close(): Promise<void> {
    await this.#draining
    this.#writer.close()
    this.#reader.close()
  }

  readonly #forgetStamp = (): void => void (this.#stamp = undefined)

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // One turn of the loop, so that requests which arrive together are committed together.
      await new Promise((resolve) => setImmediate(resolve))
      await this.#commit(this.#queue.splice(0, BATCH_MAX))
    }
    this.#draining = undefined
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const done: Done[] = []
    try {
      this.#writer.execute('BEGIN IMMEDIATE')
      for (const waiting of batch) await this.#attempt(waiting, done)
      this.#writer.execute('COMMIT')
      this.#forgetStamp()
    } catch (cause) {
      this.#writer.rollBack()
      for (const { waiting } of done) waiting.reject(cause)
      // Those that were not reached yet; rejecting one that was already told changes nothing.
      for (const waiting of batch) waiting.reject(cause)
      return
    }
    for (const { waiting, result } of done) waiting.resolve(result)
  }

  /** One of the batch, in a savepoint: its failure is its own. */
  async #attempt(waiting: Waiting, done: Done[]): Promise<void> {
    this.#writer.execute('SAVEPOINT one')
    try {
      const result = await waiting.work(this.#writer)
      this.#writer.execute('RELEASE one')
      done.push({ waiting, result })
    } catch (cause) {
      this.#writer.execute('ROLLBACK TO one')
      this.#writer.execute('RELEASE one')
      waiting.reject(cause)
    }
  }
}

class Connection implements SqlReader {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #dataVersion: StatementSync | undefined

  constructor(file: string) {
    this.#database = new DatabaseSync(file)
    this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    this.#database.exec('PRAGMA journal_mode = WAL')
    // FULL: a commit that was answered survives a power cut, not only a kill.
    this.#database.exec('PRAGMA synchronous = FULL')
    this.#database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  }

  async all(statement: string, parameters: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    let prepared = this.#statements.get(statement)
    if (prepared === undefined) {
      prepared = this.#database.prepare(statement)
      this.#statements.set(statement, prepared)
    }
    const named = Object.fromEntries(parameters.map((value, index) => [`$${index + 1}`, value]))
    return prepared.all(named) as unknown as readonly SqlRow[]
  }

  /** SQLite's own count of commits by other connections: a reader's sees every writer's. */
  stamp(): number {
    this.#dataVersion ??= this.#database.prepare('PRAGMA data_version')
    return Number(this.#dataVersion.get()?.data_version)
  }

  execute(statement: string): void {
    this.#database.exec(statement)
  }

  rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
  }

  close(): void {
    this.#database.close()
  }
}

/**
 * What the index needs of a database. Statements are written in the subset that SQLite and PostgreSQL share, with parameters `$1`, `$2`, ...;
 * an implementation of this port is a connection and nothing more.
 */

export type SqlValue = string | number | null
export type SqlRow = Readonly<Record<string, SqlValue>>

export interface SqlReader {
  all(statement: string, parameters?: readonly SqlValue[]): Promise<readonly SqlRow[]>
}

export interface SqlDatabase extends SqlReader {
  /**
   * Runs the work with exclusive right to write: all of it is durable when this resolves, or none of it happened. The work may be run again
   * after a conflict with another process, so it must do nothing but ask and write through what it is given.
   */
  transaction<Result>(work: (writer: SqlReader) => Promise<Result>): Promise<Result>
  /** See `PackageIndex.stamp`. */
  stamp(): number | undefined
  close(): Promise<void>
}

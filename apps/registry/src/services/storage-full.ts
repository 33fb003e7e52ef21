/** A disk without room: the one failure of the machine that people mend themselves, so it is told apart from all others. */
import { Refusal } from '../refusal.ts'

/** SQLite's own code for "database or disk is full". */
const SQLITE_FULL = 13

/** PostgreSQL's `disk_full`. */
const POSTGRES_DISK_FULL = '53100'

export function isStorageFull(cause: unknown): boolean {
  const { code, errcode } = cause as { readonly code?: unknown; readonly errcode?: unknown }
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === POSTGRES_DISK_FULL) return true
  return code === 'ERR_SQLITE_ERROR' && errcode === SQLITE_FULL
}

/** 507: what was sent is not kept; what was kept before is served as ever. */
export function storageFull(): Refusal {
  return new Refusal(
    507,
    "the registry's disk is full: nothing was kept of this request; what is there is served as before",
  )
}

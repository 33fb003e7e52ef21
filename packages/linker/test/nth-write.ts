/**
 * Does something at the n-th operation that changes the disk, counted over this process: die, or fail as a full disk does. The operations
 * themselves are the real ones.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** What the store and the linker change the disk with. */
const WRITES = [
  'chmodSync',
  'copyFileSync',
  'linkSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'symlinkSync',
  'unlinkSync',
  'writeFileSync',
  'writeSync',
] as const

export type Watch = {
  /** So far. */
  readonly count: () => number
  stop(): void
}

/** Calls `action` before the n-th write; it may throw. */
export function onNthWrite(nth: number, action: (operation: string) => void): Watch {
  return watchWrites((count) => count === nth, action)
}

/** The same before the n-th write and every later one: what cleans up afterwards fails as well. */
export function fromNthWrite(nth: number, action: (operation: string) => void): Watch {
  return watchWrites((count) => count >= nth, action)
}

function watchWrites(isMeant: (count: number) => boolean, action: (operation: string) => void): Watch {
  let count = 0
  const table = fs as unknown as Record<string, (...parameters: unknown[]) => unknown>
  const originals = WRITES.map((name) => [name, table[name]] as const)
  for (const [name, original] of originals) {
    table[name] = (...parameters) => {
      count++
      if (isMeant(count)) action(name)
      return original?.(...parameters)
    }
  }
  syncBuiltinESMExports()
  return {
    count: () => count,
    stop: () => {
      for (const [name, original] of originals) table[name] = original as (...parameters: unknown[]) => unknown
      syncBuiltinESMExports()
    },
  }
}

/** What the system throws when the disk is full. */
export function fullDisk(operation: string): never {
  throw Object.assign(new Error(`ENOSPC: no space left on device, ${operation}`), {
    code: 'ENOSPC',
    syscall: operation,
  })
}

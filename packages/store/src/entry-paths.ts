/** Where things lie in a store. Layout: docs/internals/store.md, "On disk". */
import { join } from 'node:path'
import { integrityAlgorithm, integrityHex } from '@alkahest/core'
import type { Integrity } from '@alkahest/core'
import { INDEX_NAME, storedName } from './stored-name.ts'

/** Hexadecimal digits of a sha512 that name an entry: 256 bits, which nobody can make collide. */
const NAME_LENGTH = 64

export const entryPaths = {
  lock: (store: string): string => join(store, 'lock'),
  packages: (store: string): string => join(store, 'packages'),
  temporary: (store: string): string => join(store, 'temporary'),
  /** Instances that projects share. */
  instances: (store: string): string => join(store, 'instances'),
  /** What projects noted that they use of them. */
  projects: (store: string): string => join(store, 'projects'),
  aliases: (store: string): string => join(store, 'aliases'),
  /** The entry of a sha512. */
  entry: (store: string, integrity: Integrity): string =>
    join(store, 'packages', integrityHex(integrity).slice(0, NAME_LENGTH)),
  /** Names the sha512 that was found under a weaker hash. */
  alias: (store: string, integrity: Integrity): string =>
    join(store, 'aliases', `${integrityAlgorithm(integrity)}-${integrityHex(integrity)}`),
  /** Inside an entry, or inside the temporary folder that becomes one. */
  index: (entry: string): string => `${entry}/${INDEX_NAME}`,
  file: (entry: string, path: string): string => `${entry}/${storedName(path)}`,
} as const

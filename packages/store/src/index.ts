/** Table of contents: packages on disk, once per machine. */
export { openStore } from './store.ts'
export type { PutRequest, Store, StoreOptions } from './store.ts'
export { storedFile } from './stored-package.ts'
export type { StoredFile, StoredPackage } from './stored-package.ts'
export { storedName } from './stored-name.ts'
export type { CollectReport, DamagedEntry, StoreSize, VerifyReport } from './upkeep.ts'
export { lockFile, tryLockFile } from './file-lock.ts'
export type { FileLock, LockFileOptions, LockMode } from './file-lock.ts'

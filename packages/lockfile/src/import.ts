/** Table of contents of `@alkahest/lockfile/import`: other tools' lockfiles. Apart, because a YAML reader costs start-up time. */
export { importPackageLock } from './import-package-lock.ts'
export { importPnpmLock } from './import-pnpm-lock.ts'
export { withAskedRanges } from './asked-ranges.ts'

/** Table of contents: a resolution as text and back, and what it does not answer. */
export type { Lockfile } from './lockfile.ts'
export { parseLockfile } from './parse-lockfile.ts'
export { formatLockfile } from './format-lockfile.ts'
export { compareWithManifests } from './compare-with-manifests.ts'
export type { LockfileDrift, WantedMember } from './compare-with-manifests.ts'
export { lockfileFor } from './subset.ts'

/** What a lockfile is, once it was read. Format: docs/formats/lockfile.md */
import type { Resolution } from '@alkahest/core'

export type Lockfile = {
  /** Members have no version here: it follows from the manifests. */
  readonly resolution: Resolution
  /** What changed the resolution besides the manifests, as key to text. */
  readonly settings: Readonly<Record<string, string>>
  /** Two sides of a merge in one, or edges to packages that are missing: good as preferences, never as an answer. */
  readonly isConflicted?: true
}

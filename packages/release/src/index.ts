/** Table of contents: a project becomes a release. */
export { assembleRelease } from './assemble.ts'
export type { PackageFolder, ReleaseHost, ReleaseReport, RuntimeFiles } from './assemble.ts'
export type {
  ChildConfiguration,
  ReadyKind,
  ReleaseConfiguration,
  RestartKind,
  Strategy,
} from './configuration.ts'
export type { Placement } from './dependencies.ts'
export { planRelease } from './release.ts'
export type { Release, ReleaseOptions, ReleaseStep } from './release.ts'
export { textFile, withFiles } from './release-file.ts'
export type { ReleaseFile, ReleaseTree } from './release-file.ts'
export { hostTarget, parseTarget, platformOfTarget, releaseTargets } from './target.ts'
export type { ReleaseTarget } from './target.ts'

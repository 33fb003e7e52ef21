/** Table of contents: requirements and a source of packages in, a resolution or an explanation out. */
export { explainFailure, explanationLines, failureError, resolve } from './resolve.ts'
export type {
  DeprecatedPackage,
  ExternalPackage,
  ExternalRequest,
  HeldBack,
  InputMember,
  PackageSource,
  PeerConflict,
  ResolutionFailure,
  ResolutionSettings,
  ResolveCounts,
  Resolved,
  ResolveInput,
  ResolveOutcome,
} from './resolve-input.ts'
export type { Explanation, Suggestion } from './explanation.ts'
export { Trials } from './trials.ts'
export { lockedCandidate } from './locked.ts'
export { settingsOf } from './settings.ts'
export { wantedMembers } from './wanted-members.ts'
export type { WantedMember } from './wanted-members.ts'
export { computeInstances, isMemberInstance } from './instances.ts'
export { explainWhy } from './why.ts'
export type { WhyReport, WhyRequirement, WhyStep, WhyVersion } from './why.ts'
export { holdersOf } from './holders.ts'
export type { Holder } from './holders.ts'
export { namesBelow } from './names-below.ts'
export { computeOutdated } from './outdated.ts'
export type { OutdatedOutcome, OutdatedRow } from './outdated.ts'
export { whyNot } from './why-not.ts'
export type { WhyNotOutcome, WhyNotQuestion } from './why-not.ts'

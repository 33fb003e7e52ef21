/** Table of contents: the nouns that every package shares. */
export { Bug, invariant, UserError, userError } from './errors.ts'
export type { UserErrorOptions } from './errors.ts'
export { errorCodes } from './error-codes.ts'
export type { ErrorCode, ErrorCodeEntry } from './error-codes.ts'
export { asJsonObject, parseJson } from './json.ts'
export type { Json, JsonObject, ParseJsonOptions } from './json.ts'
export { isNewPackageName, isPackageName, parsePackageName, scopeOf, unscopedName } from './package-name.ts'
export type { PackageName } from './package-name.ts'
export {
  asVersion,
  comparePrereleases,
  compareVersionParts,
  compareVersions,
  isPrerelease,
  majorOf,
  parseVersion,
  versionParts,
} from './version.ts'
export type { Version, VersionParts } from './version.ts'
export { asRange, parseRange, rangeHas, versionsInRange } from './range.ts'
export type { Range, RangeHasOptions } from './range.ts'
export { parseSpecifier } from './specifier.ts'
export type { Specifier } from './specifier.ts'
export { parseManifest } from './manifest.ts'
export type { Manifest, ManifestOverrides, Policy } from './manifest.ts'
export {
  asIntegrity,
  computeIntegrity,
  integrityAlgorithm,
  integrityHex,
  integrityMismatch,
  integrityOfShasum,
  parseIntegrity,
  verifyIntegrity,
} from './integrity.ts'
export type { Integrity } from './integrity.ts'
export { platformAllows } from './platform.ts'
export type { Platform, PlatformFields } from './platform.ts'
export type { Candidate, CandidateDist, DependencyMap, PackageVersions } from './candidate.ts'
export { memberId, memberPathOf, packageIdOf, registryPackageId } from './resolution.ts'
export type {
  AcceptedPeerConflict,
  EdgeKind,
  PackageId,
  PeerRequirement,
  Resolution,
  ResolvedEdge,
  ResolvedMember,
  ResolvedPackage,
  Source,
} from './resolution.ts'
export { userAgent } from './user-agent.ts'
export { plainInstanceId } from './instance-graph.ts'
export type { Instance, InstanceGraph, InstanceId, MemberDependency, MemberInstance } from './instance-graph.ts'
export { configTypes, configTypesName } from './config-types.ts'

/** Table of contents: what travels between an npm client and a registry. */
export { canonicalPath, encodeName, isServedName, routes, tarballFileName } from './routes.ts'
export { acceptAbbreviated, acceptFull, mediaTypes, preferredCoding, preferredForm } from './media-type.ts'
export type { ContentCoding, PackumentForm } from './media-type.ts'
export { canonicalVersions, hasInstallScript, parsePackument, readCandidate } from './parse-packument.ts'
export type { ParsePackumentOptions } from './parse-packument.ts'
export { leanManifest } from './lean-manifest.ts'
export { formatVersionList, parseVersionList } from './version-list.ts'
export {
  CLOSURE_FORMAT,
  CLOSURE_HEADER,
  CLOSURE_NAMES_MAX,
  CLOSURE_REQUIREMENTS_MAX,
  CLOSURE_VERSIONS_MAX,
} from './closure.ts'
export {
  abbreviateManifest,
  closeText,
  isOpenText,
  LOCAL_MARKER,
  openText,
  renderAbbreviated,
  renderFull,
  tarballAddress,
} from './render-packument.ts'
export type { FullParts, PackumentParts, VersionRow } from './render-packument.ts'
export { packTarball } from './pack-tarball.ts'
export type { PackedTarball, PackFile } from './pack-tarball.ts'
export { readArchive, readTarball } from './read-tarball.ts'
export type { ArchiveContents, ReadArchiveOptions, ReadTarballOptions, TarballContents } from './read-tarball.ts'
export { checkEntryPath, defaultTarballLimits } from './tarball-report.ts'
export type { CheckedEntryPath, RejectedEntry, TarballFile, TarballLimits, TarballReport } from './tarball-report.ts'
export { parsePublishDocument, publishBody, readPublishBody } from './publish-body.ts'
export type {
  AttachedProvenance,
  AttachedTarball,
  AttachmentSink,
  PublishBodyOptions,
  PublishDocument,
} from './publish-body.ts'
export {
  formatKeys,
  keyIdOf,
  parseKeys,
  SIGNATURE_SCHEME,
  signatureMessage,
  signVersion,
  verifySignature,
} from './signature.ts'
export type { RegistryKey, Signature } from './signature.ts'

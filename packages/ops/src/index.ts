/** Table of contents: one function for each thing a user does, options in, report out. */
export type { OperationContext, ProgressEvent } from './context.ts'
export type {
  CompileReport,
  HeldBack,
  HolderReport,
  IdentityReport,
  ImportMove,
  ImportReport,
  InstallReport,
  LockEdge,
  LockReport,
  MemberReport,
  NewProjectReport,
  OutdatedReport,
  PackageChange,
  PackageMove,
  PackReport,
  PeerConflictReport,
  PeersReport,
  PublishReport,
  RunReport,
  TestReport,
  TreePackage,
  TreeReport,
  WhyNotReport,
  WhyReport,
} from './reports.ts'
export {
  add,
  approve,
  clean,
  compile,
  dedupe,
  exec,
  format,
  importLockfile,
  install,
  lint,
  lock,
  login,
  logout,
  newProject,
  newProjectChoices,
  outdated,
  pack,
  peers,
  publish,
  registryCommand,
  release,
  releaseDevelopment,
  releaseInit,
  releaseKeygen,
  releasePlan,
  releaseProve,
  releaseVerify,
  remove,
  run,
  store,
  test,
  tree,
  update,
  whoami,
  why,
  whyNot,
} from './operations.ts'
export type { AddOptions } from './add.ts'
export type { ApproveOptions, ApproveReport } from './approve.ts'
export type { CleanReport } from './clean.ts'
export type { StoreOptions, StoreReport } from './store.ts'
export type { DedupeOptions } from './dedupe.ts'
export type { ImportOptions } from './import-lockfile.ts'
export type { LoginOptions, RegistryChoice } from './identity.ts'
export type { InstallOptions } from './install-options.ts'
export type { LockOptions } from './lock.ts'
export type { NewProjectChoices, NewProjectOptions } from './new-project.ts'
export type { OutdatedOptions } from './outdated.ts'
export type { PackOptions } from './pack.ts'
export type { PublishOptions } from './publish.ts'
export type {
  ReleaseKeygenOptions,
  ReleaseKeygenReport,
  ReleaseOperationOptions,
  ReleaseOperationReport,
  ReleasePlanReport,
  ReleaseVerifyOptions,
  ReleaseVerifyReport,
} from './release.ts'
export type { ReleaseProveOptions, ReleaseProveReport } from './release-prove.ts'
export type { DevelopmentReport, RelFolderReport } from '@alkahest/release'
export type { RemoveOptions } from './remove.ts'
export type { TaskOptions } from './tasks.ts'
export type {
  CommandLineStep,
  CompletionWords,
  DocsReport,
  InitReport,
  TaskReport,
  TasksReport,
  VersionReport,
} from './reports.ts'
export type {
  AdvisoryReport,
  AuditReport,
  DeprecateReport,
  DiffReport,
  DistTagsReport,
  DoctorReport,
  FileDifference,
  InfoReport,
  LicensesReport,
  NewTokenReport,
  OwnersReport,
  PublishWorkspaceReport,
  RevokedTokenReport,
  SbomReport,
  SearchReport,
  TokenReport,
  TokensReport,
  UnpublishReport,
} from './package-reports.ts'
export type { RegistryOptions } from './package-request.ts'
export type { DeprecateOptions, DistTagOptions, OwnerOptions, UnpublishOptions } from './published-package.ts'
export type { CreateTokenOptions, RevokeTokenOptions } from './tokens.ts'
export type { InfoOptions, SearchOptions } from './find-packages.ts'
export type { PublishWorkspaceOptions } from './publish-workspace.ts'
export type { DiffOptions } from './diff.ts'
export type { DocsOptions } from './docs.ts'
export type { InitOptions } from './init.ts'
export type { VersionOptions } from './version.ts'
export type { ConsoleOptions } from '@alkahest/build'
export {
  audit,
  completionWords,
  createToken,
  deprecate,
  diff,
  distTag,
  docs,
  doctor,
  expandCommandLine,
  info,
  init,
  licenses,
  listTokens,
  openConsole,
  owner,
  publishWorkspace,
  revokeToken,
  sbom,
  search,
  task,
  tasks,
  unpublish,
  version,
} from './operations.ts'
export type { CompileOptions, ExecOptions, FormatOptions, LintOptions, RunOptions, TestOptions } from './scripts.ts'
export type { UpdateOptions } from './update.ts'
export type { WhyNotOptions } from './why-not.ts'
export type { WhyOptions } from './why.ts'
export { alkahestVersion } from './alkahest-version.ts'

/** Table of contents: one function for each thing a user does, options in, report out. */
export type { OperationContext, ProgressEvent } from './context.ts'
export type {
  HeldBack,
  IdentityReport,
  InstallReport,
  NewProjectReport,
  PackageChange,
  PackageMove,
  PackReport,
  PeerConflictReport,
  PublishReport,
  RunReport,
  TreePackage,
  TreeReport,
  WhyReport,
} from './reports.ts'
export {
  add,
  compile,
  exec,
  format,
  install,
  lint,
  login,
  logout,
  newProject,
  pack,
  publish,
  registryCommand,
  release,
  remove,
  run,
  test,
  tree,
  update,
  whoami,
  why,
} from './operations.ts'
export type { AddOptions } from './add.ts'
export type { LoginOptions, RegistryChoice } from './identity.ts'
export type { InstallOptions } from './install-options.ts'
export type { NewProjectOptions } from './new-project.ts'
export type { PackOptions } from './pack.ts'
export type { PublishOptions } from './publish.ts'
export type { ReleaseOperationOptions, ReleaseOperationReport } from './release.ts'
export type { RemoveOptions } from './remove.ts'
export type { CompileOptions, ExecOptions, FormatOptions, LintOptions, RunOptions, TestOptions } from './scripts.ts'
export type { CompileReport } from '@alkahest/build'
export type { UpdateOptions } from './update.ts'
export type { WhyOptions } from './why.ts'
export { alkahestVersion } from './alkahest-version.ts'

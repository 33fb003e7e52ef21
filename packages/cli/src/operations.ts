/**
 * What the commands need of `ops`, as an interface: the compiler proves that `ops` has it (`process-world.ts`), and
 * tests of the rendering supply their own.
 */
import type {
  AuditReport,
  DoctorReport,
  LicensesReport,
  SbomReport,
  DeprecateOptions,
  DeprecateReport,
  DistTagOptions,
  DistTagsReport,
  InfoOptions,
  InfoReport,
  CreateTokenOptions,
  NewTokenReport,
  OwnerOptions,
  OwnersReport,
  PublishWorkspaceOptions,
  PublishWorkspaceReport,
  RegistryOptions,
  RevokeTokenOptions,
  RevokedTokenReport,
  SearchOptions,
  SearchReport,
  TokensReport,
  UnpublishOptions,
  UnpublishReport,
  AddOptions,
  ApproveOptions,
  ApproveReport,
  CleanReport,
  CommandLineStep,
  CompletionWords,
  ConsoleOptions,
  DocsOptions,
  DocsReport,
  InitOptions,
  InitReport,
  VersionOptions,
  VersionReport,
  TaskOptions,
  TaskReport,
  TasksReport,
  CompileOptions,
  CompileReport,
  DedupeOptions,
  DevelopmentReport,
  ExecOptions,
  FormatOptions,
  IdentityReport,
  ImportOptions,
  ImportReport,
  InstallOptions,
  InstallReport,
  LintOptions,
  LockOptions,
  LockReport,
  LoginOptions,
  NewProjectOptions,
  NewProjectReport,
  OperationContext,
  OutdatedOptions,
  OutdatedReport,
  PackOptions,
  PackReport,
  PeersReport,
  PublishOptions,
  PublishReport,
  RegistryChoice,
  ReleaseKeygenOptions,
  ReleaseKeygenReport,
  ReleaseOperationOptions,
  ReleaseOperationReport,
  ReleasePlanReport,
  ReleaseProveOptions,
  ReleaseProveReport,
  ReleaseVerifyOptions,
  ReleaseVerifyReport,
  RelFolderReport,
  RemoveOptions,
  RunOptions,
  RunReport,
  StoreOptions,
  StoreReport,
  TestOptions,
  TestReport,
  TreeReport,
  UpdateOptions,
  WhyNotOptions,
  WhyNotReport,
  WhyOptions,
  WhyReport,
} from '@alkahest/ops'

type Operation<Options, Report> = (context: OperationContext, options: Options) => Promise<Report>

export type Operations = {
  readonly newProject: Operation<NewProjectOptions, NewProjectReport>
  readonly install: Operation<InstallOptions, InstallReport>
  readonly add: Operation<AddOptions, InstallReport>
  readonly remove: Operation<RemoveOptions, InstallReport>
  readonly update: Operation<UpdateOptions, InstallReport>
  readonly approve: Operation<ApproveOptions, ApproveReport>
  readonly clean: Operation<object, CleanReport>
  readonly store: Operation<StoreOptions, StoreReport>
  readonly tree: Operation<object, TreeReport>
  readonly why: Operation<WhyOptions, WhyReport>
  readonly whyNot: Operation<WhyNotOptions, WhyNotReport>
  readonly outdated: Operation<OutdatedOptions, OutdatedReport>
  readonly dedupe: Operation<DedupeOptions, InstallReport>
  readonly peers: Operation<object, PeersReport>
  readonly lock: Operation<LockOptions, LockReport>
  readonly importLockfile: Operation<ImportOptions, ImportReport>
  readonly compile: Operation<CompileOptions, CompileReport>
  readonly test: Operation<TestOptions, TestReport>
  readonly format: Operation<FormatOptions, RunReport>
  readonly lint: Operation<LintOptions, RunReport>
  readonly run: Operation<RunOptions, RunReport>
  readonly exec: Operation<ExecOptions, RunReport>
  /** Asked before any command runs. */
  readonly expandCommandLine: Operation<{ readonly argv: readonly string[] }, readonly CommandLineStep[]>
  readonly init: Operation<InitOptions, InitReport>
  readonly docs: Operation<DocsOptions, DocsReport>
  readonly openConsole: Operation<ConsoleOptions, RunReport>
  readonly version: Operation<VersionOptions, VersionReport>
  readonly tasks: Operation<object, TasksReport>
  readonly task: Operation<TaskOptions, TaskReport>
  readonly completionWords: Operation<object, CompletionWords>
  readonly pack: Operation<PackOptions, PackReport>
  readonly publish: Operation<PublishOptions, PublishReport>
  readonly publishWorkspace: Operation<PublishWorkspaceOptions, PublishWorkspaceReport>
  readonly deprecate: Operation<DeprecateOptions, DeprecateReport>
  readonly unpublish: Operation<UnpublishOptions, UnpublishReport>
  readonly distTag: Operation<DistTagOptions, DistTagsReport>
  readonly owner: Operation<OwnerOptions, OwnersReport>
  readonly listTokens: Operation<RegistryOptions, TokensReport>
  readonly createToken: Operation<CreateTokenOptions, NewTokenReport>
  readonly revokeToken: Operation<RevokeTokenOptions, RevokedTokenReport>
  readonly audit: Operation<RegistryOptions, AuditReport>
  readonly licenses: Operation<object, LicensesReport>
  readonly sbom: Operation<object, SbomReport>
  readonly doctor: Operation<object, DoctorReport>
  readonly search: Operation<SearchOptions, SearchReport>
  readonly info: Operation<InfoOptions, InfoReport>
  readonly login: Operation<LoginOptions, IdentityReport>
  readonly logout: Operation<RegistryChoice, IdentityReport>
  readonly whoami: Operation<RegistryChoice, IdentityReport>
  readonly release: Operation<ReleaseOperationOptions, ReleaseOperationReport>
  readonly releaseDevelopment: Operation<ReleaseOperationOptions, DevelopmentReport>
  readonly releaseInit: Operation<object, RelFolderReport>
  readonly releaseKeygen: Operation<ReleaseKeygenOptions, ReleaseKeygenReport>
  readonly releasePlan: Operation<ReleaseOperationOptions, ReleasePlanReport>
  readonly releaseProve: Operation<ReleaseProveOptions, ReleaseProveReport>
  readonly releaseVerify: Operation<ReleaseVerifyOptions, ReleaseVerifyReport>
  readonly registryCommand: Operation<{ readonly args: readonly string[] }, RunReport>
}

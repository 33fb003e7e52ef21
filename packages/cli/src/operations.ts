/**
 * What the commands need of `ops`, as an interface: the compiler proves that `ops` has it (`process-world.ts`), and
 * tests of the rendering supply their own.
 */
import type {
  AddOptions,
  CompileOptions,
  CompileReport,
  ExecOptions,
  FormatOptions,
  IdentityReport,
  InstallOptions,
  InstallReport,
  LintOptions,
  LoginOptions,
  NewProjectOptions,
  NewProjectReport,
  OperationContext,
  PackOptions,
  PackReport,
  PublishOptions,
  PublishReport,
  RegistryChoice,
  ReleaseOperationOptions,
  ReleaseOperationReport,
  RemoveOptions,
  RunOptions,
  RunReport,
  TestOptions,
  TreeReport,
  UpdateOptions,
  WhyReport,
} from '@alkahest/ops'

type Operation<Options, Report> = (context: OperationContext, options: Options) => Promise<Report>

export type Operations = {
  readonly newProject: Operation<NewProjectOptions, NewProjectReport>
  readonly install: Operation<InstallOptions, InstallReport>
  readonly add: Operation<AddOptions, InstallReport>
  readonly remove: Operation<RemoveOptions, InstallReport>
  readonly update: Operation<UpdateOptions, InstallReport>
  readonly tree: Operation<object, TreeReport>
  readonly why: Operation<{ readonly name: string }, WhyReport>
  readonly compile: Operation<CompileOptions, CompileReport>
  readonly test: Operation<TestOptions, RunReport>
  readonly format: Operation<FormatOptions, RunReport>
  readonly lint: Operation<LintOptions, RunReport>
  readonly run: Operation<RunOptions, RunReport>
  readonly exec: Operation<ExecOptions, RunReport>
  readonly pack: Operation<PackOptions, PackReport>
  readonly publish: Operation<PublishOptions, PublishReport>
  readonly login: Operation<LoginOptions, IdentityReport>
  readonly logout: Operation<RegistryChoice, IdentityReport>
  readonly whoami: Operation<RegistryChoice, IdentityReport>
  readonly release: Operation<ReleaseOperationOptions, ReleaseOperationReport>
  readonly registryCommand: Operation<{ readonly args: readonly string[] }, RunReport>
}

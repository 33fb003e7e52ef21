/** The operations that run the project's own tools and scripts: each opens the project and hands over to `build`. */
import * as build from '@alkahest/build'
import { userAgent } from '@alkahest/core'
import { findProject } from '@alkahest/project'
import { alkahestVersion } from './alkahest-version.ts'
import type { OperationContext } from './context.ts'
import type { RunReport } from './reports.ts'

export type CompileOptions = {
  readonly watch?: boolean
  readonly warningsAsErrors?: boolean
  readonly force?: boolean
}
export type TestOptions = { readonly args: readonly string[] }
export type FormatOptions = { readonly check?: boolean; readonly files?: readonly string[] }
export type LintOptions = { readonly fix?: boolean; readonly files?: readonly string[] }
export type RunOptions = { readonly target: string; readonly args: readonly string[] }
export type ExecOptions = { readonly command: string; readonly args: readonly string[] }

export async function compile(context: OperationContext, options: CompileOptions): Promise<build.CompileReport> {
  return build.compile(await openBuild(context), options)
}

export async function test(context: OperationContext, options: TestOptions): Promise<RunReport> {
  return build.test(await openBuild(context), options)
}

export async function format(context: OperationContext, options: FormatOptions): Promise<RunReport> {
  return build.format(await openBuild(context), options)
}

export async function lint(context: OperationContext, options: LintOptions): Promise<RunReport> {
  return build.lint(await openBuild(context), options)
}

/** A script of package.json or a file. */
export async function run(context: OperationContext, options: RunOptions): Promise<RunReport> {
  return build.runTarget(await openBuild(context), options)
}

export async function exec(context: OperationContext, options: ExecOptions): Promise<RunReport> {
  return build.exec(await openBuild(context), options)
}

/** The build of the package that `directory` (default: the context's folder) belongs to. */
export async function openBuild(context: OperationContext, directory: string = context.cwd): Promise<build.Build> {
  const project = await findProject(directory)
  return build.openBuild({
    directory: project.directory,
    root: project.root,
    manifest: project.manifest,
    environment: context.env,
    invokedFrom: context.cwd,
    childOutput: context.childOutput,
    userAgent: userAgent(alkahestVersion),
    ...(process.argv[1] === undefined ? {} : { entry: process.argv[1] }),
  })
}

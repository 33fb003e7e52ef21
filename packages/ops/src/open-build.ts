/** What the build side knows of a project, put together: its manifest, its environment, the lock of its compiler. */
import * as build from '@alkahest/build'
import { userAgent } from '@alkahest/core'
import { findProject, loadEnvironment, projectConfiguration } from '@alkahest/project'
import type { Project } from '@alkahest/project'
import { alkahestVersion } from './alkahest-version.ts'
import type { OperationContext } from './context.ts'

export type OpenBuildOptions = {
  /** Of the package or a folder in it, absolute; default: the context's folder. */
  readonly directory?: string
  /**
   * For what runs the project's own code: its environment (`.env` files, `envs` of alkahest.config.ts), and which one
   * when ALK_ENV is not set. Absent for tools, which need none and must work while the configuration is broken.
   */
  readonly preferred?: string
  /** The application itself is to run: its runtime configuration is checked, and added to the environment. */
  readonly starts?: boolean
  /** How programs are run, when it is to be otherwise. */
  readonly runProgram?: build.RunProgram
}

/** The build of the package that a folder belongs to. */
export async function openBuild(context: OperationContext, options: OpenBuildOptions = {}): Promise<build.Build> {
  const project = await findProject(options.directory ?? context.cwd)
  const variables =
    options.preferred === undefined ? context.env : await environmentOf(context, project, options.preferred)
  const environment =
    options.starts === true
      ? await (await import('./runtime-configuration.ts')).withRuntimeConfiguration(project, variables)
      : variables
  return build.openBuild({
    directory: project.directory,
    root: project.root,
    manifest: project.manifest,
    environment,
    invokedFrom: context.cwd,
    childOutput: context.childOutput,
    userAgent: userAgent(alkahestVersion),
    lock: async (name) => (await import('./build-lock.ts')).takeBuildLock(context, project.directory, name),
    ...(options.runProgram === undefined ? {} : { runProgram: options.runProgram }),
    ...(process.argv[1] === undefined ? {} : { entry: process.argv[1] }),
  })
}

async function environmentOf(
  context: OperationContext,
  project: Project,
  preferred: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const { envs } = await projectConfiguration(project)
  const { variables } = await loadEnvironment({
    directory: project.directory,
    variables: context.env,
    preferred,
    configured: envs,
  })
  return variables
}

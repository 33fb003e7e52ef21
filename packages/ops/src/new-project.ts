/** `alk new`: a scaffold rendered as a value, then written once into a folder that holds nothing yet. */
import { basename, resolve } from 'node:path'
import { findHostWorkspace, loadWorkspace, writeFileTree } from '@alkahest/project'
import { templateSummaries } from '@alkahest/templates'
import type { OperationContext } from './context.ts'
import type { NewProjectReport } from './reports.ts'
import { templateFiles } from './template-files.ts'

export type NewProjectOptions = {
  /** Relative to the context's folder. */
  readonly directory: string
  /** A name of ours, a folder or a package: see `TemplateRequest`. */
  readonly template: string
  /** Default: the folder's, in the common scope of the workspace. */
  readonly name?: string
}

/**
 * Under a workspace whose patterns match the folder the project becomes a member: one of our templates leaves tools and
 * settings to the root. Throws `DIRECTORY_NOT_EMPTY`, `PACKAGE_NAME_INVALID` and `TEMPLATE_INVALID`, and writes nothing then.
 */
export async function newProject(context: OperationContext, options: NewProjectOptions): Promise<NewProjectReport> {
  const directory = resolve(context.cwd, options.directory)
  const host = await findHostWorkspace(directory)
  const name = options.name ?? nameIn(directory, host?.scope)
  const files = await writeFileTree(directory, await templateFiles(context, { template: options.template, name, host }))
  await loadWorkspace(host?.workspace.root ?? directory)
  return { directory, name, files }
}

export type NewProjectChoices = {
  /** Our own templates, each with one line. */
  readonly templates: readonly { readonly name: string; readonly summary: string }[]
  /** The name that a project in the folder would have. */
  readonly name: string
}

/** What a person who is asked may choose from. */
export async function newProjectChoices(
  context: OperationContext,
  options: Pick<NewProjectOptions, 'directory'>,
): Promise<NewProjectChoices> {
  const directory = resolve(context.cwd, options.directory)
  const templates = Object.entries(templateSummaries).map(([name, summary]) => ({ name, summary }))
  return { templates, name: nameIn(directory, (await findHostWorkspace(directory))?.scope) }
}

/** The folder's, in the scope that all members of the workspace have. */
function nameIn(directory: string, scope: string | undefined): string {
  return `${scope === undefined ? '' : `${scope}/`}${basename(directory)}`
}

/** `alk new`: a scaffold rendered as a value, then written once into a folder that holds nothing yet. */
import { basename, resolve } from 'node:path'
import { findHostWorkspace, loadWorkspace, writeFileTree } from '@alkahest/project'
import { renderTemplate } from '@alkahest/templates'
import type { TemplateName } from '@alkahest/templates'
import type { OperationContext } from './context.ts'
import type { NewProjectReport } from './reports.ts'

export type NewProjectOptions = {
  /** Relative to the context's folder. */
  readonly directory: string
  readonly template: TemplateName
  /** Default: the folder's name. */
  readonly name?: string
}

/**
 * Under a workspace whose patterns match the folder the project becomes a member: it leaves tools and settings to the
 * root, and takes the members' common scope. Throws `DIRECTORY_NOT_EMPTY` and `PACKAGE_NAME_INVALID`, and writes nothing then.
 */
export async function newProject(context: OperationContext, options: NewProjectOptions): Promise<NewProjectReport> {
  const directory = resolve(context.cwd, options.directory)
  const host = await findHostWorkspace(directory)
  const scope = host?.scope === undefined ? '' : `${host.scope}/`
  const name = options.name ?? `${scope}${basename(directory)}`
  const member = host === undefined ? {} : { member: { toRoot: host.toRoot } }
  const files = await writeFileTree(directory, renderTemplate(options.template, { name, ...member }))
  await loadWorkspace(host?.workspace.root ?? directory)
  return { directory, name, files }
}

/** `alk new`: a scaffold rendered as a value, then written once into a folder that holds nothing yet. */
import { basename, resolve } from 'node:path'
import { loadWorkspace, writeFileTree } from '@alkahest/project'
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

/** Throws `DIRECTORY_NOT_EMPTY` and `PACKAGE_NAME_INVALID`, and writes nothing then. */
export async function newProject(context: OperationContext, options: NewProjectOptions): Promise<NewProjectReport> {
  const directory = resolve(context.cwd, options.directory)
  const name = options.name ?? basename(directory)
  const files = await writeFileTree(directory, renderTemplate(options.template, { name }))
  await loadWorkspace(directory)
  return { directory, name, files }
}

/** `alk init`: what a scaffold has and this folder lacks. First as a plan, then the same plan again, applied. */
import { basename } from 'node:path'
import { applyCompletion, findHostWorkspace, planCompletion, readFolderManifest } from '@alkahest/project'
import type { Completion, ManifestEdit } from '@alkahest/project'
import { renderTemplate } from '@alkahest/templates'
import type { TemplateName } from '@alkahest/templates'
import type { OperationContext } from './context.ts'
import type { InitReport } from './reports.ts'

export type InitOptions = {
  readonly template: TemplateName
  /** Default: that of package.json, else the folder's. */
  readonly name?: string
  /** Nothing is written. */
  readonly dryRun?: boolean
}

/** Files that exist and fields that are set stay as they are. Throws `PACKAGE_NAME_INVALID`. */
export async function init(context: OperationContext, options: InitOptions): Promise<InitReport> {
  const directory = context.cwd
  const host = await findHostWorkspace(directory)
  const scope = host?.scope === undefined ? '' : `${host.scope}/`
  const present = (await readFolderManifest(directory, '.'))?.name
  const name = options.name ?? (typeof present === 'string' ? present : `${scope}${basename(directory)}`)
  const member = host === undefined ? {} : { member: { toRoot: host.toRoot } }
  const completion = await planCompletion(directory, renderTemplate(options.template, { name, ...member }))
  if (options.dryRun !== true) await applyCompletion(completion)
  return { directory, name, ...described(completion), written: options.dryRun !== true }
}

function described({ files, kept, edits }: Completion): Pick<InitReport, 'files' | 'kept' | 'fields'> {
  return { files: Object.keys(files).sort(), kept, fields: edits.map(fieldOf).sort() }
}

function fieldOf(edit: ManifestEdit): string {
  if (edit.kind === 'field') return edit.path.join('.')
  return edit.kind === 'set' ? `${edit.section}.${edit.name}` : edit.name
}

/** An install of whatever project a folder belongs to, from the cheapest way to the dearest: nothing, again, anew. */
import { isInstallCurrent } from '@alkahest/linker'
import { findProject } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import type { InstallOptions } from './install-options.ts'
import { settingsText } from './install-settings.ts'
import { nothingToDo } from './nothing-to-do.ts'
import type { InstallReport } from './reports.ts'

export async function installProject(context: OperationContext, options: InstallOptions): Promise<InstallReport> {
  const started = context.now()
  const project = await findProject(context.cwd)
  if (options.lockfileOnly !== true && options.dryRun !== true) {
    if (isInstallCurrent(project.root, settingsText(options))) return nothingToDo(context.now() - started)
    const { repeatInstall } = await import('./repeat-install.ts')
    const repeated = await repeatInstall(context, project, options)
    if (repeated !== undefined) return { ...repeated, seconds: (context.now() - started) / 1000 }
  }
  const { installWorkspace } = await import('./install-workspace.ts') // the solver and the rest, when there is work
  return installWorkspace({ context, project, options })
}

/** `alk install`: what the manifests ask, locked and on disk. `add`, `remove` and `update` are the same with a change before it. */
import { isInstallCurrent } from '@alkahest/linker'
import { findProject } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import type { InstallOptions } from './install-options.ts'
import { settingsText } from './install-settings.ts'
import type { InstallReport } from './reports.ts'

export async function install(context: OperationContext, options: InstallOptions): Promise<InstallReport> {
  const started = context.now()
  const project = await findProject(context.cwd)
  const wantsLink = options.lockfileOnly !== true && options.dryRun !== true
  if (wantsLink && isInstallCurrent(project.root, settingsText(options))) return nothingToDo(context.now() - started)
  if (wantsLink) {
    const { repeatInstall } = await import('./repeat-install.ts')
    const repeated = await repeatInstall(context, project, options)
    if (repeated !== undefined) return { ...repeated, seconds: (context.now() - started) / 1000 }
  }
  const { installWorkspace } = await import('./install-workspace.ts') // the solver and the rest, when there is work
  return installWorkspace({ context, project, options })
}

function nothingToDo(milliseconds: number): InstallReport {
  return {
    added: [],
    changed: [],
    removed: [],
    heldBack: [],
    deprecated: [],
    skipped: [],
    unapprovedBuilds: [],
    peerConflicts: [],
    lockfile: 'unchanged',
    upToDate: true,
    dryRun: false,
    seconds: milliseconds / 1000,
  }
}

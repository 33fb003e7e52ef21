/** An install that this machine has done before, done again without resolving: the linker remembers, see its `recallInstall`. */
import { join } from 'node:path'
import { applyLinkPlan, lockProject, recallInstall } from '@alkahest/linker'
import type { RememberOptions } from '@alkahest/linker'
import type { Project } from '@alkahest/project'
import { openStore } from '@alkahest/store'
import { alkahestVersion } from './alkahest-version.ts'
import type { OperationContext } from './context.ts'
import { settingsText } from './install-settings.ts'
import type { InstallOptions } from './install-options.ts'
import type { InstallReport } from './reports.ts'
import { storeDirectory } from './store-directory.ts'

export function rememberOptions(context: OperationContext): RememberOptions {
  return { directory: join(context.home, 'cache', 'installs'), lockfile: 'alkahest.lock', version: alkahestVersion }
}

/** Undefined when there is nothing to repeat; then nothing has changed. */
export async function repeatInstall(
  context: OperationContext,
  project: Project,
  options: InstallOptions,
): Promise<Omit<InstallReport, 'seconds'> | undefined> {
  const onWait = (): void => context.progress({ kind: 'note', text: 'another install is at work here, waiting for it' })
  using lock = await lockProject(project.root, { onWait })
  await using store = openStore({ directory: storeDirectory(context) })
  const settings = settingsText(options)
  const recalled = recallInstall({ root: project.root, settings, store }, rememberOptions(context))
  if (recalled === undefined) return undefined
  const onProgress = (done: number, total: number): void =>
    context.progress({ kind: 'step', what: 'linking', done, total })
  const { replaced } = await applyLinkPlan(recalled.plan, { lock, store, inputs: recalled.inputs, onProgress })
  if (replaced !== undefined)
    context.progress({ kind: 'note', text: `replaced the node_modules that ${replaced} had made` })
  return recalled.memo as unknown as Omit<InstallReport, 'seconds'>
}

/** `alk install`: what the manifests ask, locked and on disk. `add`, `remove` and `update` are the same with a change before it. */
import type { OperationContext } from './context.ts'
import type { InstallOptions } from './install-options.ts'
import { nothingToDo } from './nothing-to-do.ts'
import type { InstallReport } from './reports.ts'
import { isUpToDate } from './up-to-date.ts'

/** Most runs find nothing to do: they load no more than this. */
export async function install(context: OperationContext, options: InstallOptions): Promise<InstallReport> {
  const started = context.now()
  if (isUpToDate(context.cwd, options)) return nothingToDo(context.now() - started)
  const { installProject } = await import('./install-project.ts')
  return installProject(context, options)
}

/** Whether an install would find nothing to do, from what exists and one small file: no manifest is read for it. */
import { isInstallCurrent } from '@alkahest/linker'
import { loneProjectRoot } from '@alkahest/project'
import type { InstallOptions } from './install-options.ts'
import { settingsText } from './install-settings.ts'

/** False also when that takes a closer look; `cwd` is absolute. */
export function isUpToDate(cwd: string, options: InstallOptions): boolean {
  if (options.lockfileOnly === true || options.dryRun === true) return false
  const root = loneProjectRoot(cwd)
  return root !== undefined && isInstallCurrent(root, settingsText(options))
}

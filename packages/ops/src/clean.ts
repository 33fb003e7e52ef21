/** `alk clean`: what is installed goes; lockfile and store stay, so that the next install is a quick one. */
import { lockProject, removeInstalled } from '@alkahest/linker'
import { findProject, loadWorkspace } from '@alkahest/project'
import type { OperationContext } from './context.ts'

export type CleanReport = {
  /** Folders, POSIX, relative to the root. */
  readonly removed: readonly string[]
}

/** Waits for an install that is at work. */
export async function clean(context: OperationContext): Promise<CleanReport> {
  const { root } = await findProject(context.cwd)
  const { members } = await loadWorkspace(root)
  const onWait = (): void => context.progress({ kind: 'note', text: 'an install is at work here, waiting for it' })
  using lock = await lockProject(root, { onWait })
  const paths = members.map(({ path }) => path)
  return { removed: removeInstalled(lock, paths) }
}

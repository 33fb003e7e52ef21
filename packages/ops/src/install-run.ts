/** One install at work: what it was asked, and the project's files as they are and as they will be. */
import type { Resolution } from '@alkahest/core'
import type { Lockfile } from '@alkahest/lockfile'
import type { Project, ProjectFiles, Workspace } from '@alkahest/project'
import type { ResolveInput } from '@alkahest/resolver'
import type { OperationContext } from './context.ts'
import type { Downloads } from './download.ts'
import type { InstallOptions } from './install-options.ts'
import type { LazyNetwork } from './network.ts'

export type InstallRequest = {
  readonly context: OperationContext
  readonly project: Project
  readonly options: InstallOptions
  /** Stages edits that change no requirement: the lockfile's answer stays an answer. */
  readonly stage?: (run: InstallRun) => Promise<void>
  /** What `add`, `remove` and `update` do before and after the solver works. */
  readonly change?: WorkspaceChange
}

export type ResolutionChoices = {
  readonly unlock?: ResolveInput['unlock']
  readonly dedupe?: boolean
  /** A date (ISO 8601): as if it were then. */
  readonly before?: string
  readonly direction?: 'highest' | 'lowest'
}

export type WorkspaceChange = {
  /** Stages new manifests and says which names forget their locked versions. */
  readonly prepare: (run: InstallRun) => Promise<ResolutionChoices>
  /** Looks at what was chosen and stages the manifests' final texts; true when it did. */
  readonly settle?: (run: InstallRun, resolution: Resolution) => Promise<boolean>
}

export type InstallRun = InstallRequest & {
  /** As the staged manifests say; replaced by each change. */
  workspace: Workspace
  readonly files: ProjectFiles
  readonly network: LazyNetwork
  /** Undefined before the first install. */
  readonly locked: Lockfile | undefined
  /** Set when something may be downloaded while the solver works. */
  downloads?: Downloads
}

/**
 * The configuration of a package, with that of its workspace: one rule for all who ask. What the package's own
 * alkahest.config.ts says goes before what the workspace's says, entry by entry: a task, an alias or a release by its name,
 * a variable by its name in its environment.
 */
import { loadConfig } from './config.ts'
import type { Alias, ProjectConfig } from './config.ts'
import type { Project } from './project.ts'

export type ConfiguredPlace = {
  /** Absolute. */
  readonly directory: string
  /** Undefined: there is no alkahest.config.ts here. */
  readonly config: ProjectConfig | undefined
}

export type ProjectConfiguration = {
  /** The package itself, then its workspace unless it is that: what is looked up by name is looked up in this order. */
  readonly places: readonly ConfiguredPlace[]
  readonly aliases: Readonly<Record<string, Alias>>
  readonly envs: ProjectConfig['envs']
}

/** Throws `CONFIG_INVALID`. */
export async function projectConfiguration({
  directory,
  root,
}: Pick<Project, 'directory' | 'root'>): Promise<ProjectConfiguration> {
  const folders = root === directory ? [directory] : [directory, root]
  const places = await Promise.all(
    folders.map(async (folder) => ({ directory: folder, config: await loadConfig(folder) })),
  )
  const configs = places.flatMap(({ config }) => config ?? []).toReversed()
  return {
    places,
    aliases: Object.assign({}, ...configs.map(({ aliases }) => aliases)) as ProjectConfiguration['aliases'],
    envs: mergedEnvs(configs),
  }
}

function mergedEnvs(weakFirst: readonly ProjectConfig[]): ProjectConfig['envs'] {
  const merged: Record<string, Readonly<Record<string, string>>> = {}
  for (const { envs } of weakFirst) {
    for (const [name, variables] of Object.entries(envs)) {
      merged[name] = Object.hasOwn(merged, name) ? { ...merged[name], ...variables } : variables
    }
  }
  return merged
}

/** Whether a new project is to be a member of a workspace, and what it has to know of it then. */
import { dirname, join, relative, sep } from 'node:path'
import { scopeOf } from '@alkahest/core'
import { manifestName, readManifest } from './manifest-file.ts'
import { memberPatterns } from './member-patterns.ts'
import { loadWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'
import { readWorkspaceFile } from './workspace-file.ts'

export type HostWorkspace = {
  readonly workspace: Workspace
  /** From the new member's folder to the root, POSIX: `../..`. */
  readonly toRoot: string
  /** The scope (`@acme`) that all the members have whose names have one; undefined when they differ or have none. */
  readonly scope: string | undefined
}

/** The nearest workspace above `directory` (absolute, need not exist) whose patterns match it; undefined when there is none. */
export async function findHostWorkspace(directory: string): Promise<HostWorkspace | undefined> {
  for (let root = dirname(directory); ; root = dirname(root)) {
    const path = relative(root, directory).split(sep).join('/')
    if (await hasMember(root, path)) {
      const workspace = await loadWorkspace(root)
      return { workspace, toRoot: path.replaceAll(/[^/]+/g, '..'), scope: commonScope(workspace) }
    }
    if (dirname(root) === root) return undefined
  }
}

async function hasMember(root: string, path: string): Promise<boolean> {
  const file = await readWorkspaceFile(root)
  const manifestPath = join(root, manifestName)
  const manifest = await readManifest(manifestPath, manifestPath)
  return manifest !== undefined && memberPatterns(file?.packages ?? manifest.workspaces, manifestPath).has(path)
}

function commonScope({ members }: Workspace): string | undefined {
  const names = members.flatMap(({ path, manifest }) =>
    path === '.' || manifest.name === undefined ? [] : [manifest.name],
  )
  const scopes = new Set(names.map((name) => scopeOf(name)).filter((scope) => scope !== undefined))
  return scopes.size === 1 ? [...scopes][0] : undefined
}

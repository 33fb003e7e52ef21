/** The project that a folder belongs to: its nearest package.json, and the workspace which has that as a member. */
import { dirname, join, relative, sep } from 'node:path'
import { userError } from '@alkahest/core'
import type { Manifest } from '@alkahest/core'
import { ancestors } from './ancestors.ts'
import { manifestName, readManifest } from './manifest-file.ts'
import { memberPatterns } from './member-patterns.ts'
import { readWorkspaceFile } from './workspace-file.ts'

export type Project = {
  /** The folder of the nearest package.json, absolute. */
  readonly directory: string
  /** The folder of the workspace which has this package as a member; `directory` when there is none. */
  readonly root: string
  readonly manifestPath: string
  readonly manifest: Manifest
}

/**
 * Finds the project of `cwd` (absolute): the nearest package.json upward. Throws `PROJECT_NOT_FOUND`, and what reading a
 * manifest throws.
 */
export async function findProject(cwd: string): Promise<Project> {
  for (const directory of ancestors(cwd)) {
    const manifestPath = join(directory, manifestName)
    const manifest = await readManifest(manifestPath, relative(cwd, manifestPath) || manifestPath)
    if (manifest === undefined) continue
    return { directory, root: await findRoot(directory, cwd), manifestPath, manifest }
  }
  throw userError('PROJECT_NOT_FOUND', `no package.json in ${cwd} or any folder above it`, {
    hint: 'run `alk new NAME` to make a project, or give a project folder with -C',
  })
}

/** The nearest folder above that is a workspace whose patterns match `directory`. */
async function findRoot(directory: string, cwd: string): Promise<string> {
  for (const root of ancestors(dirname(directory))) {
    const manifestPath = join(root, manifestName)
    const workspaceFile = await readWorkspaceFile(root)
    const manifest = await readManifest(manifestPath, relative(cwd, manifestPath))
    if (manifest === undefined) continue
    const patterns = memberPatterns(workspaceFile?.packages ?? manifest.workspaces, manifestPath)
    if (patterns.has(relative(root, directory).split(sep).join('/'))) return root
  }
  return directory
}

/**
 * The folder of a project that cannot be a member of any workspace, told from what exists alone: an install with nothing
 * to do asks no more than this before it looks at its state, and reads no manifest.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ancestors } from './ancestors.ts'

/**
 * The folder of the nearest package.json upward from `cwd` (absolute), when there is no other above it: then it is what
 * `findProject` calls the root. Undefined when there is none, or when one above might be a workspace.
 */
export function loneProjectRoot(cwd: string): string | undefined {
  const [nearest, above] = [...ancestors(cwd)].filter((folder) => existsSync(join(folder, 'package.json')))
  return above === undefined ? nearest : undefined
}

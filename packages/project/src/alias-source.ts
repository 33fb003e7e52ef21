/**
 * Where aliases could come from, told from the text of alkahest.config.ts alone: every command line is looked up among
 * them, and a configuration without any must not be loaded for that.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ancestors } from './ancestors.ts'

/**
 * Folders from `cwd` (absolute) upward that are packages with a configuration which mentions aliases; the nearest package
 * first. A folder above it only counts when it turns out to be the workspace of the nearest.
 */
export function aliasSources(cwd: string): readonly string[] {
  const packages = [...ancestors(cwd)].filter((folder) => existsSync(join(folder, 'package.json')))
  return packages.filter((folder) => mentionsAliases(join(folder, 'alkahest.config.ts')))
}

function mentionsAliases(path: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8').includes('aliases')
}

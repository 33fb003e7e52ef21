/** What the house consists of: its members with their manifests, and every text file that belongs to the project. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root: string = path.resolve(import.meta.dirname, '..', '..')

export type MemberManifest = {
  readonly name: string
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  /** Everything that stands in the file. */
  readonly raw: Readonly<Record<string, unknown>>
}

export type Member = {
  /** Without the scope: `core`, `registry`. */
  readonly name: string
  /** POSIX, relative to the root: `packages/core`. */
  readonly folder: string
  readonly manifest: MemberManifest
}

/** Made by tools or by tests; no file below these belongs to the project. */
const FOREIGN = new Set(['node_modules', '.git', '.toolchain', '.turbo', 'dist', 'coverage'])

/** The packages and apps, sorted by folder. */
export function readMembers(): readonly Member[] {
  return globSync('{packages,apps}/*/package.json', { cwd: root })
    .map((file) => path.posix.dirname(file))
    .toSorted()
    .map((folder) => ({ name: path.posix.basename(folder), folder, manifest: readManifest(`${folder}/package.json`) }))
}

/** @param file relative to the root */
export function readManifest(file: string): MemberManifest {
  const raw = JSON.parse(readText(file)) as Record<string, unknown>
  return {
    name: String(raw.name),
    version: String(raw.version),
    dependencies: (raw.dependencies ?? {}) as Record<string, string>,
    devDependencies: (raw.devDependencies ?? {}) as Record<string, string>,
    raw,
  }
}

/** Files of the project that match, POSIX and relative to the root, sorted. */
export function listFiles(pattern: string): readonly string[] {
  return globSync(pattern, { cwd: root, exclude: (entry) => FOREIGN.has(entry.name), withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .toSorted()
}

/** @param file relative to the root */
export function readText(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}
